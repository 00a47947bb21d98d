#include "cli/measurement_text.hpp"

#include <gtest/gtest.h>

#include "experiment/archive.hpp"

namespace ck::cli {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

/// One execution for each number, of the metric that decides.
store::Point measured(const std::vector<double>& milliseconds) {
  store::Point point;
  point.keys = {{"latency", "ms", "lower", "performance"}};
  int number = 0;
  for (const double value : milliseconds) {
    store::Repetition repetition;
    repetition.number = ++number;
    repetition.ok = true;
    repetition.wall_ns = 100 * kMillisecond;
    repetition.detail = R"({"steal_ns": 0})";
    repetition.metrics = {value};
    point.repetitions.push_back(repetition);
  }
  return point;
}

std::string text_of(const store::Point& point, Columns columns = Columns::usual) {
  return measurement_text(point, experiment::summarize(point), columns);
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<double> around(double centre) {
  std::vector<double> numbers;
  for (int i = -10; i <= 10; ++i) numbers.push_back(centre + 0.01 * i);
  return numbers;
}

TEST(MeasurementText, IsEmptyWithoutMetrics) { EXPECT_EQ(text_of(store::Point()), ""); }

TEST(MeasurementText, ShowsOneValueAsItIs) {
  EXPECT_EQ(text_of(measured({1.5})), "METRIC      VALUE\nlatency  1.500 ms\n");
}

TEST(MeasurementText, ShowsTheIntervalOfSeveral) {
  const auto text = text_of(measured({1, 2, 3}));
  EXPECT_TRUE(says(text, "METRIC   N    MEDIAN     ±         95 % INTERVAL       MIN       MAX\n"))
      << text;
  EXPECT_TRUE(says(text, "latency  3  2.000 ms  50 %  [1.000 ms, 3.000 ms]  1.000 ms  3.000 ms\n"))
      << text;
}

TEST(MeasurementText, ShowsMoreWhenAskedTo) {
  const auto text = text_of(measured({1, 2, 3}), Columns::all);
  for (const char* title : {"MEAN", "MAD", "P95"}) EXPECT_TRUE(says(text, title)) << text;
}

TEST(MeasurementText, TellsModesWithTheirShares) {
  auto numbers = around(10);
  for (const double other : around(20)) numbers.push_back(other);
  const auto text = text_of(measured(numbers));
  EXPECT_TRUE(says(text, "latency has 2 modes: ")) << text;
  EXPECT_TRUE(says(text, "(50 %)")) << text;
}

TEST(MeasurementText, TellsOutliersWithTheirCause) {
  auto point = measured(around(10));
  point.repetitions[4].metrics = {15};
  point.repetitions[4].detail = R"({"steal_ns": 40000000})";
  const auto text = text_of(point);
  EXPECT_TRUE(says(text, "latency: run 5 is off by +50 %: the hypervisor took 40 ms\n")) << text;
}

TEST(MeasurementText, SaysWhenNoCauseIsVisible) {
  auto point = measured(around(10));
  point.repetitions[0].metrics = {5};
  EXPECT_TRUE(says(text_of(point), "run 1 is off by -50 %: no cause is visible\n"));
}

TEST(MeasurementText, ListsTheFarthestOutliersAndCountsTheRest) {
  auto point = measured(around(10));
  for (std::size_t i = 5; i < 12; ++i) point.repetitions[i].metrics = {20 + static_cast<double>(i)};
  const auto text = text_of(point);
  const auto farthest = text.find("latency: run 12 is off by ");
  const auto next = text.find("latency: run 11 is off by ");
  ASSERT_NE(farthest, std::string::npos) << text;
  EXPECT_LT(farthest, next);
  EXPECT_FALSE(says(text, "run 6 ")) << text;
  EXPECT_TRUE(says(text, "latency: and 2 lesser outliers\n")) << text;
}

TEST(MeasurementText, TellsWarmUpAndAPrecisionThatWasNotReached) {
  auto point = measured(around(10));
  point.document = R"({"sampling": {"metric": "latency", "warm_up": 1, "precise": false,
      "relative_half_width": 0.052, "precision": 0.01, "needed": 600}})";
  const auto text = text_of(point);
  EXPECT_TRUE(says(text, "warm-up: the first 1 run is kept but not counted\n")) << text;
  EXPECT_TRUE(says(text, "latency is known to ± 5.2 % instead of ± 1 %; about 600 more runs"))
      << text;
}

TEST(MeasurementText, NamesOfRepositoriesCannotPlayTricks) {
  auto point = measured({1});
  point.keys.front().name = "late\x1b[31mncy";
  EXPECT_TRUE(says(text_of(point), "late\\x1b[31mncy"));
}

TEST(ValuesText, NamesAPointOfASweep) {
  EXPECT_EQ(values_text({{"batch", "1"}, {"model", "small"}}), "batch=1 model=small");
  EXPECT_EQ(values_text({}), "");
}

}  // namespace
}  // namespace ck::cli
