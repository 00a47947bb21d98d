/// Whether what a lock chose for its subject is what the subject asks for with other values.

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "install/lock.hpp"
#include "install/universe.hpp"
#include "model/substitution.hpp"
#include "solve/match.hpp"

namespace ck::install {
namespace {

class ChoiceCheck {
 public:
  ChoiceCheck(const Lock& lock, const Subject& subject, const HostFacts& here)
      : lock_(lock),
        subject_(subject),
        recipe_(*recipe_of(*subject.descriptor)),
        facts_(host_candidates(here)) {}

  Result<std::vector<LockDifference>> make() {
    CK_TRY(dependencies, active_dependencies(recipe_, subject_.values));
    dependencies_ = std::move(dependencies);
    for (const auto& dependency : dependencies_) {
      if (holds(dependency.when)) check(dependency);
    }
    for (const auto& [key, id] : lock_.roots) check_still_asked(key, id);
    CK_TRY(exclusions, active_conflicts(recipe_, subject_.values));
    for (const auto& exclusion : exclusions) check(exclusion);
    return std::move(differences_);
  }

 private:
  void check(const model::Dependency& dependency) {
    if (model::names_host_fact(dependency.name)) return check_fact(dependency);
    const auto root = lock_.roots.find(dependency.key);
    const auto* locked = root == lock_.roots.end() ? nullptr : lock_.find(root->second);
    const std::string wanted = "asked for is " + dependency.text();
    if (locked == nullptr)
      return add(dependency.key, "nothing", wanted, anew(dependency.key), true);
    const auto chosen = as_candidate(locked->record);
    const auto wrong = solve::shortcoming(chosen, solve::wanted_by(dependency));
    if (!wrong.empty())
      add(dependency.key, name_of(*locked), wanted + ", and the locked one " + wrong,
          update(dependency.key), false);
  }

  /// Those that the lock names are looked at as facts of the lock.
  void check_fact(const model::Dependency& dependency) {
    const bool told = std::ranges::any_of(lock_.facts, [&](const LockedFact& fact) {
      return fact.name == dependency.name && fact.wanted == dependency.version.text();
    });
    const bool met = std::ranges::any_of(facts_, [&](const solve::Candidate& fact) {
      return solve::meets(fact, solve::wanted_by(dependency));
    });
    if (!told && !met)
      add(dependency.key, "nothing",
          "asked for is " + dependency.text() + ", which this machine does not have",
          anew(dependency.key), false);
  }

  void check_still_asked(const std::string& key, const std::string& id) {
    const auto* locked = lock_.find(id);
    if (locked == nullptr ||
        std::ranges::find(dependencies_, key, &model::Dependency::key) != dependencies_.end())
      return;
    add(key, name_of(*locked), "not asked for", update(key), false);
  }

  void check(const model::Exclusion& exclusion) {
    for (const auto& locked : lock_.environments) {
      if (locked.record.id == lock_.subject ||
          !solve::meets(as_candidate(locked.record), solve::wanted_by(exclusion.wish)))
        continue;
      differences_.push_back({subject_.component.id.text() + ", conflicts", name_of(locked),
                              "not to be used together with " + exclusion.wish.text(),
                              "give the locked values, or lock anew", false});
    }
  }

  /// Whether the choices that a condition looks at are as it says.
  bool holds(const model::Condition& condition) const {
    return std::ranges::all_of(condition.choices, [&](const model::ChoiceCondition& said) {
      const auto chosen = chosen_for(said.key);
      return chosen && solve::meets(*chosen, solve::wanted_by(said.wish));
    });
  }

  std::optional<solve::Candidate> chosen_for(const std::string& key) const {
    if (const auto root = lock_.roots.find(key); root != lock_.roots.end())
      return candidate_of(root->second);
    for (const auto& dependency : dependencies_) {
      const auto fact = std::ranges::find_if(facts_, [&](const solve::Candidate& candidate) {
        return dependency.key == key && candidate.component.name == dependency.name;
      });
      if (fact != facts_.end()) return *fact;
    }
    for (const auto& locked : lock_.environments) {
      const auto below = locked.record.dependencies.find(key);
      if (below != locked.record.dependencies.end()) return candidate_of(below->second);
    }
    return std::nullopt;
  }

  std::optional<solve::Candidate> candidate_of(const std::string& id) const {
    const auto* locked = lock_.find(id);
    return locked == nullptr ? std::nullopt : std::optional(as_candidate(locked->record));
  }

  static std::string name_of(const LockedEnvironment& locked) {
    return locked.record.component.text() +
           (locked.record.version.empty() ? "" : "@" + locked.record.version);
  }

  /// "--which=b" of each parameter and variation that the key's dependencies depend on.
  std::string options(const std::string& key) const {
    std::set<std::string> names;
    const auto add_names = [&](const std::vector<model::Dependency>& dependencies) {
      for (const auto& dependency : dependencies) {
        if (dependency.key == key) names.merge(parameters_in(dependency));
      }
    };
    add_names(recipe_.dependencies);
    for (const auto& group : recipe_.variations) {
      for (const auto& option : group.options) {
        add_names(option.dependencies);
        if (std::ranges::find(option.dependencies, key, &model::Dependency::key) !=
            option.dependencies.end())
          names.insert(group.name);
      }
    }
    std::string text;
    for (const auto& name : names) {
      const auto value = subject_.values.find(name);
      if (value != subject_.values.end() && !value->second.empty())
        text += " --" + name + "=" + shell_quoted(value->second);
    }
    return text;
  }

  static std::set<std::string> parameters_in(const model::Dependency& dependency) {
    std::set<std::string> names;
    const auto add_names = [&](const std::string& text) {
      for (auto& name : model::substitution_names(text)) names.insert(std::move(name));
    };
    add_names(dependency.name);
    for (const auto& tag : dependency.tags.all) add_names(tag);
    for (const auto& tag : dependency.tags.none) add_names(tag);
    for (const auto& alternative : dependency.tags.any) {
      for (const auto& tag : alternative) add_names(tag);
    }
    for (const auto& [name, values] : dependency.when.any_of) names.insert(name);
    return names;
  }

  std::string update(const std::string& key) const {
    return "give the locked values, or choose anew: ck lock --update=" + key + options(key) +
           " FILE";
  }

  std::string anew(const std::string& key) const {
    return "give the locked values, or lock anew: ck lock " + subject_.component.id.text() +
           options(key);
  }

  void add(const std::string& key, std::string locked, std::string now, std::string advice,
           bool missing) {
    differences_.push_back({subject_.component.id.text() + ", dependency '" + key + "'",
                            std::move(locked), std::move(now), std::move(advice), missing});
  }

  const Lock& lock_;
  const Subject& subject_;
  const model::Recipe& recipe_;
  const std::vector<solve::Candidate> facts_;
  std::vector<model::Dependency> dependencies_;
  std::vector<LockDifference> differences_;
};

}  // namespace

Result<std::vector<LockDifference>> choice_differences(const Lock& lock, const Subject& subject,
                                                       const HostFacts& here) {
  return ChoiceCheck(lock, subject, here).make();
}

}  // namespace ck::install
