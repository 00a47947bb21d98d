#include "sys/clock.hpp"

#include <array>
#include <chrono>
#include <cstdio>

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

std::string iso_time(std::int64_t unix_ns) {
  using std::chrono::floor;
  using std::chrono::seconds;
  const auto whole = floor<seconds>(std::chrono::nanoseconds(unix_ns));
  const auto day = floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss time(whole - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace ck::sys
