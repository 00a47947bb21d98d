#include "experiment/versus.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/installation.hpp"

namespace ck::experiment {
namespace {

class VersusTest : public ::testing::Test {
 protected:
  static Variant variant(const std::string& label, const std::string& script,
                         model::Metric::Direction direction = model::Metric::Direction::lower) {
    Variant variant;
    variant.label = label;
    variant.plan.subject = "program:demo";
    variant.plan.command = "default";
    variant.plan.argv = {"/bin/sh", "-c", script};
    variant.plan.variables = {{"PATH", "/usr/bin:/bin"}};
    variant.plan.accept_exit = {0};
    model::Metric metric;
    metric.name = "time";
    metric.role = "performance";
    metric.direction = direction;
    metric.from = model::PatternMetric{"time (.*)"};
    variant.plan.metrics = {metric};
    return variant;
  }

  Result<VersusOutcome> executed(std::vector<Variant> variants) {
    VersusRequest request;
    request.point.experiment = "demo";
    request.variants = std::move(variants);
    return execute_versus(request, {}, machine_.context());
  }

  test::Installation machine_;
};

TEST_F(VersusTest, TellsWhichVariantIsFasterAndKeepsEveryRun) {
  const auto outcome = executed({variant("slow", "echo time 10"), variant("fast", "echo time 5")});
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->failure);
  ASSERT_EQ(outcome->results.size(), 1U);
  const auto& result = outcome->results.front();
  EXPECT_EQ(result.verdict(), "faster");
  EXPECT_NEAR(result.comparison.ratio, 0.5, 1e-9);
  EXPECT_EQ(result.comparison.blocks, 10U);
  ASSERT_EQ(outcome->points.size(), 3U);
  for (const auto& point : outcome->points) {
    EXPECT_EQ(point.state, store::PointState::ok);
    EXPECT_EQ(point.repetitions.size(), 22U);  // two a block, and two of the warm-up
    EXPECT_EQ(sampling_of(point)->result.warm_up, 2U);
  }
  EXPECT_EQ(versus_text(outcome->points[0]), "slow: first of a comparison");
  EXPECT_EQ(versus_text(outcome->points[1]),
            "fast against slow: time x 0.5000 [0.5000, 0.5000] in 10 blocks: faster");
  EXPECT_EQ(versus_text(outcome->points[2]), "slow (guard): guard of a comparison");
  const Json record = Json::parse(outcome->points[1].document);
  EXPECT_EQ(record["comparison"]["id"], outcome->points[0].uid);
  EXPECT_EQ(record["comparison"]["result"]["verdict"], "faster");
  EXPECT_TRUE(plan_of(outcome->points[1]).has_value()) << "can be replayed";
}

TEST_F(VersusTest, TakesMoreForBetterWhereTheMetricSaysSo) {
  const auto up = model::Metric::Direction::higher;
  const auto outcome =
      executed({variant("a", "echo time 10", up), variant("b", "echo time 5", up)});
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->results.front().verdict(), "slower");
}

TEST_F(VersusTest, ShowsNoDifferenceWhereThereIsNone) {
  const auto outcome = executed({variant("a", "echo time 7"), variant("b", "echo time 7")});
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->results.front().verdict(), "no difference shown");
}

TEST_F(VersusTest, AdjustsForTheNumberOfComparisons) {
  auto swept = variant("c", "echo time 7");
  swept.sweep = {"0123456789abcdef", {{"n", "3"}}};
  const auto outcome =
      executed({variant("a", "echo time 7"), variant("b", "echo time 5"), std::move(swept)});
  ASSERT_OK(outcome);
  ASSERT_EQ(outcome->results.size(), 2U);
  const auto& faster = outcome->results[0];
  EXPECT_TRUE(faster.called_different());
  EXPECT_EQ(faster.comparisons, 2U);
  EXPECT_DOUBLE_EQ(faster.adjusted_p, 2 * faster.comparison.p_value);
  EXPECT_NE(text_of(faster).find("p 0.002 (adjusted 0.0039): faster"), std::string::npos)
      << text_of(faster);
  EXPECT_FALSE(outcome->results[1].called_different());
  const Json record = Json::parse(outcome->points[1].document);
  EXPECT_EQ(record["comparison"]["result"]["called_different"], true);
  EXPECT_EQ(sweep_place_of(outcome->points[2]).values.front().second, "3");
  EXPECT_EQ(sweep_place_of(outcome->points[0]).id, "");
}

TEST_F(VersusTest, EndsWithAFailingVariant) {
  const auto outcome = executed({variant("good", "echo time 7"), variant("bad", "exit 3")});
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_EQ(outcome->failure->code, ErrorCode::program_failed);
  EXPECT_TRUE(outcome->results.empty());
  for (const auto& point : outcome->points) EXPECT_EQ(point.state, store::PointState::failed);
}

TEST_F(VersusTest, RefusesWhatHasNoRatio) {
  EXPECT_ERROR(executed({variant("a", "echo time 0"), variant("b", "echo time 1")}), invalid,
               "above 0");
  EXPECT_ERROR(executed({variant("alone", "echo time 1")}), usage, "two variants");
}

TEST(VersusText, TakesNoRecordThatSaysItInAnotherWay) {
  store::Point point;
  for (const auto* document : {"", "{}", R"({"comparison": 3})", R"({"comparison": {}})",
                               R"({"comparison": {"label": 1, "role": 2}})"}) {
    point.document = document;
    EXPECT_EQ(versus_text(point), "") << document;
  }
}

}  // namespace
}  // namespace ck::experiment
