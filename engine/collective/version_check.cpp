#include "collective/version_check.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/asked.hpp"
#include "collective/software.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kMostShown = 5;
constexpr std::size_t kShownId = 12;

Need of_any_version(Need need) {
  need.from.reset();
  need.to.reset();
  need.range = {};
  return need;
}

/// Only the bounds, without what else the need asks for.
bool in_bounds(const Need& need, const std::string& version) {
  Need bounds;
  bounds.from = need.from;
  bounds.to = need.to;
  return bounds.accepts({}, version_parts(version)) && in_range(need.range, version);
}

Error wrong_version(const Need& need, const std::string& what, const std::string& version) {
  return {ErrorCode::not_found,
          what + (version.empty() ? " does not tell its version" : " is version " + version) +
              ", and " + need.wanted_version() + " is wanted"};
}

void advise(const Need& need, Error& error) {
  if (need.key.empty()) return;
  error.hint("--dep." + need.key + "=package:NAME or --dep_add_tags." + need.key +
             "=TAGS chooses another package, --deps." + need.key +
             "=ID an environment that is here");
}

}  // namespace

Status check_before_installing(const Need& need, const std::string& package,
                               const std::string& version) {
  if (version.empty() || in_bounds(need, version)) return {};
  auto error = wrong_version(need, package, version);
  advise(need, error);
  return fail(std::move(error));
}

Status check_installed(const Need& need, const Registered& installed) {
  const auto version = installed.plain_version();
  if (in_bounds(need, version)) return {};
  const auto& record = installed.environment.record;
  const std::string id = "env:" + record.id.substr(0, kShownId);
  auto error =
      wrong_version(need, record.component.text() + ", now that it is installed,", version);
  error.hint("it stays registered for what can use it; 'ck rm " + id + "' removes it");
  advise(need, error);
  return fail(std::move(error));
}

std::vector<std::string> others_by_version(const Need& need, Workbench& bench) {
  std::vector<std::string> sentences;
  if (need.wanted_version().empty()) return sentences;
  const Need any = of_any_version(need);
  std::vector<Registered> others;
  if (const auto registry = Registry::open(bench.context()))
    others = registry->matching(any).value_or(std::vector<Registered>());
  if (!need.skip_detection) {
    auto found =
        detect_for(any, bench, Detectors::only_looking).value_or(std::vector<Registered>());
    for (auto& one : found) {
      const auto same = [&](const Registered& known) { return known.id() == one.id(); };
      if (std::ranges::none_of(others, same)) others.push_back(std::move(one));
    }
  }
  for (const auto& one : others) {
    if (!in_bounds(need, one.plain_version()) && sentences.size() < kMostShown)
      sentences.push_back(label(one) + " is here, and is not " + need.wanted_version());
  }
  return sentences;
}

}  // namespace ck::collective
