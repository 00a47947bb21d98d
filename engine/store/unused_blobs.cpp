#include "store/unused_blobs.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "sys/disk_use.hpp"
#include "sys/files.hpp"

namespace ck::store {

std::vector<BlobFile> blob_files(const fs::path& root) {
  std::vector<BlobFile> blobs;
  std::error_code unreadable;
  for (const auto& folder : fs::directory_iterator(root, unreadable)) {
    for (const auto& entry : fs::directory_iterator(folder.path(), unreadable)) {
      std::string name = entry.path().stem().string();
      if (entry.path().extension() != ".zst" || !is_sha256(name)) continue;
      blobs.push_back({std::move(name), entry.path(), sys::changed_ns(entry.path())});
    }
  }
  std::ranges::sort(blobs, {}, &BlobFile::sha256);
  return blobs;
}

Result<bool> remove_unless_stored_again(const BlobFile& blob, const fs::path& trash) {
  const fs::path aside = trash / blob.file.filename();
  auto moved = sys::rename_into_place(blob.file, aside);
  if (!moved && moved.error().code == ErrorCode::not_found) return false;
  CK_CHECK(std::move(moved));
  // Whoever stores it from now on writes it anew; who found it there before has left a newer time.
  if (sys::changed_ns(aside) == blob.stored_ns) {
    CK_CHECK(sys::remove_tree(aside));
    return true;
  }
  auto back = sys::rename_into_place(aside, blob.file);
  if (!back && back.error().code != ErrorCode::conflict) return fail(std::move(back.error()));
  return false;
}

}  // namespace ck::store
