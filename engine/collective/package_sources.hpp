#pragma once
/// Downloads of packages: what the script `download-and-install-package` would fetch with wget and
/// git is fetched by the engine instead, verified and kept. CK's packages hardly ever say what they
/// expect, so what was seen first is what counts from then on.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "collective/given_files.hpp"
#include "collective/workbench.hpp"
#include "install/environment.hpp"

namespace ck::collective {

/// One source as it was fetched.
struct PackageSource {
  std::string url;
  std::string sha256;  ///< of a file
  std::string commit;  ///< of a git repository
};
Json to_json(const std::vector<PackageSource>& sources);
std::vector<PackageSource> sources_from_json(const Json& value);

/// What holds for the downloads of one package.
struct DownloadRules {
  std::string package;                  ///< "package:lib-x", for messages
  std::vector<PackageSource> required;  ///< what a lock demands, by URL
  GivenFiles sources;                   ///< files in place of URLs
};

/// What the variables of a package (PACKAGE_WGET, PACKAGE_GIT, …, with PACKAGE_DETECT_VARS applied)
/// ask for, into `folder`. The variables that would make the script download again are switched off
/// in `environment`. Where a lock demands something, other content is `verification`.
/// Errors name the URL; `network` ones say how to give a file instead.
Result<std::vector<PackageSource>> fetch_package_sources(const DownloadRules& rules,
                                                         Json& environment,
                                                         const install::Variables& values,
                                                         const fs::path& folder, Workbench& bench);

}  // namespace ck::collective
