#pragma once
/// Who needs environments to stay: recorded points, and lock files that are registered as roots.

#include <set>
#include <string>
#include <vector>

#include "catalog/home.hpp"
#include "store/store.hpp"

namespace ck::experiment {

struct Keeper {
  enum class Kind { point, lock_file };
  Kind kind = Kind::point;
  std::string name;        ///< uid of the point, or path of the lock file
  std::string experiment;  ///< of a point
  std::string subject;     ///< of a point: "program:x"
  std::string request;     ///< of a point: the command line that made it
  std::int64_t created_ns = 0;
  std::set<std::string> environments;  ///< ids
};

/// All of them, points first, oldest first. Points that were measured elsewhere and name no
/// environments keep none. Errors: a document or lock file that cannot be understood.
Result<std::vector<Keeper>> keepers(store::Store& store, const catalog::Home& home);

}  // namespace ck::experiment
