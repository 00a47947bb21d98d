#pragma once
/// Recognising software that is installed already. Only files in the declared folders are looked
/// at, only the declared command is executed, with a time limit and clean variables.

#include <string>
#include <vector>

#include "install/context.hpp"
#include "install/environment.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

struct DetectRequest {
  std::string full_path;  ///< only this file (--full_path=)
};

/// Why a plausible file was not taken: for messages when nothing is found.
struct DetectionMiss {
  std::string file;
  std::string reason;
};

struct Detection {
  std::vector<Environment>
      found;  ///< highest version first, then path; each file once (links resolved)
  std::vector<DetectionMiss> missed;
};

/// Looks for one software component. Results are remembered by the file's times and size, so that
/// a tool upgraded in place is seen. The found environments are not stored yet (see `adopt`).
/// `unsupported`, before anything is executed, if the profile in use demands a sandbox that the
/// machine refuses.
Result<Detection> detect(const model::Software& software, const catalog::Component& component,
                         const DetectRequest& request, Context& context);

/// Puts a found environment into the store's list.
Status adopt(const Environment& environment, Context& context);

/// "gcc-12 12.2.0-14": the distribution package that owns a file, or empty. Reads dpkg's lists.
std::string owning_package(const fs::path& file);

}  // namespace ck::install
