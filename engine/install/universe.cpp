#include "install/universe.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "base/strings.hpp"
#include "install/detector.hpp"
#include "install/variants.hpp"
#include "solve/match.hpp"

namespace ck::install {

std::string candidate_id(const store::EnvironmentRecord& record) {
  constexpr std::size_t kShownId = 12;
  const bool built = record.origin == store::EnvironmentRecord::Origin::built;
  return record.component.text() + "@" + record.version + " (" +
         (built ? "env:" + record.id.substr(0, kShownId) : record.file) + ")";
}

namespace {

/// v12, v12.2 and v12.2.0 of 12.2.0, as Collective Knowledge has them: for
/// --dep.KEY=tags:gcc,v12.
void add_version_tags(const std::string& version, model::Tags& tags) {
  const auto numbers = version.substr(0, version.find_first_not_of("0123456789."));
  std::string tag = "v";
  for (const auto& number : split(numbers, '.')) {
    if (number.empty()) return;
    tag += (tag.size() > 1 ? "." : "") + number;
    tags.insert(tag);
  }
}

void fill(solve::Candidate& candidate, const catalog::Component& component,
          const std::string& version, const model::Tags& tags) {
  candidate.component = component.id;
  if (const auto parsed = model::Version::parse(version)) candidate.version = *parsed;
  candidate.tags = tags;
  add_version_tags(version, candidate.tags);
  candidate.repository_rank = component.repository_rank;
}

}  // namespace

solve::Candidate as_candidate(const store::EnvironmentRecord& record) {
  catalog::Component component;
  component.id = record.component;
  solve::Candidate candidate;
  candidate.id = candidate_id(record);
  fill(candidate, component, record.version, record.tags);
  return candidate;
}

namespace {

/// Of one need, as many as are told to be one too many; and as many as are looked at.
constexpr std::size_t kMostTags = 3;
constexpr std::size_t kMostTagsLookedAt = 20;

class Collector {
 public:
  Collector(const solve::Request& request, const Surroundings& surroundings, Context& context)
      : request_(request),
        records_(surroundings.records),
        also_(surroundings.also),
        facts_(host_candidates(surroundings.host)),
        context_(context) {}

  Result<Offered> collect() {
    for (const auto& dependency : request_.dependencies) want(dependency);
    for (const auto& exclusion : request_.conflicts) avoid(exclusion);
    if (also_) want_also(*also_);
    for (bool more = true; more;) {
      CK_CHECK(serve_all());
      // What somebody excludes may be had without the tag, with another variation.
      CK_TRY(added, add_avoiding_variants());
      more = added;
    }
    for (const auto& pin : request_.pins) want_pinned(pin);
    CK_CHECK(serve_all());
    add_pinned_environments();
    for (const auto& dependency : unserved_) CK_CHECK(explain_together(dependency));
    return std::move(offered_);
  }

 private:
  Status serve_all() {
    while (!wanted_.empty()) {
      const model::Dependency dependency = std::move(wanted_.front());
      wanted_.pop_front();
      CK_CHECK(context_.cancel.check());
      CK_CHECK(serve(dependency));
    }
    return {};
  }

  /// A component that is to be offered although nothing needs it.
  void want_also(const model::Wish& wish) {
    model::Dependency dependency;
    dependency.kind = wish.kind;
    dependency.name = wish.name;
    dependency.tags = wish.tags;
    queue(std::move(dependency));
  }

  /// Queues a need; and once more as the pins of its key narrow it, as they may ask for variations.
  void want(model::Dependency dependency) {
    model::Dependency narrowed = dependency;
    narrowed.key.clear();  // what it lacks is the pin's fault, which the solver tells
    auto& tags = narrowed.tags;
    for (const auto& pin : request_.pins) {
      if (pin.key != dependency.key) continue;
      tags.all.insert(tags.all.end(), pin.tags.all.begin(), pin.tags.all.end());
      tags.none.insert(tags.none.end(), pin.tags.none.begin(), pin.tags.none.end());
      tags.any.insert(tags.any.end(), pin.tags.any.begin(), pin.tags.any.end());
    }
    queue(std::move(dependency));
    queue(std::move(narrowed));
  }

  /// What a pin means and no need asks for is collected whatever it lacks: then the solver can tell
  /// that.
  void want_pinned(const solve::Pin& pin) {
    if (!pin.candidate.empty() || (pin.component.empty() && pin.tags.empty())) return;
    auto wanted = solve::wanted_by(pin);
    wanted.any_version = true;
    const bool there = std::ranges::any_of(
        offered_.universe.candidates,
        [&](const solve::Candidate& candidate) { return solve::meets(candidate, wanted); });
    if (!there) want_also({pin.tags, pin.kind, pin.component, {}});
  }

  /// Unless the same was asked before.
  void queue(model::Dependency dependency) {
    std::ranges::sort(dependency.tags.all);
    const std::string identity =
        dependency.kind + "\n" + dependency.name + "\n" + dependency.tags.text();
    if (asked_.insert(identity).second) wanted_.push_back(std::move(dependency));
  }

  Status serve(const model::Dependency& dependency) {
    if (model::names_host_fact(dependency.name)) return serve_fact(dependency), Status{};
    CK_TRY(providers,
           context_.catalog.providers(dependency.tags, dependency.kind, dependency.name));
    bool any = false;
    for (const auto& component : providers) {
      CK_TRY(added, add_component(component, dependency));
      any = any || added;
      if (!added) note_useless(component, dependency);
    }
    if (any) return {};
    CK_CHECK(note_tags());
    if (dependency.key.empty()) return {};
    explain_nothing(dependency);
    if (providers.empty()) {
      unserved_.push_back(dependency);
    } else if (providers.front().format == model::RepositoryDescriptor::Format::ck) {
      offered_.hints.push_back(providers.front().id.full_text() + " would be '" + dependency.key +
                               "', but is of Collective Knowledge: only its programs and packages "
                               "can use it");
    }
    return {};
  }

  /// A component that is there and offers nothing.
  void note_useless(const catalog::Component& component, const model::Dependency& dependency) {
    auto& names = offered_.universe.other_names;
    const bool fresh = names.insert(component.id.name).second;
    if (!component.id.uid.empty()) names.insert(component.id.uid);
    const bool asked_for = !dependency.key.empty() || (fresh && !dependency.name.empty());
    if (component.id.kind != "software" || !asked_for) return;
    const std::string serves =
        dependency.key.empty() ? "" : "would serve '" + dependency.key + "', but ";
    offered_.hints.push_back(component.id.text() + " " + serves +
                             "was not found on this machine: 'ck detect " + component.id.text() +
                             "' says where it looks");
  }

  /// What the catalog has, and not only who was asked.
  Status note_tags() {
    auto& tags = offered_.universe.other_tags;
    if (!tags.empty()) return {};
    CK_TRY(counts, context_.catalog.tag_counts());
    for (auto& [tag, count] : counts) tags.insert(std::move(tag));
    return {};
  }

  void serve_fact(const model::Dependency& dependency) {
    const auto fact = std::ranges::find_if(facts_, [&](const solve::Candidate& candidate) {
      return candidate.component.name == dependency.name;
    });
    if (fact != facts_.end()) add(*fact, FactCandidate{fact->component.name});
  }

  bool in_use(const std::string& tag) const {
    return offered_.universe.other_tags.contains(tag) || model::parse_kind(tag);
  }

  /// Which tags of an unserved need nobody has.
  void explain_nothing(const model::Dependency& dependency) {
    const auto& tags = offered_.universe.other_tags;
    const std::vector<std::string> known(tags.begin(), tags.end());
    for (const auto& tag : dependency.tags.all) {
      if (in_use(tag)) continue;
      std::string hint = "no component has the tag '" + tag + "'";
      if (const auto near = did_you_mean(near_misses(tag, known))) hint += "; " + *near;
      offered_.hints.push_back(std::move(hint));
    }
  }

  /// Which tag is one too many, where each of an unserved need's is in use. The solver tells that
  /// of candidates; this is of components that nothing else asks for.
  Status explain_together(const model::Dependency& dependency) {
    const auto& tags = dependency.tags.all;
    const auto used = [&](const std::string& tag) { return in_use(tag); };
    if (tags.size() < 2 || tags.size() > kMostTagsLookedAt || !std::ranges::all_of(tags, used))
      return {};
    std::size_t told = 0;
    for (const auto& tag : tags) {
      if (told == kMostTags) break;
      model::Dependency without = dependency;
      std::erase(without.tags.all, tag);
      const bool offered =
          std::ranges::any_of(offered_.universe.candidates, [&](const solve::Candidate& candidate) {
            return solve::meets(candidate, solve::wanted_by(without));
          });
      if (offered) return {};
      CK_TRY(found, context_.catalog.providers(without.tags, dependency.kind, dependency.name));
      if (found.empty()) continue;
      ++told;
      offered_.hints.push_back("without the tag '" + tag + "', '" + dependency.key + "' could be " +
                               found.front().id.text() + (found.size() > 1 ? " and others" : ""));
    }
    if (told == 0)
      offered_.hints.push_back("each tag of '" + dependency.key +
                               "' is in use, but no component has them all");
    return {};
  }

  Result<const model::Descriptor*> load(const catalog::Component& component) {
    auto& descriptor = descriptors_[component.path.string()];
    if (!descriptor) {
      auto loaded = context_.catalog.load(component);
      if (!loaded) return fail(std::move(loaded.error()));
      descriptor = std::make_shared<const model::Descriptor>(std::move(*loaded));
    }
    return descriptor.get();
  }

  /// False if the component offers nothing here (software that is not installed, CK components).
  Result<bool> add_component(const catalog::Component& component,
                             const model::Dependency& dependency) {
    auto loaded = load(component);
    if (!loaded) {
      // One broken descriptor must not stop everybody else.
      context_.events.on(
          Warning{"left out " + component.id.full_text() + ": " + loaded.error().message});
      return false;
    }
    if (const auto* software = std::get_if<model::Software>(*loaded))
      return add_software(component, *software);
    const auto* recipe = recipe_of(**loaded);
    if (recipe == nullptr) return false;
    auto& [same, variants] = variants_[component.path.string()];
    same = component;
    variants.speak_of(*recipe, dependency.tags);
    CK_CHECK(add_variants(component, variants, *recipe));
    return true;
  }

  /// A component in all combinations of the options that matter.
  Status add_variants(const catalog::Component& component, const Variants& variants,
                      const model::Recipe& recipe) {
    CK_TRY(combinations, variants.combinations(recipe, component.id.text()));
    const auto& common = *common_of(*descriptors_.at(component.path.string()));
    for (const auto& values : combinations) {
      CK_TRY(complete, complete_values(recipe, values, component.id.text()));
      CK_CHECK(add_buildable(component, recipe, common, complete));
    }
    return {};
  }

  void avoid(const model::Exclusion& exclusion) {
    const auto& tags = exclusion.wish.tags;
    avoided_.insert(tags.all.begin(), tags.all.end());
    for (const auto& alternative : tags.any)
      avoided_.insert(alternative.begin(), alternative.end());
  }

  /// Whether there was anything to add.
  Result<bool> add_avoiding_variants() {
    const model::TagQuery query{{}, {avoided_.begin(), avoided_.end()}};
    const auto before = offered_.universe.candidates.size();
    for (auto& [path, known] : variants_) {
      auto& [component, variants] = known;
      const auto& recipe = *recipe_of(*descriptors_.at(path));
      if (variants.speak_of(recipe, query)) CK_CHECK(add_variants(component, variants, recipe));
    }
    return offered_.universe.candidates.size() != before;
  }

  Result<bool> add_software(const catalog::Component& component, const model::Software& software) {
    if (!detected_.insert(component.path.string()).second) return offers_of(component) > 0;
    CK_TRY(detection, detect(software, component, {}, context_));
    for (auto& environment : detection.found) {
      solve::Candidate candidate;
      candidate.id = candidate_id(environment.record);
      candidate.origin = solve::Origin::detected;
      fill(candidate, component, environment.record.version, environment.record.tags);
      add(std::move(candidate), std::move(environment));
    }
    return !detection.found.empty();
  }

  std::size_t offers_of(const catalog::Component& component) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        offered_.universe.candidates,
        [&](const auto& candidate) { return candidate.component == component.id; }));
  }

  Status add_buildable(const catalog::Component& component, const model::Recipe& recipe,
                       const model::Common& common, const model::Values& values) {
    const std::string id = buildable_id(component, common, recipe, values);
    if (offered_.offers.contains(id)) return {};
    const model::Tags tags = offered_tags(component, recipe, values);
    CK_TRY(dependencies, active_dependencies(recipe, values));
    // Whoever depends on a program brings what its runs need.
    std::erase_if(dependencies,
                  [](const model::Dependency& dependency) { return dependency.run_only; });
    solve::Candidate candidate;
    candidate.id = id;
    candidate.origin = solve::Origin::buildable;
    candidate.variations = values;
    candidate.dependencies = dependencies;
    CK_TRY(conflicts, active_conflicts(recipe, values));
    for (const auto& exclusion : conflicts) avoid(exclusion);
    candidate.conflicts = conflicts;
    candidate.departures = departures_of(recipe, values);
    fill(candidate, component, common.version.text(), tags);
    add(std::move(candidate),
        BuildableCandidate{component, descriptors_.at(component.path.string()), values});
    for (auto& dependency : dependencies) want(std::move(dependency));
    if (request_.reuse) {
      CK_CHECK(add_installed(component, build_values(recipe, values), tags, conflicts,
                             departures_of(recipe, values)));
    }
    return {};
  }

  static int departures_of(const model::Recipe& recipe, const model::Values& values) {
    return static_cast<int>(departures(recipe, values).size());
  }

  /// "package:x@1.0", with the repository when another one of that name was met before, and with
  /// what differs from the defaults.
  std::string buildable_id(const catalog::Component& component, const model::Common& common,
                           const model::Recipe& recipe, const model::Values& values) {
    const auto [first, added] = first_of_name_.emplace(component.id.text(), component.id.repo);
    std::string id =
        first->second == component.id.repo ? component.id.text() : component.id.full_text();
    id += "@" + common.version.text();
    const auto special = departures(recipe, values);
    return special.empty() ? id : id + "[" + join(special, ",") + "]";
  }

  Status add_installed(const catalog::Component& component, const model::Values& values,
                       const model::Tags& tags, const std::vector<model::Exclusion>& conflicts,
                       int departing) {
    for (const auto& record : records_) {
      if (record.origin != store::EnvironmentRecord::Origin::built ||
          record.component.uid != component.id.uid || record.component.kind != component.id.kind ||
          record.parameters != values) {
        continue;
      }
      CK_TRY(hash, context_.catalog.content_hash(component, context_.cancel));
      if (record.recipe_hash != hash) continue;
      add_environment(record, component, tags, conflicts, departing);
    }
    return {};
  }

  void add_environment(const store::EnvironmentRecord& record, const catalog::Component& component,
                       const model::Tags& tags, const std::vector<model::Exclusion>& conflicts,
                       int departing) {
    solve::Candidate candidate;
    candidate.conflicts = conflicts;
    candidate.departures = departing;
    candidate.id = candidate_id(record);
    candidate.origin = solve::Origin::installed;
    candidate.variations = record.parameters;
    for (const auto& [key, id] : record.dependencies) candidate.built_with[key] = candidate_of(id);
    fill(candidate, component, record.version, tags);
    add(std::move(candidate), make_environment(record, context_.home));
  }

  /// The candidate that an environment of the store is; one that is gone is no candidate at all.
  std::string candidate_of(const std::string& id) const {
    const auto record = std::ranges::find(records_, id, &store::EnvironmentRecord::id);
    return record == records_.end() ? "env:" + id : candidate_id(*record);
  }

  /// Environments named by `--dep.KEY=env:ID` are offered whatever they were made from.
  void add_pinned_environments() {
    std::deque<const store::EnvironmentRecord*> wanted;
    for (const auto& record : records_) {
      const std::string id = candidate_id(record);
      if (std::ranges::any_of(request_.pins,
                              [&](const auto& pin) { return pin.candidate == id; })) {
        wanted.push_back(&record);
      }
    }
    while (!wanted.empty()) {
      const auto& record = *wanted.front();
      wanted.pop_front();
      if (offered_.offers.contains(candidate_id(record))) continue;
      catalog::Component component;
      component.id = record.component;
      add_environment(record, component, record.tags, {}, 0);
      for (const auto& [key, id] : record.dependencies) {
        const auto below = std::ranges::find(records_, id, &store::EnvironmentRecord::id);
        if (below != records_.end()) wanted.push_back(&*below);
      }
    }
  }

  template <typename What>
  void add(solve::Candidate candidate, What what) {
    if (!offered_.offers.emplace(candidate.id, Offer{std::move(what)}).second) return;
    offered_.universe.candidates.push_back(std::move(candidate));
  }

  const solve::Request& request_;
  const std::vector<store::EnvironmentRecord>& records_;
  const std::optional<model::Wish>& also_;
  const std::vector<solve::Candidate> facts_;
  Context& context_;
  Offered offered_;
  std::deque<model::Dependency> wanted_;
  std::vector<model::Dependency> unserved_;
  std::set<std::string> asked_;
  std::set<std::string> detected_;
  std::map<std::string, std::shared_ptr<const model::Descriptor>> descriptors_;
  std::map<std::string, std::string> first_of_name_;
  struct Known {
    catalog::Component component;
    Variants variants;
  };
  std::map<std::string, Known> variants_;  ///< by path of the component
  std::set<std::string> avoided_;          ///< tags that somebody excludes
};

}  // namespace

Result<Offered> collect_offers(const solve::Request& request, const Surroundings& surroundings,
                               Context& context) {
  return Collector(request, surroundings, context).collect();
}

}  // namespace ck::install
