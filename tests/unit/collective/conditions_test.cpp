#include "collective/conditions.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

using model::Tags;

TEST(VersionParts, SplitsAtDotDashAndUnderscore) {
  EXPECT_EQ(version_parts("1.2-3_4"), (VersionParts{1, 2, 3, 4}));
  EXPECT_EQ(version_parts("0010"), (VersionParts{10}));
}

TEST(VersionParts, CountsAPartWithLettersAsZero) {
  EXPECT_EQ(version_parts("1.2rc1"), (VersionParts{1, 0}));
  EXPECT_EQ(version_parts("v2.0"), (VersionParts{0, 0}));
  EXPECT_EQ(version_parts("trunk"), (VersionParts{0}));
}

TEST(VersionParts, CountsAnEmptyPartAsZeroButHasNoneForNoText) {
  EXPECT_EQ(version_parts("1..2"), (VersionParts{1, 0, 2}));
  EXPECT_EQ(version_parts(""), VersionParts{});
}

TEST(VersionParts, ComparesNumbersAndTakesMissingPartsAsZero) {
  EXPECT_EQ(compare({1}, {1, 0}), std::strong_ordering::equal);
  EXPECT_EQ(compare({1, 2}, {1, 10}), std::strong_ordering::less);
  EXPECT_EQ(compare({1, 0, 1}, {1}), std::strong_ordering::greater);
  EXPECT_EQ(compare({}, {0}), std::strong_ordering::equal);
}

TEST(VersionBound, IsAListOfNumbersOrTextsOrAText) {
  EXPECT_EQ(version_bound(Json::parse("[1, 64, 0]")), (VersionParts{1, 64, 0}));
  EXPECT_EQ(version_bound(Json::parse(R"(["1", 64])")), (VersionParts{1, 64}));
  EXPECT_EQ(version_bound("1.64"), (VersionParts{1, 64}));
  EXPECT_EQ(version_bound(2.5), (VersionParts{2, 5}));
}

TEST(VersionBound, IsNothingWhenEmptyOrNoVersion) {
  EXPECT_EQ(version_bound(Json::array()), std::nullopt);
  EXPECT_EQ(version_bound(""), std::nullopt);
  EXPECT_EQ(version_bound(nullptr), std::nullopt);
  EXPECT_EQ(version_bound(Json::object()), std::nullopt);
}

TEST(OrTags, EmptyTextHolds) { EXPECT_TRUE(or_tags_hold("", Tags({"a"}))); }

TEST(OrTags, SemicolonIsOrAndCommaIsAnd) {
  const Tags tags({"a", "b"});
  EXPECT_TRUE(or_tags_hold("x;a,b", tags));
  EXPECT_FALSE(or_tags_hold("x;a,c", tags));
}

TEST(OrTags, TildeIsNotButMinusIsNothing) {
  const Tags tags({"a", "b"});
  EXPECT_TRUE(or_tags_hold("a,~c", tags));
  EXPECT_FALSE(or_tags_hold("a,~b", tags));
  EXPECT_FALSE(or_tags_hold("a,-c", tags));
}

TEST(OrTags, AnEmptyTagMatchesNothing) {
  EXPECT_FALSE(or_tags_hold("x;", Tags({"a"})));
  EXPECT_FALSE(or_tags_hold("a,", Tags({"a"})));
}

TEST(OrTags, BlanksAroundTagsDoNotCount) { EXPECT_TRUE(or_tags_hold(" a , ~ c ; x", Tags({"a"}))); }

TEST(EnvironmentCondition, IsOrOfAlternativesThatAreAndOfVariables) {
  const Json condition = Json::parse(R"([{"A": ["1", "2"], "B": "x"}, {"C": ["ON"]}])");
  EXPECT_TRUE(environment_condition_holds(condition, {{"A", "2"}, {"B", "x"}}));
  EXPECT_FALSE(environment_condition_holds(condition, {{"A", "2"}, {"B", "y"}}));
  EXPECT_TRUE(environment_condition_holds(condition, {{"C", "ON"}}));
}

TEST(EnvironmentCondition, TakesAnUnsetVariableAsEmptyText) {
  const Json condition = Json::parse(R"([{"FILE": [""]}])");
  EXPECT_TRUE(environment_condition_holds(condition, Json::object()));
  EXPECT_TRUE(environment_condition_holds(condition, {{"FILE", ""}}));
  EXPECT_FALSE(environment_condition_holds(condition, {{"FILE", "a"}}));
}

TEST(EnvironmentCondition, ComparesTypesToo) {
  const Json number = Json::parse(R"([{"N": [1]}])");
  EXPECT_FALSE(environment_condition_holds(number, {{"N", "1"}}));
  EXPECT_TRUE(environment_condition_holds(number, {{"N", 1}}));
}

TEST(EnvironmentCondition, AcceptsOneAlternativeWithoutItsList) {
  EXPECT_TRUE(environment_condition_holds(Json::parse(R"({"A": ["ON"]})"), {{"A", "ON"}}));
}

TEST(EnvironmentCondition, DoesNotHoldWhenEmptyOrNoCondition) {
  EXPECT_FALSE(environment_condition_holds(Json::array(), Json::object()));
  EXPECT_FALSE(environment_condition_holds(Json::object(), Json::object()));
  EXPECT_FALSE(environment_condition_holds(nullptr, Json::object()));
  EXPECT_FALSE(environment_condition_holds(Json::parse(R"(["A"])"), Json::object()));
}

}  // namespace
}  // namespace ck::collective
