#pragma once
/// Content by its hash: logs and outputs, zstd-compressed, written once.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::store {

/// Files `<root>/ab/<sha256>.zst`. Safe for any number of processes: content is immutable.
class Blobs {
 public:
  explicit Blobs(fs::path root) : root_(std::move(root)) {}

  /// Stores the bytes (unless present) and returns their sha256 (of the uncompressed bytes).
  Result<std::string> put(std::string_view bytes);
  /// `not_found` if absent, `verification` if the stored content no longer has that hash.
  Result<std::string> get(const std::string& sha256) const;
  bool contains(const std::string& sha256) const;

 private:
  fs::path file_of(const std::string& sha256) const;
  fs::path root_;
};

}  // namespace ck::store
