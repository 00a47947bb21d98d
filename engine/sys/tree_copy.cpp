#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kBufferBytes = 256u << 10;
/// What one copy_file_range may do before cancellation is looked at.
constexpr std::size_t kPieceBytes = 64u << 20;

Error denied(const fs::path& path, const std::string& why) {
  return Error(ErrorCode::denied, "will not copy " + shown(path) + ": " + why);
}

/// The parts of an entry's path; `denied` unless each is the name of something.
Result<std::vector<std::string>> parts_of(const std::string& path) {
  auto parts = split(path, '/');
  for (const auto& part : parts) {
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string::npos) {
      return fail(denied(path, "the path is not plain and relative"));
    }
  }
  return parts;
}

/// Whether a link with this target, in a folder `depth` levels below the root, stays inside. Only
/// leading ".." can be judged without looking: the link's own folder is a real one, but "x/.." may
/// climb anywhere when x is itself a link.
bool stays_inside(const std::string& target, std::size_t depth) {
  if (target.empty() || target.starts_with('/')) return false;
  std::size_t climbs = 0;
  bool below = false;
  for (const auto& part : split(target, '/')) {
    if (part == "..") {
      if (below || ++climbs > depth) return false;
    } else if (!part.empty() && part != ".") {
      below = true;
    }
  }
  return true;
}

/// Opens `parts` below `root` one by one, never through a link; makes missing ones if wanted.
Result<Descriptor> descend(int root, std::span<const std::string> parts, bool create) {
  Descriptor folder(::openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail(system_error("open " + shown(path_of(root)), errno));
  for (const auto& part : parts) {
    const int parent = folder.get();
    if (create && ::mkdirat(parent, part.c_str(), 0777) != 0 && errno != EEXIST) {
      return fail(system_error("create the folder " + shown(path_of(parent) / part), errno));
    }
    Descriptor next = open_folder_at(parent, part);
    if (!next) {
      return fail(system_error("open the folder " + shown(path_of(parent) / part), errno));
    }
    folder = std::move(next);
  }
  return folder;
}

/// True when the file systems cannot copy between these two files by themselves.
bool cannot_offload(int error_number) {
  constexpr std::array kReasons{EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EBADF, ETXTBSY};
  return std::find(kReasons.begin(), kReasons.end(), error_number) != kReasons.end();
}

Status copy_through_memory(int from, int to, const fs::path& file, const Cancel& cancel) {
  std::string buffer(kBufferBytes, '\0');
  for (;;) {
    CK_CHECK(cancel.check());
    const auto count = uninterrupted([&] { return ::read(from, buffer.data(), buffer.size()); });
    if (count < 0) return fail(system_error("read " + shown(file), errno));
    if (count == 0) return {};
    CK_CHECK(
        write_all(to, std::string_view(buffer).substr(0, static_cast<std::size_t>(count)), file));
  }
}

/// Shares the blocks if the file system can, else lets the kernel copy, else copies.
Status copy_content(int from, int to, const fs::path& file, const Cancel& cancel) {
  if (::ioctl(to, FICLONE, from) == 0) return {};
  bool copied = false;
  for (;;) {
    CK_CHECK(cancel.check());
    const auto count = uninterrupted(
        [&] { return ::copy_file_range(from, nullptr, to, nullptr, kPieceBytes, 0); });
    if (count < 0 && cannot_offload(errno)) break;
    if (count < 0) return fail(system_error("copy " + shown(file), errno));
    // Nothing at all: an empty file, or one (as in /proc) of which the kernel cannot tell.
    if (count == 0 && copied) return {};
    if (count == 0) break;
    copied = true;
  }
  return copy_through_memory(from, to, file, cancel);
}

class Copier {
 public:
  Copier(int from, int to, const Cancel& cancel) : from_(from), to_(to), cancel_(cancel) {}
  Status copy(const TreeEntry& entry);

 private:
  Status enter(std::span<const std::string> folders);
  Status copy_file(const TreeEntry& entry, const std::string& name);
  Status copy_link(const TreeEntry& entry, const std::string& name, std::size_t depth);

  int from_;
  int to_;
  const Cancel& cancel_;
  /// The folder of the entry before, which most often is that of the next one too.
  std::optional<std::vector<std::string>> folders_;
  Descriptor source_;
  Descriptor target_;
};

Status Copier::enter(std::span<const std::string> folders) {
  if (folders_ && std::equal(folders.begin(), folders.end(), folders_->begin(), folders_->end())) {
    return {};
  }
  folders_.reset();
  CK_TRY(source, descend(from_, folders, false));
  CK_TRY(target, descend(to_, folders, true));
  source_ = std::move(source);
  target_ = std::move(target);
  folders_.emplace(folders.begin(), folders.end());
  return {};
}

Status Copier::copy(const TreeEntry& entry) {
  CK_CHECK(cancel_.check());
  CK_TRY(parts, parts_of(entry.path));
  if (entry.kind == TreeEntry::Kind::directory) {
    CK_CHECK(descend(to_, parts, true));
    return {};
  }
  const std::span<const std::string> folders(parts.data(), parts.size() - 1);
  CK_CHECK(enter(folders));
  if (entry.kind == TreeEntry::Kind::symlink) return copy_link(entry, parts.back(), folders.size());
  return copy_file(entry, parts.back());
}

Error cannot_create(int folder, const std::string& name, int error_number) {
  const std::string path = shown(path_of(folder) / name);
  if (error_number == EEXIST) {
    return Error(ErrorCode::conflict, "cannot create " + path + ": it exists already");
  }
  return system_error("create " + path, error_number);
}

Status Copier::copy_file(const TreeEntry& entry, const std::string& name) {
  const fs::path file = path_of(source_.get()) / name;
  const Descriptor source(uninterrupted([&] {
    return ::openat(source_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  }));
  if (!source) return fail(system_error("read " + shown(file), errno));
  struct stat status {};
  if (::fstat(source.get(), &status) != 0) return fail(system_error("read " + shown(file), errno));
  if (!S_ISREG(status.st_mode)) return fail(denied(file, "it is no longer a regular file"));

  const mode_t mode = entry.executable ? 0777 : 0666;
  const Descriptor target(uninterrupted([&] {
    return ::openat(target_.get(), name.c_str(),
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  }));
  if (!target) return fail(cannot_create(target_.get(), name, errno));
  CK_CHECK(copy_content(source.get(), target.get(), file, cancel_));
  // Build systems compare times: what was older stays older. A file system without times is no
  // loss.
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  ::futimens(target.get(), times.data());
  return {};
}

Status Copier::copy_link(const TreeEntry& entry, const std::string& name, std::size_t depth) {
  if (!stays_inside(entry.target, depth)) {
    return fail(denied(entry.path, "the symbolic link leads to '" + printable(entry.target) +
                                       "', which may be outside of the copied folder"));
  }
  if (::symlinkat(entry.target.c_str(), target_.get(), name.c_str()) != 0) {
    return fail(cannot_create(target_.get(), name, errno));
  }
  return {};
}

}  // namespace

Status copy_tree(const fs::path& from, const fs::path& to, const std::vector<TreeEntry>& entries,
                 const Cancel& cancel) {
  const Descriptor source = open_folder(from);
  if (!source) return fail(system_error("open the folder " + shown(from), errno));
  CK_CHECK(make_directories(to));
  const Descriptor target = open_folder(to);
  if (!target) return fail(system_error("open the folder " + shown(to), errno));
  Copier copier(source.get(), target.get(), cancel);
  for (const auto& entry : entries) CK_CHECK(copier.copy(entry));
  return {};
}

}  // namespace ck::sys
