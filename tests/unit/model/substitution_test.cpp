#include "model/substitution.hpp"

#include <gtest/gtest.h>

namespace ck::model {
namespace {

std::optional<std::string> look_up(std::string_view name) {
  if (name == "prefix") return "/opt/x";
  if (name == "dataset.path") return "/data/${prefix}";
  if (name == "empty") return "";
  return std::nullopt;
}

TEST(Substitution, ReplacesNames) {
  EXPECT_EQ(*substitute("${prefix}/bin:${empty}${prefix}", look_up), "/opt/x/bin:/opt/x");
  EXPECT_EQ(*substitute("", look_up), "");
  EXPECT_EQ(*substitute("plain", look_up), "plain");
}

TEST(Substitution, DoesNotExpandValuesAgain) {
  EXPECT_EQ(*substitute("${dataset.path}", look_up), "/data/${prefix}");
}

TEST(Substitution, LeavesOtherDollarsAlone) {
  EXPECT_EQ(*substitute("$$", look_up), "$");
  EXPECT_EQ(*substitute("$${prefix}", look_up), "${prefix}");
  EXPECT_EQ(*substitute("$$${prefix}", look_up), "$/opt/x");
  EXPECT_EQ(*substitute("$HOME costs 5$", look_up), "$HOME costs 5$");
}

TEST(Substitution, NamesWhatIsUnknownAndSuggests) {
  const auto result = substitute("a ${prefx}", look_up, {"prefix", "build"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  EXPECT_EQ(result.error().message, "nothing is called 'prefx' in 'a ${prefx}'");
  EXPECT_EQ(result.error().hints, std::vector<std::string>{"did you mean 'prefix'?"});
}

TEST(Substitution, RefusesAnUnclosedBrace) {
  const auto result = substitute("a ${prefix", look_up);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "'a ${prefix' has a '${' without a '}'");
}

TEST(Substitution, RefusesAnEmptyName) { EXPECT_FALSE(substitute("${}", look_up).has_value()); }

TEST(Substitution, ListsNamesInOrder) {
  EXPECT_EQ(substitution_names("${b}-$${c} ${a} ${b} ${open"),
            (std::vector<std::string>{"b", "a", "b"}));
  EXPECT_TRUE(substitution_names("none $ $$").empty());
}

}  // namespace
}  // namespace ck::model
