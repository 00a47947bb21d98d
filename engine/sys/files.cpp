#include "sys/files.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"

namespace ck::sys {
namespace {

/// A file that gets its name when it is complete. Until then it has none, where the file system can
/// do that, so that not even a kill leaves anything behind; else one beside its future name, and is
/// removed again unless `commit` succeeded.
class TemporaryFile {
 public:
  enum class Name { later, now };
  static Result<TemporaryFile> create(const fs::path& folder, unsigned mode, Name name);
  TemporaryFile(TemporaryFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), descriptor_(std::move(other.descriptor_)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  int descriptor() const { return descriptor_.get(); }
  /// False if the file system gives unnamed files, but no names to them.
  Result<bool> commit(const fs::path& file);

 private:
  TemporaryFile(fs::path path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  int link(const fs::path& file) const;
  fs::path path_;  ///< empty: it has no name
  Descriptor descriptor_;
};

/// Sixteen hex digits nobody can guess.
std::string random_name() {
  std::uint64_t value = 0;
  uninterrupted([&] { return ::getrandom(&value, sizeof value, 0); });
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

/// The name does not contain the file's own, which may be as long as a name can be.
fs::path temporary_path(const fs::path& folder) { return folder / (".ck-" + random_name()); }

/// Whether an unnamed file can be had, and later a name for it; tells by errno why not.
Descriptor unnamed_file(const fs::path& folder, unsigned mode) {
  if (::access("/proc/self/fd", X_OK) != 0) {
    errno = EOPNOTSUPP;
    return Descriptor();
  }
  return Descriptor(uninterrupted(
      [&] { return ::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode); }));
}

/// EISDIR is what systems say that do not know O_TMPFILE.
bool cannot_be_unnamed(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

Result<TemporaryFile> TemporaryFile::create(const fs::path& folder, unsigned mode, Name name) {
  if (name == Name::later) {
    if (Descriptor descriptor = unnamed_file(folder, mode))
      return TemporaryFile({}, std::move(descriptor));
    if (!cannot_be_unnamed(errno))
      return fail(system_error("create a file in the folder " + shown(folder), errno));
  }
  for (;;) {
    fs::path path = temporary_path(folder);
    // open and not mkstemp: so that the umask applies to `mode`.
    Descriptor descriptor(uninterrupted([&] {
      return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    }));
    if (descriptor) return TemporaryFile(std::move(path), std::move(descriptor));
    if (errno != EEXIST) {
      return fail(system_error("create a file in the folder " + shown(folder), errno));
    }
  }
}

/// 0 or -1 and errno, as link(2).
int TemporaryFile::link(const fs::path& file) const {
  const std::string own = "/proc/self/fd/" + std::to_string(descriptor_.get());
  return ::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW);
}

bool cannot_be_named(int error) {
  return error == EPERM || error == EXDEV || error == ENOENT || error == EOPNOTSUPP;
}

Result<bool> TemporaryFile::commit(const fs::path& file) {
  if (::fsync(descriptor_.get()) != 0) return fail(system_error("write " + shown(file), errno));
  if (path_.empty()) {
    if (link(file) == 0) {
      CK_CHECK(sync_folder(folder_of(file)));
      return true;
    }
    if (cannot_be_named(errno)) return false;
    // Only a file with a name can take another one's place.
    fs::path named;
    while (errno == EEXIST) {
      named = temporary_path(folder_of(file));
      if (link(named) == 0) break;
      named.clear();
    }
    if (named.empty()) return fail(system_error("write " + shown(file), errno));
    path_ = std::move(named);
  }
  if (::rename(path_.c_str(), file.c_str()) != 0) {
    return fail(system_error("replace " + shown(file), errno));
  }
  path_.clear();
  CK_CHECK(sync_folder(folder_of(file)));
  return true;
}

/// The error of a file whose content is larger than the caller accepts.
Error too_large(const fs::path& file, std::uint64_t max_bytes) {
  return Error(ErrorCode::invalid, shown(file) + " is larger than the " +
                                       human_bytes(static_cast<double>(max_bytes)) +
                                       " that are accepted here");
}

Result<std::string> read_up_to(int descriptor, const fs::path& file, std::uint64_t expected,
                               std::uint64_t max_bytes) {
  std::string bytes;
  // One more than expected, so that a file that did not change ends with an empty read.
  bytes.resize(static_cast<std::size_t>(expected) + 1);
  std::size_t size = 0;
  for (;;) {
    const auto count =
        uninterrupted([&] { return ::read(descriptor, bytes.data() + size, bytes.size() - size); });
    if (count < 0) return fail(system_error("read " + shown(file), errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > max_bytes) return fail(too_large(file, max_bytes));
    if (size == bytes.size()) bytes.resize(std::max<std::size_t>(4096, 2 * bytes.size()));
  }
  bytes.resize(size);
  return bytes;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// `relative` without "." and empty parts; `denied` when it is absolute, climbs or holds a NUL.
Result<fs::path> harmless_relative(const fs::path& root, std::string_view relative) {
  const std::string wanted = "'" + printable(relative) + "'";
  if (relative.starts_with('/') || relative.find('\0') != std::string_view::npos) {
    return fail(Error(ErrorCode::denied, "the path " + wanted + " is not relative")
                    .hint("give a path below " + shown(root)));
  }
  fs::path result;
  for (const auto& part : split(relative, '/')) {
    if (part == "..") {
      return fail(Error(ErrorCode::denied, "the path " + wanted + " contains '..'")
                      .hint("give a path below " + shown(root)));
    }
    if (!part.empty() && part != ".") result /= part;
  }
  return result;
}

bool is_below(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

Error leads_out(const fs::path& path, const fs::path& root) {
  return Error(ErrorCode::denied,
               "the path " + shown(path) + " leads out of " + shown(root) + " by a symbolic link");
}

}  // namespace

Result<std::string> read_file(const fs::path& file, std::uint64_t max_bytes) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const Descriptor descriptor(
      uninterrupted([&] { return ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
  if (!descriptor) return fail(system_error("read " + shown(file), errno));
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) {
    return fail(system_error("read " + shown(file), errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid, "cannot read " + shown(file) + ": it is not a regular file");
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > max_bytes) return fail(too_large(file, max_bytes));
  return read_up_to(descriptor.get(), file, size, max_bytes);
}

Status write_file(const fs::path& file, std::string_view bytes, unsigned mode) {
  using Name = TemporaryFile::Name;
  for (const Name name : {Name::later, Name::now}) {
    CK_TRY(temporary, TemporaryFile::create(folder_of(file), mode, name));
    CK_CHECK(write_all(temporary.descriptor(), bytes, file));
    CK_TRY(done, temporary.commit(file));
    if (done) break;
  }
  return {};
}

Status make_directories(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(system_error("create the folder " + shown(folder), error.value()));
  // create_directories is content with anything that exists on some paths.
  if (!fs::is_directory(folder, error)) {
    return fail(system_error("create the folder " + shown(folder), ENOTDIR));
  }
  return {};
}

Status rename_into_place(const fs::path& from, const fs::path& to) {
  const std::string what = "rename " + shown(from) + " to " + shown(to);
  int result = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (result != 0 && errno == EINVAL) {
    // A file system without RENAME_NOREPLACE (some network ones): look first, which is all it has.
    struct stat status {};
    const bool exists = ::lstat(to.c_str(), &status) == 0;
    errno = EEXIST;
    if (!exists) result = ::rename(from.c_str(), to.c_str());
  }
  if (result != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) {
      return fail(ErrorCode::conflict, "cannot " + what + ": the target exists already");
    }
    return fail(system_error(what, errno));
  }
  CK_CHECK(sync_folder(folder_of(to)));
  return sync_folder(folder_of(from));
}

Result<fs::path> contained_path(const fs::path& root, std::string_view relative) {
  CK_TRY(inside, harmless_relative(root, relative));
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  if (error) return fail(system_error("use the folder " + shown(root), error.value()));
  if (inside.empty()) return root;

  fs::path wanted = root / inside;
  fs::path real = fs::canonical(wanted, error);
  if (error == std::errc::no_such_file_or_directory) {
    // A link that leads nowhere could lead anywhere by the time it is used.
    std::error_code ignored;
    if (fs::is_symlink(fs::symlink_status(wanted, ignored))) {
      return fail(ErrorCode::denied, "the path " + shown(wanted) + " is a broken symbolic link");
    }
    real = fs::canonical(wanted.parent_path(), error);
  }
  if (error == std::errc::too_many_symbolic_link_levels) return fail(leads_out(wanted, root));
  if (error) return fail(system_error("use the path " + shown(wanted), error.value()));
  if (!is_below(real, real_root)) return fail(leads_out(wanted, root));
  return wanted;
}

bool is_plain_relative_path(std::string_view path) {
  if (path.find('\\') != std::string_view::npos || has_control_character(path)) return false;
  const auto parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part.empty() || part == ".."; });
}

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent,
                                                      std::string_view prefix) {
  CK_CHECK(make_directories(parent));
  std::string path = (parent / (std::string(prefix) + "XXXXXX")).native();
  if (::mkdtemp(path.data()) == nullptr) {
    return fail(system_error("create a temporary folder in " + shown(parent), errno));
  }
  return TemporaryDirectory(fs::path(path));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(other.release()) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  // The other one removes what this one held.
  if (this != &other) path_.swap(other.path_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  // A destructor has nobody to tell; the leftover is found by whoever cleans the parent.
  if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

fs::path TemporaryDirectory::release() { return std::exchange(path_, {}); }

Result<std::uint64_t> free_bytes(const fs::path& path) {
  struct statvfs status {};
  if (uninterrupted([&] { return ::statvfs(path.c_str(), &status); }) != 0) {
    return fail(system_error("ask for the free space at " + shown(path), errno));
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::optional<fs::path> find_executable(std::string_view name, std::string_view search_path) {
  const auto is_program = [](const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
  };
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) {
    return is_program(name) ? std::optional<fs::path>(name) : std::nullopt;
  }
  for (const auto& folder : split(search_path, ':')) {
    fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
    if (is_program(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace ck::sys
