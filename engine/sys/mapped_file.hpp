#pragma once
/// A file that is read where the kernel holds it.

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// The content of a file as long as the value lives. Only for files that are replaced as a whole
/// (`write_file`), never written in place: one that is cut short kills whoever reads it.
class MappedFile {
 public:
  /// `not_found` if it is not there; an empty file is fine.
  static Result<MappedFile> open(const fs::path& file);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(start_), size_}; }

 private:
  MappedFile(void* start, std::size_t size) : start_(start), size_(size) {}
  void* start_;
  std::size_t size_;
};

}  // namespace ck::sys
