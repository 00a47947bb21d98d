#include "collective/need.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

using model::Tags;
using Texts = std::vector<std::string>;

const Platform kPlatform = linux_platform(64);

std::vector<Need> needs_of(std::string_view dependencies,
                           const Json& environment = Json::object()) {
  return active_needs(Json::parse(dependencies), environment, kPlatform);
}

Need need_of(const std::string& dependency, const Json& environment = Json::object()) {
  auto needs = needs_of("{\"k\": " + dependency + "}", environment);
  return needs.empty() ? Need{} : needs.front();
}

Texts keys_of(const std::vector<Need>& needs) {
  Texts keys;
  for (const Need& need : needs) keys.push_back(need.key);
  return keys;
}

TEST(ActiveNeeds, AreSortedByNumberAndThenAsWritten) {
  EXPECT_EQ(keys_of(needs_of(
                R"({"c": {"sort": 10}, "b": {"sort": "2"}, "a": {}, "z": {"sort": 2}, "y": {}})")),
            (Texts{"a", "y", "b", "z", "c"}));
}

TEST(ActiveNeeds, ReadEveryField) {
  const Need need = need_of(R"({
    "name": "C compiler", "sort": 10, "tags": "compiler, lang-c", "no_tags": "a,b",
    "or_tags": "x;y", "version_from": [4, 8], "version_to": [9], "uoa": "0123456789abcdef",
    "package_uoa": "p", "skip_default": "yes", "skip_from_bat": "yes", "force_env_init": "yes",
    "skip_pruning_by_other_deps": "yes", "add_to_the_end_of_bat": "yes"})");
  EXPECT_EQ(need.key, "k");
  EXPECT_EQ(need.name, "C compiler");
  EXPECT_EQ(need.sort, 10);
  EXPECT_EQ(need.tags, (Texts{"compiler", "lang-c"}));
  EXPECT_EQ(need.no_tags, (Texts{"a", "b"}));
  EXPECT_EQ(need.or_tags, "x;y");
  EXPECT_EQ(need.from, (VersionParts{4, 8}));
  EXPECT_EQ(need.to, (VersionParts{9}));
  EXPECT_EQ(need.environment, "0123456789abcdef");
  EXPECT_EQ(need.kind_of_package, "p");
  EXPECT_TRUE(need.skip_detection && need.skip_in_script && need.repeat_at_end);
  EXPECT_TRUE(need.force_init && need.skip_pruning);
  EXPECT_EQ(need.raw["sort"], 10);
}

TEST(ActiveNeeds, DefaultToNothingAsked) {
  const Need need = need_of("{}");
  EXPECT_EQ(need.name, "k");
  EXPECT_EQ(need.sort, 0);
  EXPECT_FALSE(need.from || need.to);
  EXPECT_FALSE(need.skip_detection || need.skip_in_script || need.repeat_at_end);
}

TEST(ActiveNeeds, LeaveOutWhatIsSkippedOrForOthers) {
  EXPECT_TRUE(needs_of(R"({"k": {"skipped": "yes"}})").empty());
  EXPECT_TRUE(needs_of(R"({"k": {"only_for_target_os_tags": ["android"]}})").empty());
  EXPECT_TRUE(needs_of(R"({"k": "text"})").empty());
  EXPECT_TRUE(needs_of("[]").empty());
}

TEST(ActiveNeeds, FollowEnableIfEnvironment) {
  const auto text = R"({"k": {"enable_if_env": [{"USE": ["ON"]}]}})";
  EXPECT_TRUE(needs_of(text).empty());
  EXPECT_EQ(needs_of(text, {{"USE", "ON"}}).size(), 1u);
  EXPECT_EQ(needs_of(R"({"k": {"enable_if_env": []}})").size(), 1u);
}

TEST(ActiveNeeds, FollowDisableIfEnvironment) {
  const auto text = R"({"k": {"disable_if_env": [{"USE": ["ON"]}]}})";
  EXPECT_EQ(needs_of(text).size(), 1u);
  EXPECT_TRUE(needs_of(text, {{"USE", "ON"}}).empty());
}

TEST(ActiveNeeds, TakeAnUnsetVariableAsEmptyText) {
  EXPECT_EQ(needs_of(R"({"k": {"enable_if_env": [{"CK_IMAGE_FILE": [""]}]}})").size(), 1u);
}

TEST(ActiveNeeds, AddTagsOfThePlatform) {
  EXPECT_EQ(need_of(R"({"tags": "a", "update_tags_by_target_platform2": {"linux": "b, c"}})").tags,
            (Texts{"a", "b", "c"}));
  EXPECT_EQ(need_of(R"({"tags": "a", "update_tags_by_target_os_uoa": {"linux-64": "v3"}})").tags,
            (Texts{"a", "v3"}));
  EXPECT_EQ(need_of(R"({"tags": "a", "update_tags_by_host_platform": {"win": "b"}})").tags,
            (Texts{"a"}));
}

TEST(ActiveNeeds, AddTagsOfTheEnvironment) {
  const std::string text =
      R"({"tags": "a", "update_tags_if_env": {"b,a": [{"V": ["1"]}], "c": [{"V": "2"}]}})";
  EXPECT_EQ(need_of(text).tags, (Texts{"a"}));
  EXPECT_EQ(need_of(text, {{"V", "1"}}).tags, (Texts{"a", "b"}));
  EXPECT_EQ(need_of(text, {{"V", "2"}}).tags, (Texts{"a", "c"}));
}

TEST(ActiveNeeds, SkipDetectionWhereThePlatformSaysSo) {
  EXPECT_TRUE(need_of(R"({"skip_installed": {"linux": "yes"}})").skip_detection);
  EXPECT_FALSE(need_of(R"({"skip_installed": {"android": "yes"}})").skip_detection);
}

TEST(Need, AcceptsByTags) {
  const Need need = need_of(R"({"tags": "a,b", "no_tags": "n", "or_tags": "x;y,~z"})");
  EXPECT_TRUE(need.accepts(Tags({"a", "b", "x"}), {}));
  EXPECT_TRUE(need.accepts(Tags({"a", "b", "y"}), {}));
  EXPECT_FALSE(need.accepts(Tags({"a", "x"}), {}));
  EXPECT_FALSE(need.accepts(Tags({"a", "b", "n", "x"}), {}));
  EXPECT_FALSE(need.accepts(Tags({"a", "b", "y", "z"}), {}));
}

TEST(Need, AcceptsVersionsWithinInclusiveBounds) {
  const Need need = need_of(R"({"version_from": [1, 2], "version_to": [8, 0]})");
  EXPECT_TRUE(need.accepts({}, {1, 2}));
  EXPECT_TRUE(need.accepts({}, {8}));
  EXPECT_FALSE(need.accepts({}, {1, 1, 9}));
  EXPECT_FALSE(need.accepts({}, {8, 0, 1}));
}

TEST(Need, AcceptsAnythingWithoutAVersion) {
  EXPECT_TRUE(need_of(R"({"version_from": [3]})").accepts({}, {}));
}

TEST(Need, IsDescribedForPeople) {
  EXPECT_EQ(need_of(R"({"tags": "compiler,lang-c", "version_from": [4, 8]})").text(),
            "compiler,lang-c version >= 4.8");
  EXPECT_EQ(need_of(R"({"tags": "a", "no_tags": "b,c", "or_tags": "x;y", "version_from": [1],
                       "version_to": [2, 99]})")
                .text(),
            "a with x;y without b,c version >= 1 and <= 2.99");
}

TEST(Need, SaysWhichVersionsAreWanted) {
  EXPECT_EQ(need_of(R"({"tags": "a"})").wanted_version(), "");
  EXPECT_EQ(need_of(R"({"version_to": [2, 99]})").wanted_version(), "version <= 2.99");
  auto need = need_of(R"({"tags": "a", "version_from": [1], "version_to": [2]})");
  EXPECT_EQ(need.wanted_version(), "version >= 1 and <= 2");
  need.range = *model::VersionRange::parse("1.2.*");
  EXPECT_EQ(need.wanted_version(), "version >= 1 and <= 2 and version 1.2.*");
}

TEST(PassTags, GivesTagsWithThePrefixToTheNamedNeeds) {
  const Need resolved =
      need_of(R"({"pass_matching_tags_to": {"side.": ["images", "other"], "v": "images"}})");
  auto others = needs_of(R"({"images": {"tags": "image"}, "aux": {"tags": "aux"}})");
  pass_tags(resolved, Tags({"side.224", "vx", "model"}), others);
  EXPECT_EQ(others[0].tags, (Texts{"image", "side.224", "vx"}));
  EXPECT_EQ(others[1].tags, (Texts{"aux"}));
}

TEST(MisspeltKeys, AreThoseThatNothingReads) {
  EXPECT_EQ(misspelt_keys(Json::parse(R"({"skip-installed": {}, "tags": "a", "version": [2]})")),
            (Texts{"skip-installed", "version"}));
  EXPECT_TRUE(misspelt_keys(Json::parse(R"({"tags": "a"})")).empty());
  EXPECT_TRUE(misspelt_keys("text").empty());
}

}  // namespace
}  // namespace ck::collective
