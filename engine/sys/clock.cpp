#include "sys/clock.hpp"

#include <chrono>

namespace ck::sys {
namespace {

template <typename Duration>
std::int64_t nanoseconds_of(Duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace

std::int64_t SystemClock::unix_ns() const {
  return nanoseconds_of(std::chrono::system_clock::now().time_since_epoch());
}

std::int64_t SystemClock::monotonic_ns() const {
  return nanoseconds_of(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace ck::sys
