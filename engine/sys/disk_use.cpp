#include "sys/disk_use.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace ck::sys {
namespace {

constexpr std::uint64_t kBlock = 512;  // what st_blocks counts, whatever the file system uses

std::uint64_t own_use(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * kBlock;
}

}  // namespace

std::uint64_t disk_use(const fs::path& path) {
  std::uint64_t bytes = own_use(path);
  std::error_code unreadable;
  if (!fs::is_directory(fs::symlink_status(path, unreadable))) return bytes;
  auto entries = fs::recursive_directory_iterator(
      path, fs::directory_options::skip_permission_denied, unreadable);
  for (const auto end = fs::recursive_directory_iterator(); !unreadable && entries != end;
       entries.increment(unreadable))
    bytes += own_use(entries->path());
  return bytes;
}

std::int64_t changed_ns(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool touch(const fs::path& path) {
  return ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace ck::sys
