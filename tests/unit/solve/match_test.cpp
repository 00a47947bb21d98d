#include "solve/match.hpp"

#include <gtest/gtest.h>

namespace ck::solve {
namespace {

Candidate gcc(const std::string& version) {
  Candidate candidate;
  candidate.id = "software:gcc@" + version;
  candidate.component = {"core", "software", "gcc", "0123456789abcdef"};
  if (!version.empty()) candidate.version = *model::Version::parse(version);
  candidate.tags = model::Tags({"compiler", "gcc", "lang-c"});
  return candidate;
}

model::Dependency need(const std::string& tags, const std::string& none = "",
                       const std::string& range = "") {
  model::Dependency result;
  result.key = "compiler";
  result.tags = model::TagQuery::parse(tags, none);
  result.version = *model::VersionRange::parse(range);
  return result;
}

std::string wrong_with(const Candidate& candidate, const model::Dependency& dependency) {
  const auto text = shortcoming(candidate, wanted_by(dependency));
  EXPECT_EQ(text.empty(), meets(candidate, wanted_by(dependency)));
  return text;
}

TEST(Shortcoming, is_nothing_for_what_meets_the_wish) {
  EXPECT_EQ(wrong_with(gcc("12.2"), need("compiler,gcc", "clang", ">=12")), "");
}

TEST(Shortcoming, names_the_version_and_the_range) {
  EXPECT_EQ(wrong_with(gcc("10.2"), need("gcc", "", ">=12")), "version 10.2 is not in >=12");
  EXPECT_EQ(wrong_with(gcc(""), need("gcc", "", ">=12")), "is of unknown version, not in >=12");
}

TEST(Shortcoming, names_all_missing_or_all_excluded_tags) {
  EXPECT_EQ(wrong_with(gcc("12"), need("gcc,fortran")), "lacks the tag fortran");
  EXPECT_EQ(wrong_with(gcc("12"), need("ada,fortran,gcc")), "lacks the tags ada,fortran");
  EXPECT_EQ(wrong_with(gcc("12"), need("gcc", "lang-c,clang")), "has the excluded tag lang-c");
}

TEST(Shortcoming, knows_kind_name_and_uid) {
  auto wish = need("gcc");
  wish.kind = "package";
  EXPECT_EQ(wrong_with(gcc("12"), wish), "is of kind software, not package");
  wish.kind = "software";
  wish.name = "clang";
  EXPECT_EQ(wrong_with(gcc("12"), wish), "is not named clang");
  wish.name = "0123456789abcdef";
  EXPECT_EQ(wrong_with(gcc("12"), wish), "");
}

TEST(Shortcoming, tells_an_empty_tag_that_nothing_has) {
  EXPECT_FALSE(wrong_with(gcc("12"), need("gcc,,compiler")).empty());
}

TEST(WantedByPin, asks_for_one_candidate_only_if_the_pin_names_it) {
  Pin pin;
  pin.tags = model::TagQuery::parse("gcc");
  EXPECT_TRUE(meets(gcc("12"), wanted_by(pin)));
  pin.candidate = "software:gcc@13";
  EXPECT_EQ(shortcoming(gcc("12"), wanted_by(pin)), "is not software:gcc@13");
  EXPECT_TRUE(meets(gcc("13"), wanted_by(pin)));
}

}  // namespace
}  // namespace ck::solve
