#pragma once
/// Installing a CK package into an environment (CK_FORMAT 7).

#include <string>
#include <vector>

#include "collective/package_choice.hpp"
#include "collective/package_sources.hpp"
#include "collective/resolver.hpp"

namespace ck::collective {

/// The key in an environment's inputs under which secrets are named, each with its keyed hash.
inline constexpr const char* kSecretInputs = "secrets";

struct PackageRequest {
  PackageQuery query;
  Json environment = Json::object();    ///< --env.NAME=, over the package's own; secrets too
  std::vector<std::string> extra_tags;  ///< for the environment
  std::string version;                  ///< --force_version
  bool rebuild = false;
  Resolution given;                     ///< choices that hold for equal keys
  std::vector<PackageSource> required;  ///< what a lock demands of downloads
  std::string source{};                 ///< a file in place of the only URL that it downloads
  Need need{};                          ///< whose bounds hold for the version; empty: none do
};

struct InstalledPackage {
  Registered environment;
  bool built = false;  ///< false: it was there already
};

/// Chooses, resolves, installs and registers. Scripts run in the environment's own folder, which
/// becomes an environment only when everything went well; a failure leaves nothing but its log.
/// `build_failed` with the last lines; `network` naming the URL; `not_found` when the package did
/// not make the file that shows its success.
Result<InstalledPackage> install_package(const PackageRequest& request, Workbench& bench);

/// A package for a need that nothing else answers. `not_found` tells what was looked for and what
/// comes near, or the version that the package turned out to be: then it is registered all the
/// same, for needs that it answers.
Result<Registered> install_for(const Need& need, const Resolution& given, Workbench& bench);

}  // namespace ck::collective
