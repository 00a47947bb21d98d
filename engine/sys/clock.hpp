#pragma once
/// The only source of time in the engine.

#include <cstdint>

namespace ck::sys {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t unix_ns() const = 0;       ///< wall-clock time, nanoseconds since 1970 UTC
  virtual std::int64_t monotonic_ns() const = 0;  ///< for durations; never jumps
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  std::int64_t unix_ns() const override;
  std::int64_t monotonic_ns() const override;
};

}  // namespace ck::sys
