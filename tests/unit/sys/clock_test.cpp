#include "sys/clock.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace ck::sys {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(SystemClock, TellsTheTimeOfDay) {
  const SystemClock clock;
  const std::int64_t before = std::time(nullptr);
  const std::int64_t now = clock.unix_ns();
  const std::int64_t after = std::time(nullptr);
  // time() may lag behind by one tick of the kernel's coarse clock.
  EXPECT_GE(now / kSecond, before);
  EXPECT_LE(now / kSecond, after + 1);
}

TEST(SystemClock, NeverGoesBack) {
  const SystemClock clock;
  std::int64_t last = clock.monotonic_ns();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = clock.monotonic_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace ck::sys
