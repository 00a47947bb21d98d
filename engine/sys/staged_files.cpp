/// Files of folders that are renamed into place when they are complete.

#include <fcntl.h>
#include <unistd.h>

#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {

Status write_new_file(const fs::path& file, std::string_view bytes, unsigned mode) {
  const Descriptor descriptor(uninterrupted([&] {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  }));
  if (descriptor) return write_all(descriptor.get(), bytes, file);
  if (errno == EEXIST) return fail(ErrorCode::conflict, shown(file) + " exists already");
  return fail(system_error("create " + shown(file), errno));
}

Status sync_file_system(const fs::path& folder) {
  const Descriptor descriptor = open_folder(folder);
  if (!descriptor) return fail(system_error("open the folder " + shown(folder), errno));
  if (::syncfs(descriptor.get()) == 0) return {};
  return fail(system_error("sync the folder " + shown(folder), errno));
}

}  // namespace ck::sys
