#include "model/version.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ck::model {
namespace {

Version version(std::string_view text) {
  auto parsed = Version::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? *parsed : Version();
}

/// Texts that are versions, with pieces that meet often, so that equal ones and near ones occur.
rc::Gen<std::string> version_texts() {
  const auto piece = rc::gen::element<std::string>("0", "00", "1", "01", "2", "10", "99", "a", "rc",
                                                   "RC", "dev", "beta", "p", "deb", "git", "zz");
  const auto separator = rc::gen::element<std::string>(".", "-", "_", "~", ":", "", "+");
  return rc::gen::exec([piece, separator] {
    std::string text =
        *rc::gen::element<std::string>("", "v") + std::to_string(*rc::gen::inRange(0, 3));
    const int count = *rc::gen::inRange(0, 5);
    for (int i = 0; i < count; ++i) text += *separator + *piece;
    return text;
  });
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

TEST(Version, OrdersAsPeopleExpect) {
  const std::vector<std::string> ascending = {"0",
                                              "0.9",
                                              "1.2-alpha",
                                              "1.2-beta",
                                              "1.2-beta2",
                                              "1.2-rc1",
                                              "1.2-rc2",
                                              "1.2-rc10",
                                              "1.2",
                                              "1.2-git1",
                                              "1.2-p1",
                                              "1.2.0.1",
                                              "1.2.1",
                                              "1.10",
                                              "2.0-dev",
                                              "2",
                                              "2+deb12u1",
                                              "2+deb12u2",
                                              "2+1",
                                              "2024.05",
                                              "2024.5.1",
                                              "99999999999999999999999999",
                                              "100000000000000000000000000"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(sign(version(ascending[i]) <=> version(ascending[j])), sign(i <=> j))
          << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(Version, IsEqualHoweverItIsWritten) {
  EXPECT_EQ(version("1.2"), version("1.2.0"));
  EXPECT_EQ(version("1.2"), version("1.2.0.00"));
  EXPECT_EQ(version("1.02"), version("1.2"));
  EXPECT_EQ(version("1-2_3"), version("1.2.3"));
  EXPECT_EQ(version("1.2RC1"), version("1.2-rc1"));
  EXPECT_EQ(version("1.2-rc1"), version("1.2.0-rc1"));
  EXPECT_EQ(version("v1.2"), version("1.2"));
  EXPECT_EQ(version("V1.2"), version("1.2"));
  EXPECT_EQ(version("1.2+"), version("1.2"));
  EXPECT_EQ(version("0"), version("0.0"));
  EXPECT_NE(version("2+deb"), version("2"));
}

TEST(Version, KeepsItsTextAsWritten) {
  EXPECT_EQ(version("v01.2-RC1+Deb").text(), "v01.2-RC1+Deb");
}

TEST(Version, KnowsPrereleases) {
  for (const char* text : {"1.0a1", "1.0-alpha", "1.0b2", "2.0.dev3", "1.0-RC1", "pre-2.3.5-5"}) {
    EXPECT_TRUE(version(text).prerelease()) << text;
  }
  for (const char* text : {"1.0", "1.0-p1", "1.0+rc1", "12.2.0-14+deb12u1", "1.0-release"}) {
    EXPECT_FALSE(version(text).prerelease()) << text;
  }
}

TEST(Version, UnknownIsBeforeAllOthers) {
  EXPECT_TRUE(Version().unknown());
  EXPECT_EQ(Version(), Version());
  EXPECT_LT(Version(), version("0"));
  EXPECT_LT(Version(), version("0-dev"));
  EXPECT_GT(version("rc0"), Version());
  EXPECT_FALSE(version("0").unknown());
}

TEST(Version, RefusesWhatIsNone) {
  for (const std::string text :
       {"", "master", "v", "+1", "-", "1 2", "1/2", "1.2\n", "1,2", "ünicode1", "abc+1", "1=2"}) {
    const auto parsed = Version::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_FALSE(parsed.error().hints.empty());
  }
}

TEST(Version, SaysWhyItIsNone) {
  EXPECT_EQ(Version::parse("master").error().message, "'master' is no version: it has no digit");
  EXPECT_EQ(Version::parse("r+1").error().message,
            "'r+1' is no version: it has no digit before the '+'");
  EXPECT_EQ(Version::parse("1 2").error().message,
            "'1 2' is no version: it has characters other than letters, digits and '.-_+~:'");
}

TEST(Version, MayHave128Characters) {
  EXPECT_TRUE(Version::parse(std::string(128, '1')).has_value());
  EXPECT_FALSE(Version::parse(std::string(129, '1')).has_value());
}

RC_GTEST_PROP(VersionProperty, ReadsItsOwnTextToTheSame, ()) {
  const Version read = version(*version_texts());
  RC_ASSERT(version(read.text()) == read);
  RC_ASSERT(version(read.text()).text() == read.text());
}

RC_GTEST_PROP(VersionProperty, OrderIsAntisymmetric, ()) {
  const Version a = version(*version_texts());
  const Version b = version(*version_texts());
  RC_ASSERT(sign(a <=> b) == -sign(b <=> a));
  RC_ASSERT(sign(a <=> a) == 0);
}

RC_GTEST_PROP(VersionProperty, OrderIsTransitive, ()) {
  const Version a = version(*version_texts());
  const Version b = version(*version_texts());
  const Version c = version(*version_texts());
  RC_PRE(a <= b && b <= c);
  RC_ASSERT(a <= c);
  if (a == b) RC_ASSERT(sign(a <=> c) == sign(b <=> c));
}

RC_GTEST_PROP(VersionProperty, NeverCrashesOnAnyText, (const std::string& text)) {
  const auto parsed = Version::parse(text);
  if (parsed) RC_ASSERT(parsed->text() == text);
}

}  // namespace
}  // namespace ck::model
