#include "install/profile.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr double kMaxSeconds = 1e9;  // thirty years: far from where a clock's numbers end

template <typename T>
std::optional<T> tighter(const std::optional<T>& a, const std::optional<T>& b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

}  // namespace

Result<model::Profile> load_profile(const std::string& name, Context& context) {
  CK_TRY(component, context.catalog.find({.repo = {}, .kind = "profile", .name = name}));
  CK_TRY(descriptor, context.catalog.load(component));
  auto* profile = std::get_if<model::Profile>(&descriptor);
  if (profile == nullptr) {
    return fail(Error(ErrorCode::invalid, "profile:" + name + " is no profile")
                    .in(component.path.string()));
  }
  return std::move(*profile);
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
