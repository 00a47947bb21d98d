#include "sys/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

TEST(IsoTime, IsUtcInWholeSeconds) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_time(1'769'860'800 * kSecond), "2026-01-31T12:00:00Z");
  EXPECT_EQ(iso_time(1'769'860'800 * kSecond + 999'999'999), "2026-01-31T12:00:00Z");
  EXPECT_EQ(iso_time(951'782'400 * kSecond), "2000-02-29T00:00:00Z");
}

TEST(IsoTime, RoundsTowardsThePastBefore1970) { EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59Z"); }

TEST(IsoTime, HoldsAtTheEndsOfItsRange) {
  EXPECT_EQ(iso_time(INT64_MAX), "2262-04-11T23:47:16Z");
  EXPECT_EQ(iso_time(INT64_MIN), "1677-09-21T00:12:43Z");
}

RC_GTEST_PROP(IsoTime, AgreesWithTheSystem, (std::int32_t seconds)) {
  const std::time_t time = seconds;
  std::tm broken_down{};
  gmtime_r(&time, &broken_down);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken_down);
  RC_ASSERT(iso_time(seconds * kSecond) == text);
}

}  // namespace
}  // namespace ck::sys
