#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>

#include "base/strings.hpp"

namespace ck {
namespace {

TEST(HumanBytes, ScalesByThousands) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(1.5e6), "1.5 MB");
  EXPECT_EQ(human_bytes(999'960), "1.0 MB");
  EXPECT_EQ(human_bytes(2e18), "2000.0 PB");
  EXPECT_EQ(human_bytes(-2500), "-2.5 kB");
}

TEST(HumanMetric, FollowsTheUnit) {
  EXPECT_EQ(human_metric(12'300, "ns"), "12.30 \u00b5s");
  EXPECT_EQ(human_metric(3.63285, "s"), "3.633 s");
  EXPECT_EQ(human_metric(0.0176185, "s"), "17.62 ms");
  EXPECT_EQ(human_metric(999.96, "us"), "1.000 ms");
  EXPECT_EQ(human_metric(-0.5, "ns"), "-0.5000 ns");
  EXPECT_EQ(human_metric(0, "ms"), "0 ns");
  EXPECT_EQ(human_metric(43'210, "s"), "43210 s");
  EXPECT_EQ(human_metric(600, "bytes"), "600 B");
  EXPECT_EQ(human_metric(1.5e6, "bytes"), "1.500 MB");
  EXPECT_EQ(human_metric(0.9314, "fraction"), "93.14 %");
  EXPECT_EQ(human_metric(1400, "count"), "1400");
  EXPECT_EQ(human_metric(25'004'768, "count"), "25004768");
  EXPECT_EQ(human_metric(1e18, "count"), "1e+18");
  EXPECT_EQ(human_metric(2.5, "1/s"), "2.5 1/s");
  EXPECT_EQ(human_metric(0.1, ""), "0.1");
}

constexpr std::int64_t kSecond = 1'000'000'000;

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

TEST(HumanDuration, ChoosesTheUnit) {
  EXPECT_EQ(human_duration_ns(0), "0 ns");
  EXPECT_EQ(human_duration_ns(12'300), "12.3 \u00b5s");
  EXPECT_EQ(human_duration_ns(12.3e6), "12.3 ms");
  EXPECT_EQ(human_duration_ns(59.94e9), "59.9 s");
  EXPECT_EQ(human_duration_ns(59.96e9), "1 min");
  EXPECT_EQ(human_duration_ns(125e9), "2 min 5 s");
  EXPECT_EQ(human_duration_ns(3599.9e9), "1 h");
  EXPECT_EQ(human_duration_ns(3 * 3600e9 + 300e9), "3 h 5 min");
  EXPECT_EQ(human_duration_ns(2 * 86400e9 + 3 * 3600e9), "2 d 3 h");
  EXPECT_EQ(human_duration_ns(-125e9), "-2 min 5 s");
}

TEST(HumanNumbers, StandWhatNoMeasurementShouldGive) {
  for (const double value :
       {std::nan(""), std::numeric_limits<double>::infinity(), 1e300, -1e300}) {
    EXPECT_FALSE(human_bytes(value).empty());
    EXPECT_FALSE(human_duration_ns(value).empty());
  }
}

TEST(Shortened, KeepsWholeCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc\u2026");
  EXPECT_EQ(shortened("a\u20acb", 3), "a\u2026");
  EXPECT_EQ(shortened("a\u20acb", 4), "a\u20ac\u2026");
  EXPECT_EQ(shortened("", 0), "");
}

TEST(Printable, KeepsOrdinaryText) {
  EXPECT_EQ(printable("plain, \u00e4\u00f6, \u4e2d\u6587, \U0001f600 \\"),
            "plain, \u00e4\u00f6, \u4e2d\u6587, \U0001f600 \\");
}

TEST(Printable, ReplacesControlCharactersAndEscapes) {
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a\\x0ab\\x09c\\x7f");
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\u009b31m"), "\\xc2\\x9b31m");
}

TEST(Printable, ReplacesMarksThatReorderOrHideText) {
  EXPECT_EQ(printable("a\u202eb"), "a\\xe2\\x80\\xaeb");
  EXPECT_EQ(printable("a\u200bb"), "a\\xe2\\x80\\x8bb");
  EXPECT_EQ(printable("\ufeffx"), "\\xef\\xbb\\xbfx");
}

TEST(Printable, ReplacesBrokenUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\x80"), "\\x80");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong "/"
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong "/"
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");                    // cut off
}

TEST(PrintableLines, KeepsLineEndsOnly) {
  EXPECT_EQ(printable_lines("a\nb\r\x1b"), "a\nb\\x0d\\x1b");
}

RC_GTEST_PROP(Printable, ChangesNothingTheSecondTime, (const std::string& text)) {
  RC_ASSERT(printable(printable(text)) == printable(text));
  RC_ASSERT(printable_lines(printable_lines(text)) == printable_lines(text));
}

RC_GTEST_PROP(Printable, LeavesNoControlCharacter, (const std::string& text)) {
  for (const char c : printable(text)) RC_ASSERT(c < 0 || (c >= 0x20 && c != 0x7f));
}

}  // namespace
}  // namespace ck
