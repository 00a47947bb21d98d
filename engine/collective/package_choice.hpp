#pragma once
/// Which package installs what is wanted (CK_FORMAT 7.1).

#include <optional>
#include <string>
#include <vector>

#include "collective/need.hpp"
#include "collective/variations.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

struct PackageQuery {
  std::string name;               ///< alias or UID; empty: by tags
  std::vector<std::string> tags;  ///< of the package or names of its variations
  std::vector<std::string> no_tags;
  std::string or_tags;
  std::optional<VersionParts> from, to;
  model::VersionRange range = {};  ///< --dep.KEY=RANGE
};

struct ChosenPackage {
  catalog::Component component;
  Varied varied;                    ///< with the variations that the tags name
  std::vector<std::string> others;  ///< names of packages that answer too, best first
};

/// The best answer: `sort`, version, name and alias, all descending, as CK has it. A package that
/// is named must have the tags as well. `not_found` with near tags; a package marked as a `problem`
/// is `unsupported` with its own words.
Result<ChosenPackage> choose_package(const PackageQuery& query, Workbench& bench);

/// The same for a need. `not_found` also when software of the machine was asked for by name; it
/// tells what is here in another version.
Result<ChosenPackage> choose_package(const Need& need, Workbench& bench);

}  // namespace ck::collective
