#include "catalog/looking.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/strings.hpp"

namespace ck::catalog {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Look look_at(int folder, const char* path) {
  struct stat status {};
  if (::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return {stamp_of(status), S_ISLNK(status.st_mode)};
  }
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return {Stamp{0, 0, -errno, 0}, false};
}

/// The type of a listed file, `DT_…`. Some file systems leave it to be looked up.
int type_of(const dirent& listed, DIR* folder) {
  if (listed.d_type != DT_UNKNOWN) return listed.d_type;
  struct stat status {};
  if (::fstatat(::dirfd(folder), listed.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_REG;
  return static_cast<int>(IFTODT(status.st_mode));
}

}  // namespace

FolderHandle::FolderHandle(const fs::path& folder)
    : number_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

FolderHandle::~FolderHandle() {
  if (number_ >= 0) ::close(number_);
}

Look EntryLooker::descriptor(std::string_view name) {
  if (layout_ == Layout::native) return look_at_file(name, "/ck.json");
  const Look meta = look_at_file(name, "/.cm/meta.json");
  // The name that old versions of CK wrote.
  return meta.stamp == Stamp{} ? look_at_file(name, "/.cm/data.json") : meta;
}

bool EntryLooker::has_alias(std::string_view name, const Look& descriptor) const {
  return layout_ != Layout::native && descriptor.stamp.exists() && !model::is_uid(name);
}

Look EntryLooker::alias(std::string_view name) {
  return look_at_file(layout_ == Layout::ck ? ".cm/alias-a-" : "../.cm/alias-a-", name);
}

Look EntryLooker::look_at_file(std::string_view name, std::string_view file) {
  path_.assign(name).append(file);
  return look_at(folder_, path_.c_str());
}

Stamp stamp_of(const struct stat& status) {
  return {nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), status.st_size, status.st_ino};
}

Result<std::vector<SubFolder>> sub_folders(const fs::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  std::vector<SubFolder> found;
  errno = open ? 0 : errno;
  while (const dirent* listed = open ? ::readdir(open.get()) : nullptr) {
    if (listed->d_name[0] == '.') continue;
    const int type = type_of(*listed, open.get());
    if (type == DT_DIR || type == DT_LNK) found.push_back({listed->d_name, type == DT_LNK});
    errno = 0;
  }
  if (errno != 0) return fail(system_error("list the folder " + printable(folder.string()), errno));
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::optional<FolderStamps> look_at_folder(const FolderHandle& folder, Layout layout) {
  struct stat status {};
  if (!folder || ::fstat(folder.number(), &status) != 0) return std::nullopt;
  FolderStamps stamps;
  stamps.folder = stamp_of(status);
  if (layout != Layout::native) {
    const Look aliases = look_at(folder.number(), layout == Layout::ck ? ".cm" : "../.cm");
    stamps.aliases = aliases.stamp;
    stamps.linked = aliases.link;
  }
  return stamps;
}

}  // namespace ck::catalog
