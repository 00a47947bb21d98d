#include "cli/merged_input.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::cli {
namespace {

using Words = std::vector<std::string>;

Words merged(const Words& words) {
  auto result = with_merged_input(words, {"env", "deps"});
  EXPECT_OK(result);
  return result.value_or(Words{});
}

TEST(MergedInput, LeavesOtherWordsAlone) {
  const Words words{"program:x", "--a=@b", "--", "@@@{"};
  EXPECT_EQ(merged(words), words);
}

TEST(MergedInput, TurnsMembersIntoOptions) {
  EXPECT_EQ(merged({"program:x", "@@@{'repeat': 3, 'speed': true, 'flags': '-O1', 'none': null}"}),
            (Words{"program:x", "--repeat=3", "--speed=yes", "--flags=-O1"}));
}

TEST(MergedInput, TurnsKnownObjectsIntoPrefixes) {
  EXPECT_EQ(merged({"@@@{'env': {'A': '1', 'B': 2}, 'meta': {'C': '3'}}", "-x"}),
            (Words{"--env.A=1", "--env.B=2", "-x"}));
}

TEST(MergedInput, HandsObjectsOnThatAnOptionTakesAsTheyAre) {
  const auto result = with_merged_input({"@@@{'search_dict': {'a': {'b': [1]}}, 'tags': 'x'}"},
                                        {"search_dict"}, {"search_dict"});
  ASSERT_OK(result);
  EXPECT_EQ(*result, (Words{R"(--search_dict={"a":{"b":[1]}})", "--tags=x"}));
}

TEST(MergedInput, ReadsFiles) {
  const test::TemporaryHome folder;
  const fs::path file = folder.path() / "in put.json";
  test::write_text(file, R"({"deps": {"compiler": "it's"}})");
  EXPECT_EQ(merged({"@" + file.string()}), Words{"--deps.compiler=it's"});
}

TEST(MergedInput, HandsDescriptionsOfPointsOn) {
  const test::TemporaryHome folder;
  const fs::path file = folder.path() / "tune.json";
  test::write_text(file, R"({"choices_order": [["a"]], "choices_selection": [], "iterations": 3,
      "repetitions": 2, "tags": "demo", "record": "yes",
      "pipeline_update": {"repeat": 200, "cpu_freq": "max", "env": {"A": 1}}})");
  EXPECT_EQ(merged({"@" + file.string()}), (Words{"--autotune=" + file.string(), "--repeat=200",
                                                  "--env.A=1", "--repetitions=2", "--tags=demo"}));
}

TEST(MergedInput, SaysWhatIsWrong) {
  EXPECT_ERROR(with_merged_input({"@@@{'a'"}, {}), invalid, "after @@@");
  EXPECT_ERROR(with_merged_input({"@@@[1]"}, {}), invalid, "no JSON object");
  EXPECT_ERROR(with_merged_input({"@/no/such.json"}, {}), not_found, "/no/such.json");
  EXPECT_ERROR(with_merged_input({"@@@{'search_dict': {'soft_uoa': 'x'}}"}, {"env"}), usage,
               "'search_dict' of @@@");
  EXPECT_ERROR(with_merged_input({"@@@{'names': ['x']}"}, {"env"}), usage, "is a list");
}

}  // namespace
}  // namespace ck::cli
