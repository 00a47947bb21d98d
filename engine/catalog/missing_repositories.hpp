#pragma once
/// Repositories that others need and that are not here: where something is not found, it may be in
/// one of them.

#include <string>
#include <vector>

#include "catalog/repositories.hpp"

namespace ck::catalog {

struct MissingRepository {
  std::string name;
  std::string url;        ///< empty: found by its name
  std::string needed_by;  ///< the first registered repository that names it
};

/// In the order in which they are named. A repository whose descriptor cannot be read names none.
std::vector<MissingRepository> missing_repositories(const std::vector<Repository>& registered);

/// How to get it: "ck-env needs the repository x, which is not here: ck pull repo:x".
std::string pull_hint(const MissingRepository& missing);

}  // namespace ck::catalog
