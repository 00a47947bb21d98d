#include "app/autotune.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::app {
namespace {

Result<AutotuneDescription> described(const std::string& text) {
  return autotune_description(Json::parse(text), "tune.json");
}

/// "env.A=1 b=2 | …"
std::string points(const std::string& text) {
  const auto description = described(text);
  EXPECT_OK(description);
  std::string result;
  for (const auto& point : description.value_or(AutotuneDescription{}).points) {
    if (!result.empty()) result += " | ";
    std::string separator;
    for (const auto& [name, value] : point) {
      result += separator + name + "=" + value;
      separator = " ";
    }
  }
  return result;
}

TEST(Autotune, CrossesGroupsTheLastFastest) {
  EXPECT_EQ(points(R"({"choices_order": [["##env#A"], ["batch"]],
                       "choices_selection": [{"type": "loop", "choice": [1, "x"]},
                                             {"type": "loop", "start": 2, "stop": 6, "step": 2}]})"),
            "env.A=1 batch=2 | env.A=1 batch=4 | env.A=1 batch=6 | "
            "env.A=x batch=2 | env.A=x batch=4 | env.A=x batch=6");
}

TEST(Autotune, StopsAfterItsIterations) {
  const std::string text = R"({"choices_order": [["##compiler_vars#N"]], "iterations": COUNT,
      "choices_selection": [{"type": "loop", "start": 1, "stop": 9, "default": 1}]})";
  const auto with = [&](const std::string& count) {
    auto changed = text;
    return points(changed.replace(changed.find("COUNT"), 5, count));
  };
  EXPECT_EQ(with("2"), "compiler_vars.N=1 | compiler_vars.N=2");
  EXPECT_EQ(std::ranges::count(with("-1"), '|'), 8);
}

TEST(Autotune, LoopsInsideAGroup) {
  EXPECT_EQ(points(R"({"choices_order": [["a", "b"]],
                       "choices_selection": [{"type": "loop", "choice": [0, 1]}]})"),
            "a=0 b=0 | a=0 b=1 | a=1 b=0 | a=1 b=1");
  EXPECT_EQ(points(R"({"choices_order": [["a", "##params#b"]],
                       "choices_selection": [{"type": "parallel-loop", "choice": [0, 1]}]})"),
            "a=0 params.b=0 | a=1 params.b=1");
}

TEST(Autotune, TakesTheGroupBeforeAlong) {
  EXPECT_EQ(points(R"({"choices_order": [["s"], ["a"], ["b"]],
                       "choices_selection": [{"type": "loop", "choice": ["p", "q"]},
                                             {"type": "loop", "choice": [7, 8]},
                                             {"type": "loop-with-next", "choice": [1, 2, 3]}]})"),
            "s=p a=7 b=1 | s=p a=8 b=2 | s=p a=7 b=3 | s=q a=7 b=1 | s=q a=8 b=2 | s=q a=7 b=3");
  EXPECT_EQ(points(R"({"choices_order": [["a"], ["b"], ["c"]],
                       "choices_selection": [{"type": "loop-with-next", "choice": [1, 2]},
                                             {"type": "loop-with-next", "choice": [3, 4]},
                                             {"type": "loop-with-next", "choice": [5, 6]}]})"),
            "a=1 b=3 c=5 | a=2 b=4 c=6");
}

TEST(Autotune, DrawsTheSameForTheSameSeed) {
  const std::string text = R"({"choices_order": [["a"], ["b"]], "seed": 12, "iterations": 20,
      "choices_selection": [{"type": "random-with-next", "start": 1, "stop": 1000},
                            {"type": "random", "start": 1, "stop": 1000}]})";
  EXPECT_EQ(points(text), points(text));
  EXPECT_EQ(described(text)->points.size(), 20U);
  EXPECT_NE(points(text), points(R"({"choices_order": [["a"], ["b"]], "seed": 13, "iterations": 20,
      "choices_selection": [{"type": "random-with-next", "start": 1, "stop": 1000},
                            {"type": "random", "start": 1, "stop": 1000}]})"));
  const auto few = described(R"({"choices_order": [["a", "b"]], "iterations": 50,
      "choices_selection": [{"type": "parallel-random", "choice": [1, 2]}]})");
  ASSERT_OK(few);
  EXPECT_EQ(few->points.size(), 2U) << "each point once";
  for (const auto& point : few->points) EXPECT_EQ(point[0].second, point[1].second);
}

TEST(Autotune, CountsInPartsOfNumbers) {
  EXPECT_EQ(points(R"({"choices_order": [["a"]], "choices_selection": [
      {"type": "loop", "subtype": "float", "start": "0.5", "stop": 1.5, "step": 0.5,
       "explore_prefix": "-x="}]})"),
            "a=-x=0.5 | a=-x=1 | a=-x=1.5");
}

TEST(Autotune, RefusesWhatHasNoMeaningHere) {
  const auto refused = [](const std::string& order, const std::string& selection,
                          const std::string& words, const std::string& more = "") {
    EXPECT_ERROR(described(R"({"choices_order": )" + order + R"(, "choices_selection": )" +
                           selection + more + "}"),
                 unsupported, words);
  };
  const std::string loop = R"([{"type": "loop", "choice": [1]}])";
  refused(R"([["##compiler_flags#base_opt"]])", loop, "##compiler_flags#base_opt");
  refused(R"([["##env#*"]])", loop, "##env#*");
  refused(R"([["##cpu_freq"]])", loop, "##cpu_freq");
  refused(R"([[3]])", loop, "the choice ''");
  refused(R"([["a"]])", R"([{"type": "annealing", "choice": [1]}])", "annealing");
  refused(R"([["a"]])", R"([{"type": "random", "choice": [1], "omit_probability": "0.9"}])",
          "left out at random");
  refused(R"([["a"]])", loop, "'custom_autotuner'", R"(, "custom_autotuner": {})");
  refused(R"([["a"]])", loop, "'result_conditions'", R"(, "result_conditions": [])");
}

TEST(Autotune, RefusesWhatIsNoDescription) {
  const auto invalid = [](const std::string& text, const std::string& words) {
    EXPECT_ERROR(described(text), invalid, words);
  };
  invalid("3", "JSON object");
  invalid("{}", "lists of the same length");
  invalid(R"({"choices_order": [["a"]], "choices_selection": []})", "lists of the same length");
  invalid(R"({"choices_order": [[]], "choices_selection": [{"type": "loop"}]})", "empty");
  const auto one = [&](const std::string& selection, const std::string& words,
                       const std::string& more = "") {
    invalid(R"({"choices_order": [["a"]], "choices_selection": [)" + selection + "]" + more + "}",
            words);
  };
  one(R"({"type": "loop"})", "neither a list");
  one(R"({"type": "loop", "choice": [{}]})", "neither a list");
  one(R"({"type": "loop", "start": 4, "stop": 1})", "neither a list");
  one(R"({"type": "loop", "start": 1, "stop": 4, "step": 0})", "neither a list");
  one(R"({"type": "loop", "start": 1, "stop": 1e8})", "neither a list");
  one(R"({"type": "random", "choice": [1]})", "random choices need 'iterations'");
  one(R"({"type": "loop", "choice": [1]})", "'iterations'", R"(, "iterations": 0)");
  one(R"({"type": "loop", "choice": [1]})", "'iterations'", R"(, "iterations": "some")");
}

TEST(Autotune, SaysWhatBecomesOfTheFrontier) {
  const auto description = described(R"({"choices_order": [["a"]], "frontier_keys": ["x"],
      "choices_selection": [{"type": "loop", "choice": [1]}]})");
  ASSERT_OK(description);
  ASSERT_EQ(description->notes.size(), 1U);
  EXPECT_NE(description->notes.front().find("--pareto"), std::string::npos);
}

TEST(Autotune, ReadsAFile) {
  const test::TemporaryHome folder;
  EXPECT_ERROR(read_autotune(folder.path() / "none.json"), not_found, "none.json");
  test::write_text(folder.path() / "bad.json", "{");
  EXPECT_ERROR(read_autotune(folder.path() / "bad.json"), invalid, "bad.json");
}

}  // namespace
}  // namespace ck::app
