#include "sys/transfer/beside.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sys/files.hpp"

namespace ck::sys {
namespace {

constexpr std::string_view kPrefix = ".ck-git-";
constexpr std::string_view kDisplaced = "old-";  ///< + final name: an exchange in two steps

/// A descriptor of a folder with flock(2) on it; the kernel drops the lock when its owner dies.
class FolderLock {
 public:
  FolderLock(const fs::path& folder, int operation)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) {
    while (descriptor_ >= 0 && ::flock(descriptor_, operation) != 0) {
      if (errno == EINTR) continue;
      // A file system without flock(2) on folders: nobody can prove that an owner died.
      held_ = false;
      return;
    }
    held_ = descriptor_ >= 0;
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool held() const { return held_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
  bool held_ = false;
};

/// Puts back what a two-step exchange had moved away when its process died.
void restore_displaced(const fs::path& parent, const fs::path& staging) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(staging, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kDisplaced)) continue;
    static_cast<void>(rename_into_place(entry.path(), parent / name.substr(kDisplaced.size())));
  }
}

void remove_abandoned(const fs::path& parent) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    if (entry.path().filename().string().starts_with(kPrefix)) found.push_back(entry.path());
  }
  for (const fs::path& staging : found) {
    const FolderLock owner(staging, LOCK_EX | LOCK_NB);
    if (!owner.held()) continue;
    restore_displaced(parent, staging);
    // What cannot be removed now is tried again next time; the present work does not suffer.
    static_cast<void>(remove_tree(staging));
  }
}

Status rename_path(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return fail(system_error("rename " + from.string() + " to " + to.string(), errno));
}

/// Makes everything written so far durable (`syncfs`), or the names in one folder (`fsync`).
Status sync_folder(const fs::path& folder, int (*sync)(int)) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(system_error("open " + folder.string(), errno));
  const int synced = sync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  if (synced != 0) return fail(system_error("sync " + folder.string(), reason));
  return {};
}

}  // namespace

Result<Beside> Beside::create(const fs::path& folder) {
  const fs::path parent = folder.parent_path();
  CK_CHECK(make_directories(parent));
  // Held only while the sibling is made and locked, so that nobody takes it for abandoned.
  const FolderLock making(parent, LOCK_EX);
  remove_abandoned(parent);
  std::string name = (parent / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(system_error("make a folder in " + parent.string(), errno));
  }
  FolderLock owner(name, LOCK_EX | LOCK_NB);
  return Beside(folder, name, owner.release());
}

Beside::Beside(Beside&& other) noexcept
    : folder_(std::move(other.folder_)),
      staging_(std::exchange(other.staging_, fs::path())),
      lock_(std::exchange(other.lock_, -1)) {}

Beside::~Beside() {
  if (!staging_.empty()) static_cast<void>(remove_tree(staging_));
  if (lock_ >= 0) ::close(lock_);
}

void clean_beside(const fs::path& folder) {
  const FolderLock making(folder.parent_path(), LOCK_EX);
  remove_abandoned(folder.parent_path());
}

Status Beside::publish() {
  CK_CHECK(sync_folder(content(), ::syncfs));
  return rename_into_place(content(), folder_);
}

Status Beside::exchange() {
  CK_CHECK(sync_folder(content(), ::syncfs));
  const int swapped =
      ::renameat2(AT_FDCWD, content().c_str(), AT_FDCWD, folder_.c_str(), RENAME_EXCHANGE);
  if (swapped != 0) {
    if (errno != EINVAL && errno != ENOSYS) {
      return fail(system_error("exchange " + folder_.string() + " with its new state", errno));
    }
    const fs::path displaced = staging_ / (std::string(kDisplaced) + folder_.filename().string());
    CK_CHECK(rename_path(folder_, displaced));
    if (auto moved = rename_path(content(), folder_); !moved) {
      CK_CHECK(rename_path(displaced, folder_));
      return moved;
    }
    CK_CHECK(rename_path(displaced, content()));
  }
  return sync_folder(folder_.parent_path(), ::fsync);
}

namespace {

/// Whether a path inside a clone may share its content with another clone.
bool may_link(const fs::path& relative) {
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    if (*part == ".git") return ++part != relative.end() && *part == "objects";
  }
  return true;
}

Status link_or_copy(const fs::path& from, const fs::path& to, bool link) {
  if (link && ::link(from.c_str(), to.c_str()) == 0) return {};
  std::error_code failed;
  fs::copy_file(from, to, failed);
  if (failed) return fail(system_error("copy " + from.string(), failed.value()));
  return {};
}

Status copy_entry(const fs::directory_entry& entry, const fs::path& from, const fs::path& to) {
  const fs::path relative = entry.path().lexically_relative(from);
  std::error_code failed;
  switch (entry.symlink_status(failed).type()) {
    case fs::file_type::directory:
      fs::create_directory(to / relative, entry.path(), failed);
      break;
    case fs::file_type::symlink:
      fs::copy_symlink(entry.path(), to / relative, failed);
      break;
    case fs::file_type::regular:
      return link_or_copy(entry.path(), to / relative, may_link(relative));
    default:
      return fail(ErrorCode::unsupported,
                  entry.path().string() + " is neither file, folder nor link");
  }
  if (failed) return fail(system_error("copy " + entry.path().string(), failed.value()));
  return {};
}

}  // namespace

Status link_clone(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_directory(to, from, failed);
  if (failed) return fail(system_error("create " + to.string(), failed.value()));
  fs::recursive_directory_iterator walk(from, failed);
  for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
    CK_CHECK(copy_entry(*walk, from, to));
  }
  if (failed) return fail(system_error("read " + from.string(), failed.value()));
  return {};
}

}  // namespace ck::sys
