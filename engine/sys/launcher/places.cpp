// Mounts. The places that stay are taken aside first (open_tree), then everything is made read-only
// and the hidden places are covered, then the places are put back where they were.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "sys/launcher/barriers.hpp"

namespace ck::sys::launcher {
namespace {

constexpr unsigned kSubtree = AT_RECURSIVE;
constexpr __u64 kHarmless = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

/// A copy of what lies at a path, to be mounted elsewhere; -1 and errno.
int take(const char* path) {
  return ::open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | kSubtree);
}

bool set_attributes(int folder, const char* path, unsigned flags, __u64 attributes) {
  mount_attr wanted{};
  wanted.attr_set = attributes;
  return ::mount_setattr(folder, path, flags, &wanted, sizeof wanted) == 0;
}

/// The folders above a path, and an empty file or folder at it. Only what was covered can be
/// written to here, so nothing of the machine changes.
bool make_mount_point(const char* path, bool folder) {
  std::array<char, 4096> part{};
  const std::size_t length = std::strlen(path);
  if (length >= part.size()) {
    errno = ENAMETOOLONG;
    return false;
  }
  for (std::size_t i = 1; i <= length; ++i) {
    const bool last = i == length;
    if (!last && path[i] != '/') continue;
    std::memcpy(part.data(), path, i);
    part[i] = '\0';
    if (last && !folder) {
      const int file = ::open(part.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (file < 0) return errno == EEXIST;
      ::close(file);
    } else if (::mkdir(part.data(), 0755) != 0 && errno != EEXIST && errno != EROFS) {
      return false;
    }
  }
  return true;
}

bool put(int tree, const char* path) {
  struct stat wanted {};
  struct stat there {};
  if (::fstat(tree, &wanted) != 0) return false;
  if (::stat(path, &there) != 0 && !make_mount_point(path, S_ISDIR(wanted.st_mode))) return false;
  return ::move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) ==
         0;
}

bool cover(const char* path, const char* options) {
  return ::mount("ck", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

/// Where the kernel finds an open folder. No path in the options of a mount: they give ':' and ','
/// a meaning.
class OpenFolder {
 public:
  explicit OpenFolder(const char* path) : number_(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    constexpr std::string_view kFolder = "/proc/self/fd/";
    std::to_chars(std::copy(kFolder.begin(), kFolder.end(), name_.data()),
                  name_.data() + name_.size() - 1, number_);
  }
  OpenFolder(int parent, const char* name) : OpenFolder(in(parent, name).data()) {}
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;
  ~OpenFolder() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  const char* name() const { return name_.data(); }

 private:
  using Name = std::array<char, 64>;
  static Name in(int parent, const char* name) {
    Name path{};
    constexpr std::string_view kFolder = "/proc/self/fd/";
    char* end = std::copy(kFolder.begin(), kFolder.end(), path.data());
    end = std::to_chars(end, path.data() + path.size() - 1, parent).ptr;
    *end++ = '/';
    std::strncpy(end, name, static_cast<std::size_t>(path.data() + path.size() - 1 - end));
    return path;
  }

  int number_;
  Name name_{};
};

bool set_option(int mount, const char* key, const OpenFolder& folder) {
  return folder.number() >= 0 && ::fsconfig(mount, FSCONFIG_SET_STRING, key, folder.name(), 0) == 0;
}

/// A mount that shows a folder with its changes; -1 and errno.
int overlay_of(const SetAside& wanted) {
  const OpenFolder changes(wanted.changes);
  if (::mkdirat(changes.number(), "upper", 0755) != 0 && errno != EEXIST) return -1;
  if (::mkdirat(changes.number(), "work", 0755) != 0 && errno != EEXIST) return -1;
  const OpenFolder lower(wanted.folder);
  const OpenFolder upper(changes.number(), "upper");
  const OpenFolder work(changes.number(), "work");
  const int mount = ::fsopen("overlay", FSOPEN_CLOEXEC);
  if (mount < 0) return -1;
  int made = -1;
  if (set_option(mount, "lowerdir", lower) && set_option(mount, "upperdir", upper) &&
      set_option(mount, "workdir", work) &&
      // What an ordinary user may write beside files; the other attributes are root's.
      ::fsconfig(mount, FSCONFIG_SET_FLAG, "userxattr", nullptr, 0) == 0 &&
      ::fsconfig(mount, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0) {
    made = ::fsmount(mount, FSMOUNT_CLOEXEC, static_cast<unsigned>(kHarmless));
  }
  const int error = errno;
  ::close(mount);
  errno = error;
  return made;
}

class Builder {
 public:
  Builder(const Options& options, FailedPlace& failed) : options_(options), failed_(failed) {}

  PlacesResult run() {
    if (!take_places() || !take_devices()) return {errno, false, 0};
    make_overlays();
    if (!seal()) return {errno, false, 0};
    const bool done = hide() && make_scratch() && make_devices() && put_places() &&
                      put_overlays() && cover_shown() && seal_covers();
    return {done ? 0 : errno, !done, refused_overlay_};
  }

 private:
  bool at(const char* path, bool done) {
    if (done) return true;
    const int error = errno;
    std::strncpy(failed_.data(), path, failed_.size() - 1);
    errno = error;
    return false;
  }

  bool take_places() {
    for (std::size_t i = 0; i < options_.places.size(); ++i) {
      const Place& place = options_.places[i];
      trees_[i] = take(place.path);
      if (trees_[i] < 0 && errno == ENOENT) continue;
      const __u64 attributes = kHarmless | (place.writable ? 0 : MOUNT_ATTR_RDONLY);
      if (!at(place.path, trees_[i] >= 0 &&
                              set_attributes(trees_[i], "", AT_EMPTY_PATH | kSubtree, attributes)))
        return false;
    }
    return true;
  }

  /// While the folders for changes can still be written to.
  void make_overlays() {
    for (std::size_t i = 0; i < options_.set_aside.size(); ++i) {
      overlays_[i] = overlay_of(options_.set_aside[i]);
      if (overlays_[i] < 0) refused_overlay_ = errno;
    }
  }

  bool put_overlays() {
    for (std::size_t i = 0; i < options_.set_aside.size(); ++i) {
      const char* folder = options_.set_aside[i].folder;
      if (overlays_[i] < 0) continue;
      const bool there = put(overlays_[i], folder);
      const int error = errno;
      ::close(overlays_[i]);
      errno = error;
      if (!at(folder, there)) return false;
    }
    return true;
  }

  bool take_devices() {
    for (std::size_t i = 0; i < options_.devices.size(); ++i) {
      const char* device = options_.devices[i];
      devices_[i] = take(device);
      if (!at(device, devices_[i] >= 0 || errno == ENOENT)) return false;
    }
    return true;
  }

  bool seal() {
    return at("/", ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       set_attributes(AT_FDCWD, "/", kSubtree, kHarmless | MOUNT_ATTR_RDONLY));
  }

  bool hide() {
    for (std::size_t i = 0; i < options_.hidden.size(); ++i) {
      const char* path = options_.hidden[i];
      struct stat status {};
      // Not there, or in a folder that was hidden a moment ago.
      if (::stat(path, &status) != 0) continue;
      if (!S_ISDIR(status.st_mode)) {
        if (!at(path, put_nothing(path))) return false;
        continue;
      }
      if (!at(path, cover(path, "mode=755,size=1m"))) return false;
      covers_[i] = ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return true;
  }

  /// In the place of a file.
  static bool put_nothing(const char* path) {
    const int nothing = take("/dev/null");
    const bool there =
        nothing >= 0 && set_attributes(nothing, "", AT_EMPTY_PATH, kHarmless) && put(nothing, path);
    const int error = errno;
    if (nothing >= 0) ::close(nothing);
    errno = error;
    return there;
  }

  /// What lies in a place that is shown, and is not to be seen all the same.
  bool cover_shown() {
    for (const char* path : options_.covered) {
      struct stat status {};
      if (::stat(path, &status) != 0) continue;
      const bool covered = S_ISDIR(status.st_mode)
                               ? ::mount("ck", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY,
                                         "mode=755,size=1m") == 0
                               : put_nothing(path);
      if (!at(path, covered)) return false;
    }
    return true;
  }

  bool make_scratch() {
    std::array<char, 64> text{"mode=1777"};
    if (options_.scratch_bytes != 0) {
      constexpr std::string_view kSize = ",size=";
      char* next = std::copy(kSize.begin(), kSize.end(), text.data() + std::strlen(text.data()));
      std::to_chars(next, text.data() + text.size() - 1, options_.scratch_bytes);
    }
    for (const char* path : options_.scratch) {
      // /dev/shm comes with /dev.
      if (std::string_view(path).starts_with("/dev/")) continue;
      struct stat status {};
      if (::stat(path, &status) == 0 && !at(path, cover(path, text.data()))) return false;
    }
    scratch_options_ = text;
    return true;
  }

  /// A /dev of a few nodes: what of root's disks could be opened would not be protected by a
  /// read-only mount.
  bool make_devices() {
    if (!at("/dev", cover("/dev", "mode=755,size=1m"))) return false;
    const int cover_of_dev = ::open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (std::size_t i = 0; i < options_.devices.size(); ++i) {
      const char* device = options_.devices[i];
      if (devices_[i] < 0) continue;
      const bool there = put(devices_[i], device);
      ::close(devices_[i]);
      if (!at(device, there)) return false;
    }
    const bool links = ::symlink("/proc/self/fd", "/dev/fd") == 0 &&
                       ::symlink("/proc/self/fd/0", "/dev/stdin") == 0 &&
                       ::symlink("/proc/self/fd/1", "/dev/stdout") == 0 &&
                       ::symlink("/proc/self/fd/2", "/dev/stderr") == 0 &&
                       ::symlink("pts/ptmx", "/dev/ptmx") == 0;
    // Terminals of its own are a comfort: in some containers they cannot be had.
    if (::mkdir("/dev/pts", 0755) == 0) {
      ::mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=620");
    }
    for (const char* path : options_.scratch) {
      if (!std::string_view(path).starts_with("/dev/")) continue;
      if (!at(path, ::mkdir(path, 0777) == 0 && cover(path, scratch_options_.data()))) return false;
    }
    const bool sealed = set_attributes(cover_of_dev, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY);
    ::close(cover_of_dev);
    return at("/dev", links && sealed);
  }

  bool put_places() {
    for (std::size_t i = 0; i < options_.places.size(); ++i) {
      if (trees_[i] < 0) continue;
      const bool there = put(trees_[i], options_.places[i].path);
      const int error = errno;
      ::close(trees_[i]);
      errno = error;
      if (!at(options_.places[i].path, there)) return false;
    }
    return true;
  }

  bool seal_covers() {
    for (std::size_t i = 0; i < options_.hidden.size(); ++i) {
      if (covers_[i] <= 0) continue;
      if (!at(options_.hidden[i], set_attributes(covers_[i], "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY)))
        return false;
      ::close(covers_[i]);
    }
    return true;
  }

  const Options& options_;
  FailedPlace& failed_;
  std::array<int, 512> trees_{};
  std::array<int, 8> overlays_{};
  int refused_overlay_ = 0;
  std::array<int, 64> devices_{};
  std::array<int, 64> covers_{};  ///< 0 where nothing was covered
  std::array<char, 64> scratch_options_{};
};

}  // namespace

PlacesResult enter_places(const Options& options, FailedPlace& failed) {
  if (::unshare(CLONE_NEWNS) != 0) return {errno, false};
  return Builder(options, failed).run();
}

int enter_process_list() {
  return ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr) ==
                 0
             ? 0
             : errno;
}

}  // namespace ck::sys::launcher
