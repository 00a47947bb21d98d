#include "sys/lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"

namespace ck::sys {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Descriptor open_lock_file(const fs::path& file, FileLock::Mode mode) {
  const auto open_with = [&](int flags) {
    return Descriptor(
        uninterrupted([&] { return ::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0666); }));
  };
  Descriptor descriptor = open_with(O_RDWR | O_CREAT);
  const bool may_not_write = !descriptor && (errno == EACCES || errno == EROFS);
  // Readers of a home that they may not change can still keep writers away.
  if (may_not_write && mode == FileLock::Mode::shared) return open_with(O_RDONLY);
  return descriptor;
}

/// Whether `file` still names what was locked; not so if somebody removed it in between.
bool still_there(int descriptor, const fs::path& file) {
  struct stat locked {};
  struct stat named {};
  return ::fstat(descriptor, &locked) == 0 && ::stat(file.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

/// Its command line, shortened; empty when it cannot be read.
std::string command_of(const std::string& process) {
  constexpr std::size_t kLongest = 120;
  std::ifstream file("/proc/" + process + "/cmdline", std::ios::binary);
  std::string command;
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(std::move(word));
  if (words.empty()) return command;
  words.front() = fs::path(words.front()).filename().string();
  return shortened(join(words, " "), kLongest);
}

Error busy(const fs::path& file, milliseconds patience) {
  Error error(ErrorCode::busy, shown(file) + " is locked by " +
                                   lock_holder(file).value_or("another process") +
                                   "; gave up after " +
                                   human_duration_ns(static_cast<double>(patience.count()) * 1e6));
  return std::move(error).hint("wait until it is done and try again");
}

/// Sleeps, but wakes at once when cancelled.
void pause(milliseconds duration, const Cancel& cancel) {
  pollfd waiting{cancel.descriptor(), POLLIN, 0};
  ::poll(&waiting, 1, static_cast<int>(duration.count()));
}

}  // namespace

Result<std::optional<FileLock>> FileLock::try_acquire(const fs::path& file, Mode mode) {
  const int operation = (mode == Mode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  for (;;) {
    Descriptor descriptor = open_lock_file(file, mode);
    if (!descriptor) return fail(system_error("open the lock file " + shown(file), errno));
    if (uninterrupted([&] { return ::flock(descriptor.get(), operation); }) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      return fail(system_error("lock " + shown(file), errno));
    }
    if (still_there(descriptor.get(), file)) return FileLock(descriptor.release());
  }
}

Result<FileLock> FileLock::acquire(const fs::path& file, Mode mode, milliseconds patience,
                                   const Cancel& cancel) {
  const auto deadline = SteadyClock::now() + patience;
  for (milliseconds wait(1);; wait = std::min(2 * wait, milliseconds(50))) {
    CK_CHECK(cancel.check());
    CK_TRY(lock, try_acquire(file, mode));
    if (lock) return std::move(*lock);
    const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now());
    if (left <= milliseconds::zero()) return fail(busy(file, patience));
    pause(std::min(wait, left), cancel);
  }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  // Not left to close: a child between fork and exec may hold a copy of the descriptor.
  ::flock(descriptor_, LOCK_UN);
  ::close(descriptor_);
}

std::optional<std::string> lock_holder(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  std::array<char, 64> place{};
  std::snprintf(place.data(), place.size(), "%02x:%02x:%llu", major(status.st_dev),
                minor(status.st_dev), static_cast<unsigned long long>(status.st_ino));

  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "3: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF"; waiting ones have "->" second.
    std::istringstream words(line);
    std::string number, kind, advisory, access, process, where;
    words >> number >> kind >> advisory >> access >> process >> where;
    if (kind != "FLOCK" || where != place.data()) continue;
    const std::string name = command_of(process);
    return "process " + process + (name.empty() ? "" : " (" + printable(name) + ")");
  }
  return std::nullopt;
}

}  // namespace ck::sys
