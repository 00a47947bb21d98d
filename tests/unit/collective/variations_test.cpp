#include "collective/variations.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

Json package(std::string_view variations, std::string_view customize = "{}") {
  return {{"tags", {"lib", "foo"}},
          {"customize", Json::parse(customize)},
          {"variations", Json::parse(variations)}};
}

Texts chosen(std::string_view variations, const Texts& wanted = {}) {
  return with_variations(package(variations), wanted)->variations;
}

TEST(Variations, AreTagsToo) {
  EXPECT_EQ(tags_with_variations(package(R"({"b": {}, "a": {}})")),
            model::Tags({"lib", "foo", "a", "b"}));
  EXPECT_TRUE(tags_with_variations(Json::object()).empty());
}

TEST(Variations, ThoseWantedAndThoseOnByDefaultAreChosen) {
  const auto variations = R"({"z": {}, "a": {}, "d": {"on_by_default": "yes"}})";
  EXPECT_EQ(chosen(variations, {"z", "lib"}), (Texts{"d", "z"}));
  EXPECT_EQ(chosen(variations, {"d"}), Texts{"d"});
}

TEST(Variations, WithoutAWishTheFirstOfSeveralIsChosen) {
  EXPECT_EQ(chosen(R"({"z": {}, "a": {}, "m": {}})"), Texts{"a"});
  EXPECT_EQ(chosen(R"({"z": {}, "a": {}, "m": {"on_by_default": "yes"}})"), Texts{"m"});
  EXPECT_EQ(chosen(R"({"z": {"on_by_default": "yes"}, "m": {"on_by_default": "yes"}, "a": {}})"),
            (Texts{"m", "z"}));
}

TEST(Variations, WithoutAWishASingleOneIsNotChosen) {
  EXPECT_TRUE(chosen(R"({"z": {}})").empty());
  EXPECT_TRUE(chosen("{}").empty());
}

TEST(Variations, LayTheirValuesAndTagsOverThePackage) {
  const auto varied = with_variations(
      package(R"({"v3": {"extra_env": {"A": "3"}, "extra_customize": {"version": "3"},
                         "extra_tags": "x1, x2"}, "o": {"extra_tags": ["y"]}})",
              R"({"version": "1", "install_env": {"A": "1", "B": "1"}})"),
      {"v3", "o"});
  ASSERT_TRUE(varied);
  EXPECT_EQ(varied->meta["customize"]["version"], "3");
  EXPECT_EQ(varied->meta["tags"], Json::parse(R"(["lib", "foo", "o", "y", "v3", "x1", "x2"])"));
  EXPECT_EQ(varied->environment, Json::parse(R"({"A": "3", "B": "1"})"));
}

TEST(Variations, ADefaultThatDefinesWhatAnotherDefinedIsSkippedAltogether) {
  const auto variations = R"({
    "d": {"on_by_default": "yes", "extra_env": {"X": "same", "D": "1"}},
    "e": {"on_by_default": "yes", "extra_customize": {"k": "e"}},
    "w": {"extra_env": {"X": "same"}, "extra_customize": {"k": "w"}}})";
  const auto varied = with_variations(package(variations), {"w"});
  ASSERT_TRUE(varied);
  EXPECT_EQ(varied->variations, Texts{"w"});
  EXPECT_EQ(varied->environment, Json::parse(R"({"X": "same"})"));
  EXPECT_EQ(varied->meta["customize"]["k"], "w");
}

TEST(Variations, ADefaultMayReplaceWhatThePackageSays) {
  const auto varied =
      with_variations(package(R"({"d": {"on_by_default": "yes", "extra_env": {"X": "d"}}})",
                              R"({"install_env": {"X": "base"}})"),
                      {});
  ASSERT_TRUE(varied);
  EXPECT_EQ(varied->environment["X"], "d");
}

TEST(Variations, TwoWantedOnesMustNotContradictEachOther) {
  const auto varied = with_variations(
      package(R"({"z": {"extra_env": {"X": "1"}}, "a": {"extra_env": {"X": "2"}}})"), {"z", "a"});
  ASSERT_FALSE(varied);
  EXPECT_EQ(varied.error().code, ErrorCode::conflict);
  EXPECT_EQ(varied.error().message,
            "variations 'a' and 'z' contradict each other: variable X is \"2\" or \"1\"");
}

TEST(Variations, AContradictionInCustomizeIsAnErrorNotACrash) {
  const auto varied = with_variations(
      package(R"({"z": {"extra_customize": {"k": 1}}, "a": {"extra_customize": {"k": 2}}})"),
      {"z", "a"});
  ASSERT_FALSE(varied);
  EXPECT_EQ(varied.error().code, ErrorCode::conflict);
}

TEST(Variations, TwoWantedOnesMayAgree) {
  EXPECT_TRUE(with_variations(
      package(R"({"z": {"extra_env": {"X": "1"}}, "a": {"extra_env": {"X": "1"}}})"), {"z", "a"}));
}

const PackageFacts kFacts = {"1.5", "linux", "64", 4};

Result<Json> environment_of(std::string_view customize, const PackageFacts& facts = kFacts,
                            const Json& overrides = Json::object()) {
  auto varied = with_variations(package("{}", customize), {});
  return installation_environment(*varied, facts, overrides);
}

TEST(InstallationEnvironment, ComputesStarredEntriesInOrder) {
  const auto env = environment_of(
      R"({"install_env": {"A": "1", "*B": "b$<<A>>$", "*C": "c$<<B>>$", "D": "$<<A>>$"}})");
  ASSERT_TRUE(env);
  EXPECT_EQ((*env)["B"], "b1");
  EXPECT_EQ((*env)["C"], "cb1");
  EXPECT_EQ((*env)["D"], "$<<A>>$");
  EXPECT_FALSE(env->contains("*B"));
}

TEST(InstallationEnvironment, ComputesStarredEntriesOfCustomize) {
  auto varied =
      with_variations(package("{}", R"({"*version": "$<<V>>$.0", "install_env": {"V": "7"}})"), {});
  const auto env = installation_environment(*varied, {"", "linux", "64", 1}, Json());
  ASSERT_TRUE(env);
  EXPECT_EQ(varied->meta["customize"]["version"], "7.0");
  EXPECT_FALSE(varied->meta["customize"].contains("*version"));
  EXPECT_EQ((*env)["PACKAGE_VERSION"], "7.0");
}

TEST(InstallationEnvironment, NamesAnUnknownVariable) {
  const auto env = environment_of(R"({"install_env": {"*B": "b$<<NONE>>$"}})");
  ASSERT_FALSE(env);
  EXPECT_EQ(env.error().code, ErrorCode::invalid);
  EXPECT_EQ(env.error().message, "'b$<<NONE>>$' needs the variable NONE, which nothing defines");
  EXPECT_EQ(env.error().context, Texts{"key *B"});
}

TEST(InstallationEnvironment, PackageVersionIsTheEffectiveOneButStarsSeeTheWritten) {
  const auto env = environment_of(
      R"({"install_env": {"PACKAGE_VERSION": "7", "*E": "v$<<PACKAGE_VERSION>>$"}})");
  ASSERT_TRUE(env);
  EXPECT_EQ((*env)["PACKAGE_VERSION"], "1.5");
  EXPECT_EQ((*env)["E"], "v7");
}

TEST(InstallationEnvironment, KeepsTheWrittenPackageVersionWhenThereIsNoOther) {
  const PackageFacts unknown = {"", "linux", "64", 1};
  EXPECT_EQ(
      (*environment_of(R"({"install_env": {"PACKAGE_VERSION": "7"}})", unknown))["PACKAGE_VERSION"],
      "7");
  EXPECT_EQ((*environment_of("{}", unknown))["PACKAGE_VERSION"], "");
}

TEST(InstallationEnvironment, TellsTheMachineAndPutsOverridesLast) {
  const auto env = environment_of(R"({"install_env": {"S": "a$#sep#$b", "A": "1"}})", kFacts,
                                  {{"A", "2"}, {"CK_HOST_CPU_NUMBER_OF_PROCESSORS", "1"}});
  ASSERT_TRUE(env);
  EXPECT_EQ((*env)["S"], "a/b");
  EXPECT_EQ((*env)["A"], "2");
  EXPECT_EQ((*env)["CK_HOST_CPU_NUMBER_OF_PROCESSORS"], "1");
  EXPECT_EQ((*env)["CK_TARGET_CPU_BITS"], "64");
  EXPECT_EQ((*env)["CK_HOST_OS_ID"], "linux");
  EXPECT_EQ((*env)["CK_TARGET_OS_ID"], "linux");
  EXPECT_EQ((*env)["CK_MD5SUM_CMD"], "md5sum");
}

TEST(ExpandVariables, ReplacesTextsAndNumbers) {
  EXPECT_EQ(*expand_variables("$<<A>>$-$<<B>>$", {{"A", " x"}, {"B", 2}}), " x-2");
}

}  // namespace
}  // namespace ck::collective
