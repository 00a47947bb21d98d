#pragma once
/// Which points of this home came in a capsule, and whether what came with them is still here.

#include <string>
#include <vector>

#include "catalog/home.hpp"
#include "sys/cancel.hpp"

namespace ck::experiment {

/// What one capsule brought.
struct CapsuleOrigin {
  std::vector<std::string> points;  ///< uids, as they are here
  /// Files and folders that replays of the points take their sources and recipes from, relative to
  /// the home, or to one that it is chained to; absolute where they lie elsewhere.
  std::vector<std::string> places;
};

/// Notes it for the experiment of that uid, beside what earlier capsules brought. `busy` when
/// others are at it for too long.
Status keep_origin(const std::string& experiment_uid, const CapsuleOrigin& origin,
                   const catalog::Home& home, const sys::Cancel& cancel = {});

/// Whether the point came in a capsule all of whose sources are still here, so that a replay needs
/// nothing else. False where the note cannot be read: it decides nothing but a name.
bool is_from_capsule(const std::string& experiment_uid, const std::string& point,
                     const catalog::Home& home);

}  // namespace ck::experiment
