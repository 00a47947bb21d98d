#include "sys/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"

namespace ck::sys {

Result<MappedFile> MappedFile::open(const fs::path& file) {
  const auto failed = [&] {
    return fail(system_error("read the file " + printable(file.string()), errno));
  };
  const Descriptor handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (!handle || ::fstat(handle.get(), &status) != 0) return failed();
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  // All at once: what is there already is not worth a page fault each.
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, handle.get(), 0);
  if (start == MAP_FAILED) return failed();
  return MappedFile(start, size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (start_ != nullptr) ::munmap(start_, size_);
}

}  // namespace ck::sys
