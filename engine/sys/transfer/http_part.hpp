#pragma once
/// The partial content of a download: a file that survives interruptions, the hash of what it has,
/// and the server's name for the content, so that it is only continued with more of the same.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/path.hpp"
#include "base/sha256.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

class PartFile {
 public:
  /// Opens or creates `file` + ".part" and hashes what it has. Waits while another process
  /// downloads the same file.
  static Result<PartFile> open(const fs::path& file, const Cancel& cancel);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  std::uint64_t size() const { return size_; }
  /// What If-Range takes: a strong ETag or a modification time. Empty: cannot be continued.
  const std::string& validator() const { return validator_; }

  /// Drops the content; what comes next is known by `validator` (may be empty).
  Status restart(const std::string& validator);
  Status append(std::string_view bytes);

  /// The first bytes of the content, at most 512.
  std::string beginning() const;

  /// The hash of the whole content; nothing may be appended afterwards but by `restart`.
  std::string finish_hash() { return hash_.finish(); }

  /// Makes the content durable and gives it its final name.
  Status publish();
  void discard();

 private:
  PartFile(fs::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}
  fs::path part() const { return file_.string() + ".part"; }
  fs::path validator_file() const { return file_.string() + ".part.etag"; }
  Status load(const Cancel& cancel);

  fs::path file_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::string validator_;
  Sha256 hash_;
};

}  // namespace ck::sys
