#include "sys/launcher/tree_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <string_view>

namespace ck::sys::launcher {
namespace {

/// A folder whose content cannot be told: too deep, or made unreadable. Nothing honest does that,
/// so it counts as full.
constexpr std::uint64_t kUnknown = std::uint64_t{1} << 60;
constexpr int kDeepest = 200;
constexpr std::int64_t kSecondNs = 1'000'000'000;

std::int64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * kSecondNs + time.tv_nsec;
}

std::uint64_t size_below(int folder, int depth) {
  if (depth > kDeepest) {
    ::close(folder);
    return kUnknown;
  }
  DIR* stream = ::fdopendir(folder);
  if (stream == nullptr) {
    ::close(folder);
    return kUnknown;
  }
  std::uint64_t total = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    struct stat status {};
    if (name == "." || name == ".." ||
        ::fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    total += static_cast<std::uint64_t>(status.st_blocks) * 512;
    if (!S_ISDIR(status.st_mode)) continue;
    const int below =
        ::openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below >= 0) total += size_below(below, depth + 1);
    // Removed meanwhile is fine.
    if (below < 0 && errno == EACCES) total += kUnknown;
    if (total >= kUnknown) break;
  }
  ::closedir(stream);
  return std::min(total, kUnknown);
}

std::uint64_t size_of(const char* path) {
  const int folder = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) return size_below(folder, 0);
  struct stat status {};
  if (::stat(path, &status) != 0) return 0;
  return S_ISDIR(status.st_mode) ? kUnknown : static_cast<std::uint64_t>(status.st_blocks) * 512;
}

std::uint64_t held_in(const Options& options) {
  std::uint64_t total = 0;
  for (const auto& place : options.places) {
    if (place.writable) total += size_of(place.path);
  }
  return std::min(total, kUnknown);
}

/// A small file of /proc.
template <std::size_t Room>
std::string_view read_text(const char* path, std::array<char, Room>& room) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const auto size = ::read(file, room.data(), room.size());
  ::close(file);
  return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::uint64_t number_in(std::string_view text) {
  const auto from = std::min(text.find_first_of("0123456789"), text.size());
  std::uint64_t number = 0;
  std::from_chars(text.data() + from, text.data() + text.size(), number);
  return number;
}

/// Pages that a process does not share with files, by a quick look.
std::uint64_t quick_memory(const char* process) {
  std::array<char, 300> path{"/proc/"};
  std::strncat(path.data(), process, 250);
  std::strncat(path.data(), "/statm", 10);
  std::array<char, 256> room{};
  std::string_view text = read_text(path.data(), room);
  text.remove_prefix(std::min(text.find(' '), text.size()));
  const std::uint64_t resident = number_in(text);
  text.remove_prefix(std::min(text.find(' ', 1), text.size()));
  return (resident - std::min(resident, number_in(text))) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// The same with what forked processes share divided among them.
std::uint64_t fair_memory(const char* process) {
  std::array<char, 300> path{"/proc/"};
  std::strncat(path.data(), process, 250);
  std::strncat(path.data(), "/smaps_rollup", 15);
  std::array<char, 4096> room{};
  const std::string_view text = read_text(path.data(), room);
  const auto found = text.find("Pss_Anon:");
  // Not readable for one that made itself so: then without dividing.
  return found == std::string_view::npos ? quick_memory(process)
                                         : number_in(text.substr(found)) * 1024;
}

/// The sum of a measure over all processes but the first.
template <typename Measure>
std::uint64_t sum_over_processes(Measure measure) {
  DIR* stream = ::opendir("/proc");
  if (stream == nullptr) return 0;
  std::uint64_t total = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name.find_first_not_of("0123456789") != std::string_view::npos || name == "1") continue;
    total += measure(entry->d_name);
  }
  ::closedir(stream);
  return total;
}

}  // namespace

bool TreeWatch::wanted() const {
  return options_.memory_bytes != 0 || options_.processes != 0 || options_.disk_bytes != 0;
}

std::uint64_t TreeWatch::space_taken() const {
  std::uint64_t total = 0;
  for (const auto& place : options_.places) {
    struct statvfs status {};
    if (!place.writable || ::statvfs(place.path, &status) != 0) continue;
    total += static_cast<std::uint64_t>(status.f_blocks - status.f_bfree) * status.f_frsize;
  }
  return total;
}

void TreeWatch::begin() {
  if (options_.disk_bytes == 0) return;
  held_before_ = held_in(options_);
  taken_before_ = space_taken();
  next_walk_ns_ = now_ns() + kSecondNs;
}

TreeLimit TreeWatch::check() {
  if (options_.processes != 0 && too_many_processes()) return TreeLimit::processes;
  if (options_.memory_bytes != 0 && too_much_memory()) return TreeLimit::memory;
  if (options_.disk_bytes != 0 && too_much_disk()) return TreeLimit::disk;
  return TreeLimit::none;
}

bool TreeWatch::too_many_processes() const {
  return sum_over_processes([](const char*) { return std::uint64_t{1}; }) > options_.processes;
}

bool TreeWatch::too_much_memory() const {
  return sum_over_processes(quick_memory) > options_.memory_bytes &&
         sum_over_processes(fair_memory) > options_.memory_bytes;
}

/// The file system's own count is quick but knows of others too; it tells when to look closely.
bool TreeWatch::too_much_disk() {
  const std::uint64_t taken = space_taken();
  const std::int64_t start = now_ns();
  const bool suspicious = taken > taken_before_ && taken - taken_before_ > options_.disk_bytes;
  if (!suspicious && start < next_walk_ns_) return false;
  const std::uint64_t held = held_in(options_);
  const std::int64_t walked = now_ns();
  next_walk_ns_ = walked + std::max(2 * kSecondNs, 50 * (walked - start));
  // Others filled the disk: no need to look again before as much more is gone.
  if (suspicious) taken_before_ = taken;
  return held > held_before_ && held - held_before_ > options_.disk_bytes;
}

}  // namespace ck::sys::launcher
