#include "install/profile.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kCore = "core";
constexpr std::string_view kKind = "profile";
constexpr double kMaxSeconds = 1e9;  // thirty years: far from where a clock's numbers end

template <typename T>
std::optional<T> tighter(const std::optional<T>& a, const std::optional<T>& b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

/// What NAME, profile:NAME or REPO:profile:NAME means; the first two are core's.
Result<model::ComponentPattern> pattern_of(const std::string& name) {
  model::ComponentPattern pattern{std::string(kCore), std::string(kKind), name};
  if (name.find(':') != std::string::npos) {
    CK_TRY(parsed, model::ComponentPattern::parse(name));
    pattern = std::move(parsed);
    if (pattern.repo.empty()) pattern.repo = kCore;
  }
  const bool one = !name.empty() && !has_wildcard(name);
  if (one && pattern.kind == kKind && !pattern.name.empty()) return pattern;
  return fail(Error(ErrorCode::usage, "'" + printable(name) + "' names no profile")
                  .hint("use --profile=NAME, or --profile=REPO:profile:NAME for one that does not "
                        "come with ck"));
}

/// A profile of another repository by this name is not taken, but told of.
Error with_other_repositories(Error error, const model::ComponentPattern& pattern,
                              catalog::Catalog& catalog) {
  if (error.code != ErrorCode::not_found || pattern.repo != kCore) return error;
  const auto others = catalog.search({{"", pattern.kind, pattern.name}, {}, std::nullopt});
  if (!others || others->empty()) return error;
  return error.hint("a profile that does not come with ck needs its repository's name: --profile=" +
                    others->front().id.full_text() + ", if you trust that");
}

}  // namespace

Result<model::Profile> load_profile(const std::string& name, Context& context) {
  catalog::Catalog& catalog = context.shipped != nullptr ? *context.shipped : context.catalog;
  CK_TRY(pattern, pattern_of(name));
  auto component = catalog.find(pattern);
  if (!component)
    return fail(with_other_repositories(std::move(component.error()), pattern, catalog));
  CK_TRY(descriptor, catalog.load(*component));
  auto* profile = std::get_if<model::Profile>(&descriptor);
  if (profile == nullptr) {
    return fail(Error(ErrorCode::invalid, component->id.full_text() + " is no profile")
                    .in(component->path.string()));
  }
  if (component->id.repo != kCore) profile->common.name = component->id.full_text();
  context.demands_isolation = profile->isolation.level == model::Isolation::Level::demanded;
  return std::move(*profile);
}

Status check_recorded_profile(const std::string& name, const std::string& typed) {
  if (!typed.empty() && typed != name) {
    return fail(
        Error(ErrorCode::usage,
              "it was recorded under the profile " + printable(name) + ", not " + printable(typed))
            .hint("a replay has the recorded profile; --profile only says that you trust it"));
  }
  if (name.empty() || !typed.empty()) return {};
  CK_TRY(pattern, pattern_of(name));
  if (pattern.repo == kCore) return {};
  return fail(Error(ErrorCode::denied, "it was recorded under the profile " + printable(name) +
                                           ", which does not come with ck: what a record or a lock "
                                           "names may lift every protection")
                  .hint("if you trust repo:" + printable(pattern.repo) +
                        ", type the profile yourself: --profile=" + printable(name) +
                        " with run, install, compile or replay"));
}

Result<std::vector<catalog::Component>> namesakes_of_profiles(catalog::Catalog& catalog) {
  CK_TRY(all, catalog.search({{"", std::string(kKind), ""}, {}, std::nullopt}));
  const auto of_core = [](const catalog::Component& one) { return one.id.repo == kCore; };
  const auto is_namesake = [&](const catalog::Component& one) {
    return !of_core(one) && std::ranges::any_of(all, [&](const catalog::Component& other) {
      return of_core(other) && other.id.name == one.id.name;
    });
  };
  std::vector<catalog::Component> namesakes;
  std::ranges::copy_if(all, std::back_inserter(namesakes), is_namesake);
  return namesakes;
}

std::string namesake_text(const catalog::Component& namesake) {
  return namesake.id.full_text() +
         " has the name of a profile that comes with ck; --profile=" + namesake.id.name +
         " still means ck's own";
}

Variables profile_variables(const model::Profile& profile, const Variables& host,
                            const fs::path& work) {
  Variables variables;
  for (const auto& variable : host) {
    const auto matches = [&](const auto& pattern) {
      return wildcard_match(pattern, variable.first);
    };
    if (std::ranges::any_of(profile.pass, matches)) variables.push_back(variable);
  }
  for (const auto& fixed : profile.variables) {
    std::erase_if(variables, [&](const auto& variable) { return variable.first == fixed.first; });
    variables.emplace_back(fixed.first, replace_all(fixed.second, "${work}", work.string()));
  }
  return variables;
}

sys::ProcessLimits process_limits(const model::Limits& profile, const model::Limits& component) {
  sys::ProcessLimits limits;
  limits.memory_bytes = tighter(profile.memory_bytes, component.memory_bytes);
  limits.cpu_seconds = tighter(profile.cpu_seconds, component.cpu_seconds);
  limits.file_bytes = tighter(profile.file_bytes, component.file_bytes);
  limits.processes = tighter(profile.processes, component.processes);
  limits.output_bytes = tighter(profile.output_bytes, component.output_bytes);
  if (const auto seconds = tighter(profile.timeout_seconds, component.timeout_seconds)) {
    limits.wall_time =
        std::chrono::milliseconds(std::llround(std::ceil(std::min(*seconds, kMaxSeconds) * 1000)));
  }
  return limits;
}

}  // namespace ck::install
