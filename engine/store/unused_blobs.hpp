#pragma once
/// Removing blobs that nothing refers to, while others may be storing the same content.

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::store {

struct BlobFile {
  std::string sha256;
  fs::path file;
  std::int64_t stored_ns = 0;  ///< when its content was stored last: also when it was there already
};

/// All below the blobs' root, by name.
std::vector<BlobFile> blob_files(const fs::path& root);

/// Removes it unless it was stored again since it was listed; `trash` is a folder of the caller's
/// on the same file system. Whether it is gone.
Result<bool> remove_unless_stored_again(const BlobFile& blob, const fs::path& trash);

}  // namespace ck::store
