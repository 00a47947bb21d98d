#include "collective/command_generator.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

using Words = std::vector<std::string>;

/// A combination as "a=1 b=2".
std::vector<std::string> shown(const std::vector<Combination>& all) {
  std::vector<std::string> texts;
  for (const auto& one : all) {
    std::string text;
    for (const auto& [name, value] : one) text += (text.empty() ? "" : " ") + name + "=" + value;
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> combined(const Words& words, const Json& groups = Json::object()) {
  auto all = combinations(words, groups);
  EXPECT_OK(all);
  return all ? shown(*all) : std::vector<std::string>();
}

Result<std::vector<std::string>> commands(const Json& entry, const Words& words = {}) {
  CK_TRY(all, combinations(words, Json::object()));
  return generate_commands(entry, all, "cmdgen:x");
}

TEST(Combinations, OfNothingIsOneWithoutValues) { EXPECT_EQ(combined({}), Words{""}); }

TEST(Combinations, TakeValuesAndFlags) {
  EXPECT_EQ(combined({"--a=1", "-b", "c=x=y"}), Words{"a=1 b=yes c=x=y"});
}

TEST(Combinations, LetTheLastParameterChangeFastest) {
  EXPECT_EQ(combined({"--a,=1,2", "--b:=x:y,z"}),
            (Words{"a=1 b=x", "a=1 b=y,z", "a=2 b=x", "a=2 b=y,z"}));
}

TEST(Combinations, CountInclusively) {
  EXPECT_EQ(combined({"--a:1:3"}), (Words{"a=1", "a=2", "a=3"}));
  EXPECT_EQ(combined({"--a:1:8:3"}), (Words{"a=1", "a=4", "a=7"}));
  EXPECT_EQ(combined({"--a:-1:0"}), (Words{"a=-1", "a=0"}));
}

TEST(Combinations, KeepTogetherWhatBelongsTogether) {
  EXPECT_EQ(combined({"--x:y,=1:2,3:4"}), (Words{"x=1 y=2", "x=3 y=4"}));
  EXPECT_EQ(combined({"--x,y:=1,2:3,4"}), (Words{"x=1 y=2", "x=3 y=4"}));
  EXPECT_EQ(combined({"--x:y,=1:2,3"}), (Words{"x=1 y=2", "x=3"}));
}

TEST(Combinations, LetTheLaterOfTwoWin) {
  EXPECT_EQ(combined({"--a,=1,2", "--b=0", "--a=7"}), (Words{"a=7 b=0", "a=7 b=0"}));
}

TEST(Combinations, TakeGroupsOfTheEntry) {
  const Json groups = {{"small", Json::array({{{"a", "1"}, {"b", 2}}, {{"a", "3"}}})}};
  EXPECT_EQ(combined({"--group.small", "--c=x"}, groups), (Words{"a=1 b=2 c=x", "a=3 c=x"}));
  const auto missing = combinations({"--group.big"}, groups);
  EXPECT_ERROR(missing, not_found, "big");
}

TEST(Combinations, RefuseWhatIsNoParameter) {
  for (const auto* word : {"--a-b", "--a.b=1", "--a/b,=1/2", "--a:x:3", "--a:b:=1", "--a:1", "--"})
    EXPECT_ERROR(combinations({word}, Json::object()), usage, "no parameter");
  EXPECT_ERROR(combinations({"--a:3:1"}, Json::object()), usage, "counts up");
  EXPECT_ERROR(combinations({"--a:1:3:0"}, Json::object()), usage, "counts up");
}

TEST(Combinations, AreBounded) {
  EXPECT_ERROR(combinations({"--a:1:9000000000"}, Json::object()), usage, "too many");
  EXPECT_ERROR(combinations({"--a:1:1000", "--b:1:1000"}, Json::object()), usage, "more than");
}

const Json kEntry = {
    {"cmd_template", "run <<<what>>> {{{tags,}}} <<<?tags->>> <<<?extra>>>[<<<level>>>]"},
    {"accu_init", {{"tags", {"first", "<<<level>>>"}}}},
    {"defaults", {{"level", 3}, {"what", "<<<kind>>>-it"}, {"kind", {"a", "b"}}}},
    {"build_map",
     {{"size",
       {{"small", {{"tags", "tiny"}}},
        {"s.*", {{"tags", {"s", "is-###"}}, {"extra", "E"}}},
        {"###", {{"tags", "any-###"}}}}},
      {"mode", {{"on", {{"tags", "moded"}}}}}}}};

TEST(GeneratedCommands, FillAnchorsFromDefaultsAndCollections) {
  const auto made = commands(kEntry);
  ASSERT_OK(made);
  EXPECT_EQ(*made, Words{"run ab-it first,3 first-3 [3]"});
}

TEST(GeneratedCommands, PreferParametersToDefaults) {
  const auto made = commands(kEntry, {"--what=it", "--level="});
  ASSERT_OK(made);
  EXPECT_EQ(*made, Words{"run it first, first- []"});
}

TEST(GeneratedCommands, CollectByValueThenPatternThenAnything) {
  const auto made = commands(kEntry, {"--size,=small,sample,big", "--what=w"});
  ASSERT_OK(made);
  EXPECT_EQ(*made, (Words{"run w first,3,tiny first-3-tiny [3]",
                          "run w first,3,s,is-sample first-3-s-is-sample E[3]",
                          "run w first,3,any-big first-3-any-big [3]"}));
}

TEST(GeneratedCommands, CollectInTheOrderOfParameters) {
  const auto made = commands(kEntry, {"--mode=on", "--size=small", "--what=w"});
  ASSERT_OK(made);
  EXPECT_EQ(made->front(), "run w first,3,moded,tiny first-3-moded-tiny [3]");
}

TEST(GeneratedCommands, TakeTheLastPatternThatFitsAsAWhole) {
  const Json entry = {
      {"cmd_template", "<<<x>>>"},
      {"build_map",
       {{"a", {{".*z", {{"x", "one"}}}, {"v[12]-.*", {{"x", "two"}}}, {"c++", {{"x", "+"}}}}}}}};
  EXPECT_EQ(commands(entry, {"--a=v1-z"}).value_or(Words{}), Words{"two"});
  EXPECT_EQ(commands(entry, {"--a=v3-z"}).value_or(Words{}), Words{"one"});
  EXPECT_EQ(commands(entry, {"--a=c++"}).value_or(Words{}), Words{"+"});
  EXPECT_ERROR(commands(entry, {"--a=v1"}), usage, "--a=v1 is no value");
}

TEST(GeneratedCommands, AreEachMadeOnce) {
  const auto made = commands(kEntry, {"--unused,=1,2", "--what=w"});
  ASSERT_OK(made);
  EXPECT_EQ(made->size(), 1U);
}

TEST(GeneratedCommands, LeaveAloneWhatIsNoAnchor) {
  const Json entry = {{"cmd_template", "{'a': {'b': '{{{a}}}'}} <<< a >>> <<<>>> <<<a>> <<<a}}}"}};
  EXPECT_EQ(commands(entry, {"--a=1"}).value_or(Words{}),
            Words{"{'a': {'b': '1'}} <<< a >>> <<<>>> <<<a>> 1"});
}

TEST(GeneratedCommands, NeedAValueForEachAnchorAndOnlyOne) {
  EXPECT_ERROR(commands({{"cmd_template", "<<<a>>>"}}), usage, "needs a value for a");
  EXPECT_ERROR(commands(kEntry, {"--tags=x"}), usage, "--tags cannot be given");
  EXPECT_ERROR(commands(Json::object()), invalid, "cmd_template");
}

TEST(GeneratedCommands, EndWhenAnchorsLeadToThemselves) {
  const Json circle = {{"cmd_template", "<<<a>>>"},
                       {"defaults", {{"a", "<<<b>>>"}, {"b", "<<<a>>>"}}}};
  EXPECT_ERROR(commands(circle), invalid, "leads to itself");
  const Json growing = {{"cmd_template", "<<<a>>>"}, {"defaults", {{"a", "<<<a>>><<<a>>>"}}}};
  EXPECT_ERROR(commands(growing), invalid, "leads to itself");
}

}  // namespace
}  // namespace ck::collective
