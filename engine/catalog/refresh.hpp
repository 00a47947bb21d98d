#pragma once
/// Private to this layer: brings the index up to date with the folders.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/index.hpp"
#include "sys/cancel.hpp"

namespace ck::catalog {

/// A kind folder of a registered repository.
struct IndexedFolder {
  std::size_t repository = 0;  ///< position in the list of repositories
  KindFolder folder;
};

/// What the index holds of the registered repositories.
struct Contents {
  std::unordered_map<std::int64_t, IndexedFolder> folders;
  std::vector<BrokenComponent> broken;  ///< sorted by file
};

/// Compares every kind folder with the index and reads what differs. Writes, and waits for other
/// writers, only if something does.
Result<Contents> refresh(Index& index, const std::vector<Repository>& repositories,
                         const sys::Cancel& cancel);

}  // namespace ck::catalog
