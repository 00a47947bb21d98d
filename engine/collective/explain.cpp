#include "collective/explain.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "collective/asked.hpp"
#include "collective/meta.hpp"
#include "collective/resolver.hpp"
#include "collective/setup.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kCompiler = "compiler";

/// What a registered environment with the tags lacks all the same.
std::string shortcoming(const Need& need, const Registered& candidate) {
  Need without_bounds = need;
  without_bounds.from.reset();
  without_bounds.to.reset();
  const auto& record = candidate.environment.record;
  without_bounds.range = {};
  if (need.component && need.component->uid != record.component.uid)
    return "is not " + need.component->text();
  if (answers(candidate, without_bounds))
    return "version " + record.version + " is not " + need.wanted_version();
  for (const auto& tag : need.no_tags) {
    if (record.tags.contains(tag)) return "has the excluded tag " + tag;
  }
  if (!need.or_tags.empty()) return "does not fit " + need.or_tags;
  return "is not what is asked for";
}

/// What is known of an environment before it is installed.
store::EnvironmentRecord planned_record(const ChosenPackage& package) {
  const Json& customize = object_at(package.varied.meta, "customize");
  store::EnvironmentRecord record;
  record.component = package.component.id;
  record.version = text_at(customize, "version");
  if (record.version.empty())
    record.version = text_at(package.varied.environment, "PACKAGE_VERSION");
  auto tags = texts_at(package.varied.meta, "tags");
  for (const auto& variation : package.varied.variations) {
    record.parameters[variation] = "yes";
    tags.push_back(variation);
  }
  for (auto& tag : version_tags(record.version)) tags.push_back(std::move(tag));
  record.tags = model::Tags(std::move(tags));
  return record;
}

}  // namespace

Status Explainer::explain(const std::string& by, const Json& dependencies,
                          const Json& environment) {
  CK_CHECK(explain_all(by, dependencies, environment));
  given_.merge(std::move(chosen_));
  chosen_.clear();
  return {};
}

Status Explainer::explain_all(const std::string& by, const Json& dependencies,
                              const Json& environment) {
  auto needs = active_needs(dependencies, environment, bench_.platform());
  for (std::size_t i = 0; i < needs.size(); ++i) {
    CK_CHECK(bench_.context().cancel.check());
    keys_.insert(needs[i].key);
    auto asked = as_asked(needs[i], bench_);
    if (!asked) return fail(about_need(std::move(asked.error()), needs[i], bench_));
    ExplainedNeed one;
    one.need = std::move(*asked);
    one.by = by;
    if (auto done = explain(one); !done)
      return fail(about_need(std::move(done.error()), needs[i], bench_));
    std::vector<Need> rest(needs.begin() + static_cast<std::ptrdiff_t>(i) + 1, needs.end());
    pass_tags(needs[i], one.record.tags, rest);
    std::ranges::move(rest, needs.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    explained_.push_back(std::move(one));
  }
  return {};
}

/// As the resolver goes about it.
Status Explainer::explain(ExplainedNeed& one) {
  const Need& need = one.need;
  CK_TRY(registry, Registry::open(bench_.context()));
  CK_TRY(is_preset, explain_preset(one, registry));
  if (is_preset) return add_keys(one.record);
  if (const auto above = given_.find(need.key);
      above != given_.end() && answers(above->second, need)) {
    take(one, above->second, "chosen above");
    return {};
  }
  CK_TRY(matching, registry.matching(need));
  CK_TRY(registered, built_as_asked(std::move(matching), registry, bench_));
  CK_CHECK(reject_registered(one, registry));
  if (!registered.empty()) {
    choose(one, std::move(registered), "registered");
    return add_keys(one.record);
  }
  if (explain_planned(one)) return {};
  CK_TRY(found, explain_found(one));
  return found ? Status{} : explain_package(one);
}

/// Of what is there, the keys that it was built with.
Status Explainer::add_keys(const store::EnvironmentRecord& record) {
  CK_TRY(registry, Registry::open(bench_.context()));
  for (const auto& [key, id] : record.dependencies) {
    keys_.insert(key);
    CK_TRY(below, registry.by_id(id));
    if (below) CK_CHECK(add_keys(below->environment.record));
  }
  return {};
}

/// What is wished for by its id; what a repository pins counts only if it is here.
Result<bool> Explainer::explain_preset(ExplainedNeed& one, const Registry& registry) {
  const auto wish = bench_.wishes().presets.find(one.need.key);
  const bool wished = wish != bench_.wishes().presets.end();
  const std::string id = wished ? wish->second : one.need.environment;
  if (id.empty()) return false;
  CK_TRY(found, registry.by_id(id));
  if (!found && !wished) return false;
  if (!found) {
    return fail(
        Error(ErrorCode::not_found, "there is no environment " + printable(id))
            .hint("'ck show env --tags=" + join(one.need.tags, ",") + "' lists those there are"));
  }
  take(one, std::move(*found), wished ? "asked for on the command line" : "asked for");
  return true;
}

/// What would have been installed by then is as good as registered.
bool Explainer::explain_planned(ExplainedNeed& one) {
  const auto& need = one.need;
  const auto fits = [&](const store::EnvironmentRecord& planned) {
    const bool named = !need.component || need.component->uid == planned.component.uid;
    return named && in_range(need.range, planned.version) &&
           need.accepts(planned.tags, version_parts(planned.version)) &&
           (need.kind_of_package.empty() || need.kind_of_package == planned.component.name ||
            need.kind_of_package == planned.component.uid);
  };
  const auto before = [](const store::EnvironmentRecord& a, const store::EnvironmentRecord& b) {
    return compare(version_parts(a.version), version_parts(b.version)) < 0;
  };
  std::vector<store::EnvironmentRecord> fitting;
  std::ranges::copy_if(planned_, std::back_inserter(fitting), fits);
  if (fitting.empty()) return false;
  one.answer = ExplainedNeed::Answer::installed;
  one.record = *std::ranges::max_element(fitting, before);
  one.choice =
      one.record.component.text() + (one.record.version.empty() ? "" : "@" + one.record.version);
  one.reason = "would be installed before";
  return true;
}

Status Explainer::reject_registered(ExplainedNeed& one, const Registry& registry) {
  CK_TRY(with_tags, registry.with_tags(one.need.tags));
  for (const auto& candidate : with_tags) {
    if (!answers(candidate, one.need)) {
      one.rejected.emplace_back(label(candidate), shortcoming(one.need, candidate));
      continue;
    }
    CK_TRY(fitting, built_as_asked({candidate}, registry, bench_));
    if (fitting.empty())
      one.rejected.emplace_back(label(candidate), "was built with another choice than --dep. asks");
  }
  return {};
}

/// False if nothing on the machine answers, or if it is not looked for.
Result<bool> Explainer::explain_found(ExplainedNeed& one) {
  if (one.need.skip_detection) return false;
  // What has needs of its own might install them.
  CK_TRY(found, detect_for(one.need, bench_, detectors_));
  if (found.empty()) return false;
  choose(one, std::move(found), "found on this machine");
  one.answer = ExplainedNeed::Answer::found;
  return true;
}

void Explainer::take(ExplainedNeed& one, Registered chosen, const std::string& how) {
  one.record = chosen.environment.record;
  one.choice = label(chosen);
  one.reason = how;
  chosen_.insert_or_assign(one.need.key, std::move(chosen));
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
  const auto chosen = candidates.front();
  take(one, chosen, how);
  if (all > 1) one.reason += ", the first of " + std::to_string(all) + " by version and name";
  for (std::size_t i = 1; i < candidates.size(); ++i)
    one.rejected.emplace_back(label(candidates[i]),
                              "less preferred: comes later by version and name");
}

Status Explainer::explain_package(ExplainedNeed& one) {
  std::vector<Detecting> sought;
  if (!one.need.skip_detection) {
    CK_TRY(softs, softs_for(one.need, bench_));
    std::ranges::copy_if(softs, std::back_inserter(sought),
                         [](const Detecting& soft) { return !soft.needs.empty(); });
  }
  auto package = choose_package(one.need, bench_);
  if (!package)
    return sought.empty() ? fail(std::move(package.error())) : explain_sought(one, sought);
  one.answer = ExplainedNeed::Answer::installed;
  one.record = planned_record(*package);
  one.choice =
      one.record.component.text() + (one.record.version.empty() ? "" : "@" + one.record.version);
  one.reason = "would be installed: nothing registered, nothing found on this machine";
  if (!sought.empty())
    one.reason += "; " + sought.front().soft.id.text() +
                  ", which needs something itself, is looked for before";
  for (const auto& other : package->others)
    one.rejected.emplace_back(other, "less preferred: comes later by version and name");
  CK_CHECK(explain(*package, Json::object()));
  planned_.push_back(one.record);
  return {};
}

/// What only its detection tells, which may have to install something first.
Status Explainer::explain_sought(ExplainedNeed& one, const std::vector<Detecting>& softs) {
  one.answer = ExplainedNeed::Answer::sought;
  one.record.component = softs.front().soft.id;
  one.choice = softs.front().soft.id.text();
  one.reason = "would be looked for on this machine: it needs something itself";
  for (const auto& soft : softs) {
    for (const auto& [key, need] : soft.needs.items()) keys_.insert(key);
  }
  return {};
}

Status Explainer::explain(const ChosenPackage& package, const Json& overrides) {
  const auto record = planned_record(package);
  std::string name = record.component.text();
  if (!package.varied.variations.empty())
    name += " (" + join(package.varied.variations, ", ") + ")";
  CK_TRY(begun, bench_.begin(name));
  const Workbench::UnderWay under_way = begun;
  if (!packages_.insert(name).second) return {};
  Varied varied = package.varied;
  const PackageFacts facts{record.version, bench_.platform().ck_name2(), bench_.platform().bits(),
                           bench_.jobs()};
  auto environment = installation_environment(varied, facts, overrides);
  if (!environment) return fail(std::move(environment.error()).in(record.component.text()));
  Json needs = object_at(varied.meta, "deps");
  if (const auto soft = text_at(varied.meta, "soft_uoa"); !soft.empty()) {
    CK_TRY(entry, bench_.find("soft", soft));
    CK_TRY(document, bench_.document(entry));
    for (const auto& [key, need] : object_at(document, "deps").items()) {
      if (!needs.contains(key)) needs[key] = need;
    }
  }
  // Of what was chosen above, only the compiler is handed down.
  auto given = given_;
  auto chosen = std::exchange(chosen_, {});
  if (const auto compiler = chosen.find(std::string(kCompiler)); compiler != chosen.end())
    given_.emplace(*compiler);
  auto done = explain_all(record.component.text(), needs, *environment);
  given_ = std::move(given);
  chosen_ = std::move(chosen);
  return done;
}

}  // namespace ck::collective
