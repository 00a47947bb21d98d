#pragma once
/// Collective Knowledge's `soft`: recognising what is installed and describing it (CK_FORMAT 6).

#include <optional>
#include <string>
#include <vector>

#include "collective/registry.hpp"
#include "collective/resolver.hpp"
#include "collective/setup.hpp"
#include "install/build_log.hpp"
#include "install/detector.hpp"

namespace ck::collective {

struct DetectOptions {
  fs::path full_path;                   ///< only this file or folder
  std::vector<std::string> extra_tags;  ///< for the environment
  std::vector<std::string> variations;
  std::optional<VersionParts> from, to;
  std::string version;  ///< --force_version
  model::VersionRange range = {};
  bool registers = true;  ///< false: only looks; what is found is told as it would be registered
};

struct SoftwareHit {
  fs::path file;
  std::string version;
};

struct SoftwareDetection {
  std::optional<Registered> registered;  ///< the best hit, now an environment
  std::vector<SoftwareHit> hits;         ///< best first
  std::vector<install::DetectionMiss> missed;
  std::vector<fs::path> searched;
};

/// Looks for one soft and registers the best of what it finds: highest version, then last path, as
/// CK does. Nothing found is no error here. `denied` when its env.sh would load a file that others
/// may write.
Result<SoftwareDetection> detect_software(const catalog::Component& soft,
                                          const DetectOptions& options, Workbench& bench);

/// The version that the soft's own command or hook tells of the file that a package made, of which
/// nothing is registered yet; "" when they do not tell.
Result<std::string> version_of_made(const SetupRequest& request, install::BuildLog& log,
                                    Workbench& bench);

/// Softs that need something themselves may have it installed before they look.
enum class Detectors {
  all,
  without_needs,
  only_looking  ///< without needs, and nothing is registered
};

/// A soft that may answer a need.
struct Detecting {
  catalog::Component soft;
  Json needs;  ///< its own
};
/// Those whose tags answer and that may be detected unasked, in the order in which they are; or the
/// one that is asked for by name.
Result<std::vector<Detecting>> softs_for(const Need& need, Workbench& bench);

/// Detects, one after the other, all of `softs_for`; what the need accepts.
Result<std::vector<Registered>> detect_for(const Need& need, Workbench& bench,
                                           Detectors detectors = Detectors::all);

}  // namespace ck::collective
