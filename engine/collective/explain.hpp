#pragma once
/// Why the needs of a CK component would be answered as they would be, without installing anything.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collective/registry.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

struct ExplainedNeed {
  Need need;
  std::string by;  ///< "program:x", or the package that would be installed
  std::string
      choice;  ///< "soft:compiler.gcc@12.2.0 (env:3fa1…)", "package:lib-foo@1.0"; "" if none
  std::string reason;  ///< "registered, the first of 3 by version and name"
  std::vector<std::pair<std::string, std::string>> rejected;  ///< others with what is against them
};

/// Goes through `dependencies` (a CK `deps` object) as `resolve_needs` does: choices asked for,
/// registered environments, software on the machine (what is found is registered; detectors that
/// need something themselves are left out, as that would be installed), packages; and through what
/// those packages need, as far as it is not there. What cannot be had has an empty
/// choice and the reason; that is no error.
class Explainer {
 public:
  explicit Explainer(Workbench& bench) : bench_(bench) {}

  Status explain(const std::string& by, const Json& dependencies, const Json& environment);
  std::vector<ExplainedNeed> take() { return std::move(explained_); }

 private:
  Status explain(ExplainedNeed& one);
  Status explain_preset(ExplainedNeed& one, const std::string& id);
  Result<bool> explain_found(ExplainedNeed& one);
  Status explain_package(ExplainedNeed& one);
  Status reject_registered(ExplainedNeed& one, const Registry& registry);
  void choose(ExplainedNeed& one, std::vector<Registered> candidates, const std::string& how);
  bool contradicts(const Registered& candidate) const;

  Workbench& bench_;
  std::map<std::string, Registered> chosen_;  ///< by key
  std::set<std::string> packages_;            ///< whose needs have been gone through
  std::vector<ExplainedNeed> explained_;
};

}  // namespace ck::collective
