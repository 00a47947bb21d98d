#pragma once
/// Reading archives with libarchive.

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

template <auto Free>
struct ArchiveFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Reader = std::unique_ptr<archive, ArchiveFree<archive_read_free>>;
using Writer = std::unique_ptr<archive, ArchiveFree<archive_write_free>>;

/// While one lives, this thread reads names as UTF-8: in the C locale libarchive refuses others.
class Utf8Names {
 public:
  Utf8Names();
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;
  ~Utf8Names();

 private:
  locale_t ours_;
  locale_t before_ = nullptr;
};

/// What libarchive says about the last failure, made printable.
std::string reason_of(archive* archive);

/// tar, zip, cpio or 7z, plain or compressed. Never through another program, as libarchive would
/// for rarer compressions.
Result<Reader> open_archive(const fs::path& file);

/// The tar inside a Debian binary package, read straight through the package.
class DebianData {
 public:
  static Result<std::unique_ptr<DebianData>> open(const fs::path& package);
  archive* tar() const { return tar_.get(); }

 private:
  static la_ssize_t read(archive* tar, void* self, const void** data);

  Reader package_;
  std::vector<char> buffer_;
  Reader tar_;
};

}  // namespace ck::sys
