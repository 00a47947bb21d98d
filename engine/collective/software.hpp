#pragma once
/// Collective Knowledge's `soft`: recognising what is installed and describing it (CK_FORMAT 6).

#include <optional>
#include <string>
#include <vector>

#include "collective/registry.hpp"
#include "collective/resolver.hpp"
#include "install/detector.hpp"

namespace ck::collective {

struct DetectOptions {
  fs::path full_path;                   ///< only this file or folder
  std::vector<std::string> extra_tags;  ///< for the environment
  std::vector<std::string> variations;
  std::optional<VersionParts> from, to;
  std::string version;  ///< --force_version
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
/// CK does. Nothing found is no error here.
Result<SoftwareDetection> detect_software(const catalog::Component& soft,
                                          const DetectOptions& options, Workbench& bench);

/// Softs that need something themselves may have it installed before they look.
enum class Detectors { all, without_needs };

/// Detects, one after the other, every soft whose tags answer the need and that may be detected
/// unasked; what the need accepts.
Result<std::vector<Registered>> detect_for(const Need& need, Workbench& bench,
                                           Detectors detectors = Detectors::all);

}  // namespace ck::collective
