#pragma once
/// How much of a disk something takes.

#include <cstdint>

#include "base/path.hpp"

namespace ck::sys {

/// Bytes on disk of a file or of everything below a folder, links not followed. What vanishes or
/// cannot be read meanwhile counts nothing.
std::uint64_t disk_use(const fs::path& path);

/// When it was changed last, nanoseconds since 1970 UTC; 0 when it is not there.
std::int64_t changed_ns(const fs::path& path);

/// Makes now the time of its last change, if it is there and ours: whether that was so.
bool touch(const fs::path& path);

}  // namespace ck::sys
