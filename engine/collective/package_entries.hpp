#pragma once
/// Other entries that a package refers to (CK_FORMAT 7.2, 7.4): for its scripts, its hooks, and the
/// soft that describes what it installs.

#include <optional>
#include <vector>

#include "collective/workbench.hpp"

namespace ck::collective {

/// The file with a package's hooks.
inline constexpr std::string_view kPackageHooks = "custom.py";

struct PackageEntries {
  catalog::Component scripts;             ///< where `process_script` lies; often the package itself
  std::vector<catalog::Component> hooks;  ///< whose custom.py is called, in order
  std::optional<catalog::Component> soft;
  Json soft_document = Json::object();
};

/// `not_found` for entries that are not here.
Result<PackageEntries> entries_of(const catalog::Component& package, const Json& document,
                                  Workbench& bench);

/// $#path_to_cid=module:entry#$ in variables becomes where that entry lies.
Status place_entries(Json& environment, Workbench& bench);

}  // namespace ck::collective
