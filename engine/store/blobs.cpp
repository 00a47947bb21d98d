#include "store/blobs.hpp"

#include "base/sha256.hpp"
#include "sys/compress.hpp"
#include "sys/disk_use.hpp"
#include "sys/files.hpp"

namespace ck::store {

fs::path Blobs::file_of(const std::string& sha256) const {
  return root_ / sha256.substr(0, 2) / (sha256 + ".zst");
}

Result<std::string> Blobs::put(std::string_view bytes) {
  std::string sha256 = sha256_hex(bytes);
  const fs::path file = file_of(sha256);
  // The new time keeps it from being collected before anything refers to it.
  if (sys::touch(file) || contains(sha256)) return sha256;
  CK_CHECK(sys::make_directories(file.parent_path()));
  CK_CHECK(sys::write_file(file, sys::compress(bytes), 0444));
  return sha256;
}

Result<std::string> Blobs::get(const std::string& sha256) const {
  if (!is_sha256(sha256)) return fail(ErrorCode::invalid, "'" + sha256 + "' is not a sha256");
  auto stored = sys::read_file(file_of(sha256), std::uint64_t{1} << 32);
  if (!stored) return fail(std::move(stored.error()).in("blob " + sha256));
  auto bytes = sys::decompress(*stored);
  if (!bytes || sha256_hex(*bytes) != sha256) {
    return fail(Error(ErrorCode::verification, "stored content no longer has its hash")
                    .in("file " + file_of(sha256).string())
                    .hint("the disk or something else changed it; remove the file and run again"));
  }
  return std::move(*bytes);
}

bool Blobs::contains(const std::string& sha256) const {
  std::error_code ignored;
  return is_sha256(sha256) && fs::exists(file_of(sha256), ignored);
}

}  // namespace ck::store
