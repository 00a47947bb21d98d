#include "sys/descriptor.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/strings.hpp"

namespace ck::sys {

void Descriptor::reset(int number) {
  // Not repeated on EINTR: Linux has released the number by then, and it may be somebody else's.
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

std::string shown(const fs::path& path) { return "'" + printable(path.native()) + "'"; }

fs::path path_of(int folder) {
  std::error_code error;
  auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(folder), error);
  return error ? fs::path("(unknown folder)") : path;
}

Descriptor open_folder(const fs::path& folder) {
  return Descriptor(
      uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
}

Descriptor open_folder_at(int parent, const std::string& name) {
  return Descriptor(uninterrupted([&] {
    return ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }));
}

Result<std::vector<std::string>> entry_names(int folder) {
  // A descriptor of its own: closedir closes it, and its position must not be shared.
  Descriptor own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) return fail(system_error("read the folder " + shown(path_of(folder)), errno));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), ::closedir);
  if (!stream) return fail(system_error("read the folder " + shown(path_of(folder)), errno));
  own.release();

  std::vector<std::string> names;
  errno = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): it is safe as long as threads do not share the stream
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return fail(system_error("read the folder " + shown(path_of(folder)), errno));
  return names;
}

Status write_all(int descriptor, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const auto count =
        uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (count < 0) return fail(system_error("write " + shown(file), errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Status sync_folder(const fs::path& folder) {
  const Descriptor descriptor = open_folder(folder);
  if (!descriptor) return fail(system_error("open the folder " + shown(folder), errno));
  // Some network and FUSE file systems cannot sync a folder and say EINVAL: nothing to be done.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) {
    return fail(system_error("sync the folder " + shown(folder), errno));
  }
  return {};
}

fs::path folder_of(const fs::path& path) {
  const auto parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

}  // namespace ck::sys
