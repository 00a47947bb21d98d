#pragma once
/// Why the needs of a CK component would be answered as they would be, without installing anything.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collective/package_choice.hpp"
#include "collective/registry.hpp"
#include "collective/software.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

struct ExplainedNeed {
  enum class Answer {
    registered,
    found,     ///< on this machine
    sought,    ///< software that needs something itself before it can be looked for
    installed  ///< a package would be
  };
  Need need;
  Answer answer = Answer::registered;
  store::EnvironmentRecord record;  ///< of what is not there yet: component, version, tags
  std::string by;                   ///< "program:x", or the package that would be installed
  std::string choice;  ///< "soft:compiler.gcc@12.2.0 (env:3fa1…)", "package:lib-foo@1.0"
  std::string reason;  ///< "registered, the first of 3 by version and name"
  std::vector<std::pair<std::string, std::string>> rejected;  ///< others with what is against them
};

/// Goes through `dependencies` (a CK `deps` object) as `resolve_needs` does: choices asked for,
/// registered environments, software on the machine (what is found is registered, unless
/// `detectors` only look; those that need something themselves are left out, as that would be
/// installed), packages; and through what those packages need, as far as it is not there. What
/// cannot be had is the error that resolving it would be.
class Explainer {
 public:
  explicit Explainer(Workbench& bench, Detectors detectors = Detectors::without_needs)
      : bench_(bench), detectors_(detectors) {}

  /// The choices of one call hold for equal keys in the next.
  Status explain(const std::string& by, const Json& dependencies, const Json& environment);
  /// What a package needs; `overrides` are variables that its installation gets.
  Status explain(const ChosenPackage& package, const Json& overrides);
  /// Of all needs that were met, dependencies first, and those that environments were built with.
  const std::set<std::string>& keys() const { return keys_; }
  const std::vector<ExplainedNeed>& explained() const { return explained_; }
  std::vector<ExplainedNeed> take() { return std::move(explained_); }

 private:
  Status explain_all(const std::string& by, const Json& dependencies, const Json& environment);
  Status explain(ExplainedNeed& one);
  bool explain_planned(ExplainedNeed& one);
  Status add_keys(const store::EnvironmentRecord& record);
  Result<bool> explain_preset(ExplainedNeed& one, const Registry& registry);
  Result<bool> explain_found(ExplainedNeed& one);
  Status explain_package(ExplainedNeed& one);
  Status explain_sought(ExplainedNeed& one, const std::vector<Detecting>& softs);
  Status reject_registered(ExplainedNeed& one, const Registry& registry);
  void take(ExplainedNeed& one, Registered chosen, const std::string& how);
  void choose(ExplainedNeed& one, std::vector<Registered> candidates, const std::string& how);
  bool contradicts(const Registered& candidate) const;

  Workbench& bench_;
  Detectors detectors_;
  std::map<std::string, Registered> given_;        ///< by key: what was chosen above
  std::map<std::string, Registered> chosen_;       ///< by key: among the needs gone through now
  std::set<std::string> packages_;                 ///< whose needs have been gone through
  std::vector<store::EnvironmentRecord> planned_;  ///< what would be installed by then
  std::set<std::string> keys_;
  std::vector<ExplainedNeed> explained_;
};

}  // namespace ck::collective
