#pragma once
/// What nobody needs any more, and removing it beside others that work in the same home.

#include <set>
#include <string>
#include <vector>

#include "install/context.hpp"
#include "install/environment.hpp"

namespace ck::install {

/// Something that can go.
struct Garbage {
  enum class Kind { environment, download, blob, log, lock };
  Kind kind = Kind::environment;
  std::string name;  ///< id, sha256 or name of a file
  fs::path path;
  std::string what;              ///< of an environment: "package:x 1.0"
  std::uint64_t size_bytes = 0;  ///< on disk
  std::int64_t last_use_ns = 0;  ///< also: what must not have changed when it is removed
};
std::string_view name_of(Garbage::Kind kind);

struct GarbageRequest {
  std::set<std::string> kept;        ///< environments that somebody needs
  std::set<std::string> kept_blobs;  ///< blobs that somebody refers to
  std::int64_t older_than_ns = 0;    ///< only what was not used for so long
  bool refetchable_only = false;     ///< only what can be had again as it is: downloads
};

/// Everything in this home (never in a shared store) that may go: environments that are neither
/// kept, nor used since, nor what one of those was built with; downloads, logs; blobs without
/// reference (an hour old at least); locks of what is not there. Environments come before what they
/// were built with.
Result<std::vector<Garbage>> find_garbage(const GarbageRequest& request, Context& context);

/// Removes it, unless a running process uses it or it was used since it was found. Whether it is
/// gone. Killed at any moment it leaves nothing half-removed that anybody would use.
Result<bool> remove_garbage(const Garbage& garbage, Context& context);

}  // namespace ck::install
