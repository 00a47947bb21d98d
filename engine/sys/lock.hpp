#pragma once
/// Locks between processes. The kernel drops a lock when its owner dies, so none is ever stale.

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

/// An exclusive or shared flock(2) on a file, held as long as the value lives.
class FileLock {
 public:
  enum class Mode { shared, exclusive };

  /// Waits at most `patience`; then `busy`, naming the process that holds it when known.
  static Result<FileLock> acquire(const fs::path& file, Mode mode,
                                  std::chrono::milliseconds patience, const Cancel& cancel = {});
  /// Without waiting: nothing if somebody else holds it.
  static Result<std::optional<FileLock>> try_acquire(const fs::path& file, Mode mode);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// Who holds the lock on a file: "process 4711 (ck install package:x)". Nothing if nobody does, or
/// it cannot be told (another machine, another process namespace).
std::optional<std::string> lock_holder(const fs::path& file);

}  // namespace ck::sys
