#pragma once
/// Private to this layer: a store that cannot be written.

#include "store/blobs.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// What lies on a read-only medium can still be read; SQLite refuses what would write. What an
/// older version wrote is read in a copy in memory, which is brought up to date. `unsupported` for
/// a store of a newer version, `not_found` where there is none.
Result<sys::Database> open_to_read(const fs::path& file, const Blobs& blobs);

}  // namespace ck::store
