#include "experiment/sampling.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/archive.hpp"
#include "experiment/causes.hpp"
#include "support/installation.hpp"
#include "unit/experiment/script_plan.hpp"

namespace ck::experiment {
namespace {

class SamplingTest : public ::testing::Test {
 protected:
  static run::RunPlan plan(const std::string& script) { return script_plan(script, "time"); }

  store::Point executed(const run::RunPlan& plan, const Sampling& sampling) {
    PointRequest request;
    request.experiment = "demo";
    request.sampling = sampling;
    auto outcome = execute_point(request, plan, {}, {}, machine_.context());
    EXPECT_OK(outcome);
    return outcome ? std::move(outcome->point) : store::Point();
  }

  test::Installation machine_;
};

TEST_F(SamplingTest, StopsWhenItIsPrecise) {
  Sampling sampling;
  sampling.precision = 0.01;
  const auto point = executed(plan("echo time 5"), sampling);
  EXPECT_EQ(point.repetitions.size(), 10U);
  const auto record = sampling_of(point);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->precision, 0.01);
  EXPECT_EQ(record->result.metric, "time");
  EXPECT_TRUE(record->result.precise);
  EXPECT_EQ(record->result.relative_half_width, 0);
}

TEST_F(SamplingTest, StopsAtTheEndOfItsBudgetAndSaysSo) {
  Sampling sampling;
  sampling.precision = 0.01;
  sampling.budget_seconds = 0.01;
  const auto point = executed(plan("echo time 5"), sampling);
  EXPECT_LT(point.repetitions.size(), 10U);
  const auto record = sampling_of(point);
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->result.precise);
  EXPECT_GT(record->result.needed, 0U);
}

TEST_F(SamplingTest, RunsExactlyAsOftenAsAsked) {
  Sampling sampling;
  sampling.repetitions = 3;
  const auto point = executed(plan("echo time $$"), sampling);
  EXPECT_EQ(point.repetitions.size(), 3U);
  EXPECT_TRUE(sampling_of(point)->result.precise);
  EXPECT_FALSE(sampling_of(executed(plan("echo time 5"), {})));
}

TEST_F(SamplingTest, EndsWithTheProgramsFailure) {
  PointRequest request;
  request.experiment = "demo";
  request.sampling.precision = 0.01;
  const auto outcome = execute_point(request, plan("exit 3"), {}, {}, machine_.context());
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_EQ(outcome->point.repetitions.size(), 1U);
}

TEST_F(SamplingTest, VariesTheEnvironmentAndWritesItDown) {
  Sampling sampling;
  sampling.repetitions = 4;
  sampling.vary_environment = true;
  sampling.cpus = {0};
  const auto point = executed(plan("echo time ${#CK_PADDING}"), sampling);
  ASSERT_EQ(point.repetitions.size(), 4U);
  for (const auto& repetition : point.repetitions) {
    const Json detail = Json::parse(repetition.detail);
    EXPECT_EQ(detail["padding_bytes"], repetition.metrics[0]);
    EXPECT_EQ(detail["cpus"], Json::array({0}));
  }
  EXPECT_NE(point.repetitions[0].metrics[0], point.repetitions[1].metrics[0]);
}

TEST_F(SamplingTest, DescribesWithoutTheWarmUpAndKeepsIt) {
  Sampling sampling;
  sampling.precision = 0.05;
  const fs::path counter = machine_.context().home.root / "count";
  // 50 at first, then 10.
  const std::string file = counter.string();
  const auto point = executed(
      plan("n=$(cat " + file + " 2>/dev/null || echo 50); echo time $n; echo 10 > " + file),
      sampling);
  EXPECT_EQ(point.repetitions.front().metrics[0], 50);
  const auto metrics = summarize(point);
  EXPECT_EQ(metrics.at(0).description.warm_up, 1U);
  EXPECT_EQ(metrics.at(0).description.maximum, 10);
  EXPECT_EQ(metrics.at(0).summary.maximum, 50);
}

TEST(PrimaryMetric, IsTheFirstOfTheProgramsOwnThatIsAboutSpeed) {
  const store::MetricKey top1{"top1", "fraction", "higher", "accuracy"};
  const store::MetricKey wall{"wall_time", "ns", "lower", "performance"};
  const store::MetricKey latency{"latency", "ns", "lower", "performance"};
  EXPECT_EQ(primary_metric({top1, wall, latency}), "latency");
  EXPECT_EQ(primary_metric({top1, wall}), "wall_time");
  EXPECT_EQ(primary_metric({}), "wall_time");
  const store::MetricKey iteration{"iteration_time", "ns", "lower", "performance"};
  EXPECT_EQ(primary_metric({wall, iteration}), "iteration_time");
  EXPECT_EQ(primary_metric({wall, iteration, latency}), "latency");
}

TEST(SamplingOf, TakesNoRecordThatSaysItInAnotherWay) {
  store::Point point;
  for (const auto* document :
       {"", "{}", R"({"sampling": 3})", R"({"sampling": {"metric": 4}})", R"("sampling")"}) {
    point.document = document;
    EXPECT_FALSE(sampling_of(point)) << document;
  }
  point.document = R"({"sampling": {"metric": "m", "warm_up": "x", "needed": -1}})";
  ASSERT_TRUE(sampling_of(point));
  EXPECT_EQ(sampling_of(point)->result.warm_up, 0U);
}

store::Point with_details(const std::vector<std::string>& details) {
  store::Point point;
  for (const auto& detail : details) {
    store::Repetition repetition;
    repetition.wall_ns = 100'000'000;
    repetition.detail = detail;
    point.repetitions.push_back(repetition);
  }
  return point;
}

TEST(CausesOf, NamesWhatStandsOut) {
  const std::string usual =
      R"({"steal_ns": 0, "others_ns": 0, "involuntary_switches": 1, "major_faults": 0,
          "load_after": {"cpu_mhz": 3000}})";
  const std::string disturbed =
      R"({"steal_ns": 20000000, "others_ns": 90000000, "involuntary_switches": 40,
          "major_faults": 7, "load_after": {"cpu_mhz": 2000}})";
  const auto point = with_details({usual, usual, disturbed, usual});
  EXPECT_TRUE(causes_of(point, 0).empty());
  const std::vector<std::string> expected{"the hypervisor took 20 ms", "others used 0.9 processors",
                                          "it was put aside 40 times instead of 1",
                                          "7 pages were read from disk",
                                          "the processor ran at 2000 instead of 3000 MHz"};
  EXPECT_EQ(causes_of(point, 2), expected);
}

TEST(CausesOf, KnowsNothingOfDetailsThatSayNothing) {
  EXPECT_TRUE(causes_of(with_details({"{}", "no json", "[]"}), 1).empty());
}

}  // namespace
}  // namespace ck::experiment
