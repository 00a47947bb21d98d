#include <gtest/gtest.h>

#include <cmath>

#include "run/runner.hpp"
#include "support/temporary_home.hpp"

namespace ck::run {
namespace {

class ExtractMetrics : public ::testing::Test {
 protected:
  void write(const std::string& text, const std::string& file = "result.json") const {
    test::write_text(folder_ / file, text);
  }

  Result<std::vector<double>> extract(const std::vector<model::Metric>& metrics,
                                      std::string_view out = {}) const {
    return extract_metrics(metrics, folder_.path(), out);
  }

  static model::Metric at(const std::string& pointer, const std::string& file = "result.json") {
    model::Metric metric;
    metric.name = "m";
    metric.from = model::JsonMetric{file, pointer};
    return metric;
  }

  static model::Metric matching(const std::string& pattern) {
    model::Metric metric;
    metric.name = "m";
    metric.from = model::PatternMetric{pattern};
    return metric;
  }

  static model::Metric optional(model::Metric metric) {
    metric.required = false;
    return metric;
  }

  test::TemporaryHome folder_;
};

TEST_F(ExtractMetrics, FollowsPointersIntoOneOrMoreFiles) {
  write(R"({"top1": 0.5, "latency": {"p 50": [1, 2e3]}, "a/b": -7})");
  write("42", "sub/other.json");
  const auto values =
      extract({at("/top1"), at("/latency/p 50/1"), at("/a~1b"), at("", "sub/other.json")});
  ASSERT_OK(values);
  EXPECT_EQ(*values, (std::vector<double>{0.5, 2000, -7, 42}));
}

TEST_F(ExtractMetrics, NamesFileAndPointerOfWhatIsMissing) {
  EXPECT_ERROR(extract({at("/a")}), not_found, "metric m: the program wrote no file result.json");
  EXPECT_ERROR(extract({at("/a", "no/such/folder.json")}), not_found, "no/such/folder.json");
  write(R"({"a": [1]})");
  for (const auto* pointer : {"/b", "/a/1", "/a/-", "/a/0/x", "/a/99999999999999999999", "/A"})
    EXPECT_ERROR(extract({at(pointer)}), not_found, std::string("result.json has no ") + pointer);
}

TEST_F(ExtractMetrics, SurvivesAMalformedPointer) {
  write("{}");
  EXPECT_ERROR(extract({at("a")}), not_found, "has no a");
  EXPECT_ERROR(extract({at("/~2")}), not_found, "has no /~2");
}

TEST_F(ExtractMetrics, RefusesWhatIsNoNumber) {
  write(R"({"s": "1", "b": true, "n": null, "a": [1], "o": {}})");
  EXPECT_ERROR(extract({at("/s")}), invalid, "metric m: result.json /s is string, not a number");
  for (const auto* pointer : {"/b", "/n", "/a", "/o"})
    EXPECT_ERROR(extract({at(pointer)}), invalid, "not a number");
}

TEST_F(ExtractMetrics, RefusesInfiniteNumbers) {
  write(R"({"a": 1e999})");
  EXPECT_ERROR(extract({at("/a")}), invalid, "metric m: ");
  EXPECT_ERROR(extract({matching("(.*)")}, "inf\n"), invalid, "'inf' in stdout is not a number");
  EXPECT_ERROR(extract({matching("(.*)")}, "nan\n"), invalid, "not a number");
  EXPECT_ERROR(extract({matching("(.*)")}, "1e999\n"), invalid, "not a number");
}

TEST_F(ExtractMetrics, RefusesABrokenFile) {
  write("{\"a\": ");
  EXPECT_ERROR(extract({at("/a")}), invalid, "result.json");
  write(std::string(1000, '['));
  EXPECT_ERROR(extract({at("/a")}), invalid, "result.json");
}

TEST_F(ExtractMetrics, NeverLeavesTheFolder) {
  EXPECT_ERROR(extract({at("", "../result.json")}), denied, "metric m: ");
  fs::create_symlink("/proc/self/stat", folder_ / "link.json");
  EXPECT_ERROR(extract({at("", "link.json")}), denied, "link.json");
  fs::create_directory(folder_ / "folder");
  EXPECT_ERROR(extract({at("", "folder")}), not_found, "wrote no file folder");
}

TEST_F(ExtractMetrics, TakesTheFirstLineThatMatches) {
  const auto values = extract({matching("^top-1: ([0-9.]+)%"), matching("([0-9]+) ms$")},
                              "top-1 follows\ntop-1: 93.5%\ntop-1: 1.0%\nmean 17 ms\n");
  ASSERT_OK(values);
  EXPECT_EQ(*values, (std::vector<double>{93.5, 17}));
}

TEST_F(ExtractMetrics, TakesALastLineWithoutEnd) {
  const auto values = extract({matching("x=(.*)")}, "a\nx=-1.5e-3");
  ASSERT_OK(values);
  EXPECT_EQ(values->front(), -1.5e-3);
}

TEST_F(ExtractMetrics, RefusesAMatchThatIsNoNumber) {
  EXPECT_ERROR(extract({matching("x=(.*)")}, "x=1.5 ms\n"), invalid, "'1.5 ms' in stdout");
  EXPECT_ERROR(extract({matching("x=(.*)")}, "x=\n"), invalid, "'' in stdout");
  EXPECT_ERROR(extract({matching("x=.*")}, "x=1\n"), invalid, "0 groups");
  EXPECT_ERROR(extract({matching("x=(.*)")}, "x=\x1b[1m\n"), invalid, "\\x1b");
}

TEST_F(ExtractMetrics, RefusesAPatternThatIsNone) {
  EXPECT_ERROR(extract({matching("x=(")}, "x=1\n"), invalid, "'x=(' is no usable pattern");
}

TEST_F(ExtractMetrics, LooksOnlyAtTheBeginningOfAHugeLine) {
  const std::string huge(1'000'000, 'a');
  const auto found = extract({matching("x=([0-9]+)")}, huge + "x=1\nx=2\n");
  ASSERT_OK(found);
  EXPECT_EQ(found->front(), 2);
  EXPECT_ERROR(extract({matching("(.*)x")}, huge + "\n"), not_found, "no line of stdout");
}

TEST_F(ExtractMetrics, LeavesOptionalOnesOut) {
  write(R"({"a": 1, "text": "x"})");
  const auto values = extract({optional(at("/missing")), at("/a"), optional(at("/text")),
                               optional(matching("nothing (.*)")), optional(at("", "none.json"))});
  ASSERT_OK(values);
  ASSERT_EQ(values->size(), 5U);
  EXPECT_EQ((*values)[1], 1);
  for (const std::size_t missing : {0U, 2U, 3U, 4U}) EXPECT_TRUE(std::isnan((*values)[missing]));
}

}  // namespace
}  // namespace ck::run
