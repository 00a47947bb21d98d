#pragma once
/// Unpacking archives that may be hostile, and packing our own.

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

struct UnpackOptions {
  unsigned strip = 0;             ///< leading path components to drop
  std::vector<std::string> only;  ///< wildcard patterns on the whole path inside; empty keeps all
  std::uint64_t max_bytes = 64ull << 30;  ///< unpacked; beyond it the archive is refused
  std::uint64_t max_entries = 2'000'000;
};

class Archives {
 public:
  virtual ~Archives() = default;
  /// tar (gz, bz2, xz, zst), zip, cpio, 7z into the existing folder. `denied` for entries that
  /// leave the folder (`..`, absolute, through or by a link), devices, FIFOs, and beyond the
  /// limits; set-id bits and write permission of others are dropped, modification times kept.
  /// `not_found` when the options leave nothing. What was written before an error stays: the folder
  /// is the caller's. `invalid` for truncated or damaged archives, naming the last good entry.
  virtual Status unpack(const fs::path& archive, const fs::path& folder,
                        const UnpackOptions& options, const Cancel& cancel) = 0;
  /// The data part of a Debian binary package, same rules; but absolute targets of symbolic links
  /// start at `folder`, as they would start at the root of an installed system.
  virtual Status unpack_debian(const fs::path& package, const fs::path& folder,
                               const UnpackOptions& options, const Cancel& cancel) = 0;
  /// Writes everything below `folder` as a tar compressed with zstd, whole or not at all; without
  /// owners and times, sorted: the same content gives the same bytes. `conflict` if `archive`
  /// exists.
  virtual Status pack(const fs::path& folder, const fs::path& archive, const Cancel& cancel) = 0;
};

}  // namespace ck::sys
