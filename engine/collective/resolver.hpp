#pragma once
/// From what a CK component needs to environments: registered ones, software found on the machine,
/// packages installed for it, in this order (CK_FORMAT 8).

#include <map>
#include <string>
#include <vector>

#include "collective/registry.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

struct ResolvedNeed {
  Need need;
  Registered environment;
  std::string reason;  ///< "registered", "found on this machine", "installed now"
};

/// Needs in the order they were resolved.
struct Resolution {
  std::vector<ResolvedNeed> needs;

  const ResolvedNeed* find(const std::string& key) const;
  std::map<std::string, std::string> ids() const;  ///< key -> environment id
  /// Shell lines that load the environments: each env.sh, then again with "1" those that ask for it
  /// or whose key names a compiler.
  std::vector<std::string> script() const;
};

/// Resolves `dependencies` (a CK `deps` object). `environment`: what conditions on variables see.
/// `given` are choices made above, which hold for equal keys and, as CK does, for the packages
/// installed on the way. Errors name the key and what was looked for: `not_found` with near misses,
/// or with the version that an installation turned out to be; or the error of the installation that
/// was tried.
Result<Resolution> resolve_needs(const Json& dependencies, const Json& environment,
                                 const Resolution& given, Workbench& bench);

/// Resolves what a hook added to dependencies: those of `dependencies` whose keys are not in
/// `resolved`, as if they came after these. All of them together.
Result<Resolution> resolve_added(const Json& dependencies, const Json& environment,
                                 const Resolution& given, Resolution resolved, Workbench& bench);

/// Whether `a` comes before `b`: `sort`, then version and name, all descending; in CK's own order
/// the name before the version.
bool preferred(const Registered& a, const Registered& b, Order order);

/// The `deps` object as hooks expect it: what was written, and for each resolved key `uoa`, `ver`,
/// `dict` (its whole description, with the same of its own dependencies), `cus` and `bat`.
Result<Json> dependencies_for_hooks(const Json& written, const Resolution& resolution,
                                    Workbench& bench);

/// Variables that they describe, as CK merges them: later ones win.
Json variables_of(const Resolution& resolution);

/// What is kept of resolved dependencies in a description: as written, with the id of each.
Json dependencies_to_keep(const Json& written, const Resolution& resolution);

/// The resolution that a description keeps, for using or rebuilding it.
Result<Resolution> kept_resolution(const Json& meta, Workbench& bench);

}  // namespace ck::collective
