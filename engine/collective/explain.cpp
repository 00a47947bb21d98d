#include "collective/explain.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/package_choice.hpp"
#include "collective/resolver.hpp"
#include "collective/software.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kShownId = 12;

std::string label(const Registered& one) {
  const auto& record = one.environment.record;
  return record.component.text() + "@" + record.version + " (env:" + record.id.substr(0, kShownId) +
         ")";
}

std::string version_words(const Need& need) {
  const auto text = need.text();
  const auto at = text.find(" version ");
  return at == std::string::npos ? "" : text.substr(at + 1);
}

/// What a registered environment with the tags lacks all the same.
std::string shortcoming(const Need& need, const Registered& candidate) {
  Need without_bounds = need;
  without_bounds.from.reset();
  without_bounds.to.reset();
  const auto& record = candidate.environment.record;
  if (without_bounds.accepts(record.tags, candidate.version()))
    return "version " + record.version + " is not " + version_words(need);
  for (const auto& tag : need.no_tags) {
    if (record.tags.contains(tag)) return "has the excluded tag " + tag;
  }
  if (!need.or_tags.empty()) return "does not fit " + need.or_tags;
  return "is not what is asked for";
}

}  // namespace

Status Explainer::explain(const std::string& by, const Json& dependencies,
                          const Json& environment) {
  auto needs = active_needs(dependencies, environment, bench_.platform());
  for (std::size_t i = 0; i < needs.size(); ++i) {
    CK_CHECK(bench_.context().cancel.check());
    const auto added = bench_.wishes().added_tags.find(needs[i].key);
    if (added != bench_.wishes().added_tags.end())
      needs[i].tags.insert(needs[i].tags.end(), added->second.begin(), added->second.end());
    ExplainedNeed one;
    one.need = needs[i];
    one.by = by;
    CK_CHECK(explain(one));
    if (const auto chosen = chosen_.find(one.need.key); chosen != chosen_.end()) {
      std::vector<Need> rest(needs.begin() + static_cast<std::ptrdiff_t>(i) + 1, needs.end());
      pass_tags(needs[i], chosen->second.environment.record.tags, rest);
      std::ranges::move(rest, needs.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    explained_.push_back(std::move(one));
  }
  return {};
}

/// As the resolver goes about it.
Status Explainer::explain(ExplainedNeed& one) {
  const Need& need = one.need;
  CK_TRY(registry, Registry::open(bench_.context()));
  const auto wish = bench_.wishes().presets.find(need.key);
  if (wish != bench_.wishes().presets.end()) return explain_preset(one, wish->second);
  if (const auto above = chosen_.find(need.key); above != chosen_.end()) {
    const auto& record = above->second.environment.record;
    if (need.accepts(record.tags, above->second.version())) {
      one.choice = label(above->second);
      one.reason = "chosen above";
      return {};
    }
  }
  CK_TRY(registered, registry.matching(need));
  CK_CHECK(reject_registered(one, registry));
  if (!registered.empty()) {
    choose(one, std::move(registered), "registered");
    return {};
  }
  CK_TRY(found, explain_found(one));
  return found ? Status{} : explain_package(one);
}

Status Explainer::explain_preset(ExplainedNeed& one, const std::string& id) {
  CK_TRY(registry, Registry::open(bench_.context()));
  CK_TRY(found, registry.by_id(id));
  if (!found) {
    return fail(Error(ErrorCode::not_found, "there is no environment " + printable(id))
                    .in("--deps." + one.need.key + "=" + printable(id)));
  }
  one.choice = label(*found);
  one.reason = "asked for on the command line";
  chosen_.insert_or_assign(one.need.key, std::move(*found));
  return {};
}

Status Explainer::reject_registered(ExplainedNeed& one, const Registry& registry) {
  CK_TRY(with_tags, registry.with_tags(one.need.tags));
  for (const auto& candidate : with_tags) {
    const auto& tags = candidate.environment.record.tags;
    if (!one.need.accepts(tags, candidate.version()))
      one.rejected.emplace_back(label(candidate), shortcoming(one.need, candidate));
  }
  return {};
}

/// False if nothing on the machine answers, or if it is not looked for.
Result<bool> Explainer::explain_found(ExplainedNeed& one) {
  if (one.need.skip_detection) return false;
  // What has needs of its own might install them.
  CK_TRY(found, detect_for(one.need, bench_, Detectors::without_needs));
  if (found.empty()) return false;
  choose(one, std::move(found), "found on this machine");
  return true;
}

bool Explainer::contradicts(const Registered& candidate) const {
  return std::ranges::any_of(candidate.environment.record.dependencies, [&](const auto& below) {
    const auto chosen = chosen_.find(below.first);
    return chosen != chosen_.end() && chosen->second.id() != below.second;
  });
}

void Explainer::choose(ExplainedNeed& one, std::vector<Registered> candidates,
                       const std::string& how) {
  const auto all = candidates.size();
  if (!one.need.skip_pruning) {
    const auto bad =
        std::stable_partition(candidates.begin(), candidates.end(),
                              [&](const Registered& candidate) { return !contradicts(candidate); });
    if (bad != candidates.begin()) {
      for (auto it = bad; it != candidates.end(); ++it)
        one.rejected.emplace_back(label(*it), "was built with another choice of a key used here");
      candidates.erase(bad, candidates.end());
    }
  }
  std::ranges::sort(candidates, [&](const Registered& a, const Registered& b) {
    return preferred(a, b, bench_.wishes().order);
  });
  one.choice = label(candidates.front());
  one.reason = how;
  if (all > 1) one.reason += ", the first of " + std::to_string(all) + " by version and name";
  for (std::size_t i = 1; i < candidates.size(); ++i)
    one.rejected.emplace_back(label(candidates[i]),
                              "less preferred: comes later by version and name");
  chosen_.insert_or_assign(one.need.key, std::move(candidates.front()));
}

Status Explainer::explain_package(ExplainedNeed& one) {
  const Need& need = one.need;
  auto package = choose_package(
      {need.kind_of_package, need.tags, need.no_tags, need.or_tags, need.from, need.to}, bench_);
  if (!package) {
    one.reason = package.error().message;
    for (const auto& hint : package.error().hints) one.rejected.emplace_back("hint", hint);
    return {};
  }
  const auto& document = package->varied.meta;
  const auto version = text_at(object_at(document, "customize"), "version");
  const auto name = package->component.id.text();
  one.choice = name + (version.empty() ? "" : "@" + version);
  one.reason = "would be installed: nothing registered, nothing found on this machine";
  for (const auto& other : package->others)
    one.rejected.emplace_back(other, "less preferred: comes later by version and name");
  if (!packages_.insert(name).second) return {};
  return explain(name, object_at(document, "deps"), Json::object());
}

}  // namespace ck::collective
