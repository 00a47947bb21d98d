#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "model/version.hpp"

namespace ck::model {
namespace {

bool contains(std::string_view range, std::string_view version) {
  const auto parsed_range = VersionRange::parse(range);
  const auto parsed_version = Version::parse(version);
  EXPECT_TRUE(parsed_range.has_value()) << range;
  EXPECT_TRUE(parsed_version.has_value()) << version;
  return parsed_range && parsed_version && parsed_range->contains(*parsed_version);
}

struct Case {
  std::string range;
  std::vector<std::string> in;
  std::vector<std::string> out;
};

TEST(VersionRange, ContainsWhatItSays) {
  const std::vector<Case> cases = {
      {">=1.2,<2", {"1.2", "1.2.0", "1.99", "1.2+deb1"}, {"1.1.9", "2", "2.0", "2.1"}},
      {" >= 1.2 , < 2 ", {"1.2"}, {"2"}},
      {"1.2", {"1.2", "1.2.0"}, {"1.2.1", "1.2+deb1"}},
      {"==1.2", {"1.2"}, {"1.3"}},
      {"=1.2", {"1.2"}, {"1.3"}},
      {"!=1.2", {"1.3", "1.1"}, {"1.2.0"}},
      {">1.2", {"1.2.1", "1.2-p1"}, {"1.2"}},
      {"<=1.2", {"1.2", "1"}, {"1.2.1"}},
      {"1.2.*", {"1.2", "1.2.9", "1.2.9.9"}, {"1.3", "1.1.9", "1.20"}},
      {"1.0.*", {"1", "1.0.5"}, {"1.1"}},
      {"1.*", {"1", "1.99"}, {"2", "0.9"}},
      {"^1.2", {"1.2", "1.9.9"}, {"2", "1.1"}},
      {"^1.2.3", {"1.2.3", "1.9"}, {"1.2.2", "2"}},
      {"^0.3", {"0.3", "0.3.9"}, {"0.4", "0.2"}},
      {"^0.0.3", {"0.0.3"}, {"0.0.4", "0.0.2"}},
      {"^0", {"0", "0.9"}, {"1"}},
      {"^0.0", {"0.0.9"}, {"0.1"}},
      {"^v1.2", {"1.3"}, {"2"}},
      {"~1.2", {"1.2", "1.2.9"}, {"1.3", "1.1"}},
      {"~1.2.3", {"1.2.3", "1.2.9"}, {"1.3", "1.2.2"}},
      {"~1", {"1", "1.9"}, {"2"}},
      {"~1.0", {"1.0.5"}, {"1.1"}},
      {"^9", {"9.1"}, {"10", "8"}},
      {"~99.999", {"99.999.1"}, {"99.1000"}},
      {">=2,<1", {}, {"1", "1.5", "2"}},
  };
  for (const Case& one : cases) {
    for (const std::string& version : one.in) {
      EXPECT_TRUE(contains(one.range, version)) << version << " in " << one.range;
    }
    for (const std::string& version : one.out) {
      EXPECT_FALSE(contains(one.range, version)) << version << " in " << one.range;
    }
  }
}

TEST(VersionRange, HoldsPrereleasesOnlyWhenItNamesOne) {
  EXPECT_FALSE(contains(">=1", "2.0-rc1"));
  EXPECT_FALSE(contains("<2", "1.5-beta"));
  EXPECT_FALSE(contains("1.2.*", "1.3-rc1"));
  EXPECT_TRUE(contains(">=2.0-rc1", "2.0-rc2"));
  EXPECT_TRUE(contains("2.0-rc1", "2.0-rc1"));
  EXPECT_TRUE(contains("*", "2.0-rc1"));
}

TEST(VersionRange, EverythingHoldsUnknownVersionsToo) {
  for (const char* text : {"", "*", "  ", " * "}) {
    const auto range = VersionRange::parse(text);
    ASSERT_TRUE(range.has_value());
    EXPECT_TRUE(range->universal());
    EXPECT_TRUE(range->contains(Version()));
  }
  EXPECT_TRUE(VersionRange().contains(Version()));
  EXPECT_FALSE(VersionRange::parse(">=0")->contains(Version()));
  EXPECT_FALSE(VersionRange::parse("!=1")->contains(Version()));
}

TEST(VersionRange, KeepsItsTextAndBounds) {
  const auto range = VersionRange::parse(" ^1.2, !=1.5 ");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->text(), "^1.2, !=1.5");
  ASSERT_EQ(range->bounds().size(), 3u);
  EXPECT_EQ(range->bounds()[1].op, VersionBound::Op::less);
  EXPECT_EQ(range->bounds()[1].version.text(), "2");
}

TEST(VersionRange, RefusesWhatIsNone) {
  for (const std::string text : {",", ">=1,", ">=", "^", "~", "^x1", ".*", "1.x.*", ">=1.2 <2",
                                 "latest", "**", "1.2.*.*", ">>1", "=>1", "> =1", "1.2.* , ,"}) {
    const auto range = VersionRange::parse(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_EQ(range.error().code, ErrorCode::invalid);
    EXPECT_FALSE(range.error().hints.empty());
  }
  EXPECT_FALSE(VersionRange::parse(std::string(513, '1')).has_value());
}

TEST(VersionRange, TellsThatBoundsNeedCommas) {
  EXPECT_EQ(VersionRange::parse(">=1.2 <2").error().message,
            "'>=1.2 <2' is no version range: bounds are separated by commas");
}

// A second opinion: versions of exactly three small numbers, compared as arrays.
using Triple = std::array<int, 3>;

std::string text_of(const Triple& triple) {
  return std::to_string(triple[0]) + "." + std::to_string(triple[1]) + "." +
         std::to_string(triple[2]);
}

rc::Gen<Triple> triples() { return rc::gen::container<Triple>(rc::gen::inRange(0, 4)); }

bool reference_holds(int op, const Triple& version, const Triple& bound) {
  switch (op) {
    case 0:
      return version < bound;
    case 1:
      return version <= bound;
    case 2:
      return version == bound;
    case 3:
      return version != bound;
    case 4:
      return version >= bound;
    case 5:
      return version > bound;
    case 6:
      return version >= bound && version[0] == bound[0] && version[1] == bound[1];  // ~
    default:
      break;
  }
  // ^: nothing changes up to the first number that is not zero.
  const std::size_t fixed = bound[0] != 0 ? 1 : bound[1] != 0 ? 2 : 3;
  return version >= bound &&
         std::equal(version.begin(), version.begin() + static_cast<std::ptrdiff_t>(fixed),
                    bound.begin());
}

RC_GTEST_PROP(VersionRangeProperty, AgreesWithANaiveReference, ()) {
  static const std::array<std::string, 8> kOperators = {"<", "<=", "==", "!=", ">=", ">", "~", "^"};
  const Triple version = *triples();
  const int count = *rc::gen::inRange(1, 4);
  std::string text;
  bool expected = true;
  for (int i = 0; i < count; ++i) {
    const int op = *rc::gen::inRange(0, 8);
    const Triple bound = *triples();
    text += (i > 0 ? "," : "") + kOperators.at(static_cast<std::size_t>(op)) + text_of(bound);
    expected = expected && reference_holds(op, version, bound);
  }
  RC_ASSERT(contains(text, text_of(version)) == expected);
}

RC_GTEST_PROP(VersionRangeProperty, ACommaMeansBoth, ()) {
  static const std::array<std::string, 6> kOperators = {"<", "<=", "==", "!=", ">=", ">"};
  const auto bound = [&] {
    return kOperators.at(static_cast<std::size_t>(*rc::gen::inRange(0, 6))) + text_of(*triples());
  };
  const std::string a = bound();
  const std::string b = bound();
  const std::string version = text_of(*triples());
  RC_ASSERT(contains(a + "," + b, version) == (contains(a, version) && contains(b, version)));
}

RC_GTEST_PROP(VersionRangeProperty, ABoundAndItsOppositeShareReleasesBetweenThem, ()) {
  const std::string bound = text_of(*triples());
  const std::string version = text_of(*triples());
  RC_ASSERT(contains("<" + bound, version) != contains(">=" + bound, version));
  RC_ASSERT(contains("<=" + bound, version) != contains(">" + bound, version));
  RC_ASSERT(contains("==" + bound, version) != contains("!=" + bound, version));
}

RC_GTEST_PROP(VersionRangeProperty, WhatLiesBetweenTwoVersionsOfAnIntervalIsInIt, ()) {
  std::array<Triple, 3> versions = {*triples(), *triples(), *triples()};
  std::sort(versions.begin(), versions.end());
  const std::string range = ">=" + text_of(versions[0]) + ",<=" + text_of(versions[2]);
  RC_ASSERT(contains(range, text_of(versions[1])));
  const std::string outside = "<" + text_of(versions[0]) + ",>" + text_of(versions[2]);
  RC_ASSERT(!contains(outside, text_of(versions[1])));
}

RC_GTEST_PROP(VersionRangeProperty, ReadsItsOwnTextToTheSame, ()) {
  static const std::array<std::string, 8> kOperators = {"<", "<=", "==", "!=", ">=", ">", "~", "^"};
  const auto op = kOperators.at(static_cast<std::size_t>(*rc::gen::inRange(0, 8)));
  const auto range = VersionRange::parse(op + text_of(*triples()));
  const auto again = VersionRange::parse(range->text());
  const auto version = Version::parse(text_of(*triples()) + *rc::gen::element("", "-rc1", "+b1"));
  RC_ASSERT(range->contains(*version) == again->contains(*version));
}

RC_GTEST_PROP(VersionRangeProperty, NeverCrashesOnAnyText, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::element('<', '>', '=', '!', '^', '~', '*', '.', ',', '1', '0', 'a', ' '),
      rc::gen::arbitrary<char>()));
  const auto range = VersionRange::parse(text);
  if (range) {
    RC_ASSERT(VersionRange::parse(range->text())->bounds().size() == range->bounds().size());
  }
}

}  // namespace
}  // namespace ck::model
