#include "run/statistics.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace ck::run {
namespace {

using measure::quantile;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// 1, 2 … n, so that a bound tells which order statistic it is.
std::vector<double> ranks(int count) {
  std::vector<double> samples(static_cast<std::size_t>(count));
  std::iota(samples.begin(), samples.end(), 1.0);
  return samples;
}

TEST(Quantile, IsLinearBetweenOrderStatistics) {
  const std::vector<double> sorted{1, 2, 4, 8};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 1), 8);
  EXPECT_EQ(quantile(sorted, 0.5), 3);
  // R: quantile(c(1,2,4,8), c(.25,.9), type=7)
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.9), 6.8);
}

TEST(Quantile, TakesAnyListAndAnyShare) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  const std::vector<double> one{7};
  EXPECT_EQ(quantile(one, 0.3), 7);
  EXPECT_EQ(quantile(ranks(3), -1), 1);
  EXPECT_EQ(quantile(ranks(3), 2), 3);
}

TEST(Quantile, DoesNotOverflowBetweenFarNumbers) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  const std::vector<double> sorted{-kLargest, kLargest};
  EXPECT_EQ(quantile(sorted, 0.5), 0);
}

TEST(Summarize, AgreesWithHandCalculation) {
  const std::vector<double> samples{2, 4, 4, 4, 5, 5, 7, 9};
  const Summary summary = summarize(samples);
  EXPECT_EQ(summary.count, 8U);
  EXPECT_EQ(summary.minimum, 2);
  EXPECT_EQ(summary.maximum, 9);
  EXPECT_EQ(summary.mean, 5);
  EXPECT_EQ(summary.median, 4.5);
  EXPECT_DOUBLE_EQ(summary.deviation, std::sqrt(32.0 / 7));
}

TEST(Summarize, KeepsDigitsOfCloseLargeNumbers) {
  // NIST StRD "NumAcc3": certified mean 1000000.2, standard deviation 0.1.
  std::vector<double> samples{1000000.2};
  for (int i = 0; i < 500; ++i) samples.insert(samples.end(), {1000000.1, 1000000.3});
  const Summary summary = summarize(samples);
  EXPECT_NEAR(summary.mean, 1000000.2, 1e-7);
  EXPECT_NEAR(summary.deviation, 0.1, 1e-8);
}

TEST(Summarize, OfOneSampleHasNoSpread) {
  const Summary summary = summarize(std::vector<double>{3});
  EXPECT_EQ(summary.count, 1U);
  EXPECT_EQ(summary.median, 3);
  EXPECT_EQ(summary.deviation, 0);
  EXPECT_EQ(summary.median_95.low, 3);
  EXPECT_EQ(summary.median_95.high, 3);
}

TEST(Summarize, LeavesNaNOut) {
  const Summary summary = summarize(std::vector<double>{kNaN, 1, kNaN, 3});
  EXPECT_EQ(summary.count, 2U);
  EXPECT_EQ(summary.mean, 2);
  EXPECT_EQ(summary.maximum, 3);
  EXPECT_EQ(summarize(std::vector<double>{kNaN}).count, 0U);
  EXPECT_EQ(summarize({}).count, 0U);
}

TEST(MedianInterval, HasTheRanksOfTheTables) {
  struct Row {
    int count;
    double low, high;
  };
  // Conover, Practical Nonparametric Statistics: largest k with 2 P(B(n, 1/2) < k) <= 0.05.
  for (const Row& row : {Row{6, 1, 6}, Row{7, 1, 7}, Row{8, 1, 8}, Row{9, 2, 8}, Row{10, 2, 9},
                         Row{11, 2, 10}, Row{12, 3, 10}, Row{15, 4, 12}, Row{20, 6, 15},
                         Row{25, 8, 18}, Row{30, 10, 21}, Row{50, 18, 33}, Row{100, 40, 61}}) {
    const measure::Interval interval = summarize(ranks(row.count)).median_95;
    EXPECT_EQ(interval.low, row.low) << row.count << " samples";
    EXPECT_EQ(interval.high, row.high) << row.count << " samples";
  }
}

TEST(MedianInterval, IsTheRangeOfFewSamples) {
  for (int count = 1; count < 6; ++count) {
    const measure::Interval interval = summarize(ranks(count)).median_95;
    EXPECT_EQ(interval.low, 1);
    EXPECT_EQ(interval.high, count);
  }
}

TEST(MedianInterval, OfManySamplesFollowsTheNormalApproximation) {
  // n/2 -+ 0.98 sqrt(n), where 0.5^n has long underflowed.
  const measure::Interval interval = summarize(ranks(10'000)).median_95;
  EXPECT_NEAR(interval.low, 5000 - 98, 1.5);
  EXPECT_NEAR(interval.high, 5001 + 98, 1.5);
}

std::vector<double> any_samples() {
  const auto numbers =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-1000, 1000)));
  std::vector<double> samples;
  for (const int number : numbers) samples.push_back(number / 8.0);
  return samples;
}

bool same(const Summary& a, const Summary& b) {
  return a.count == b.count && a.minimum == b.minimum && a.maximum == b.maximum &&
         a.mean == b.mean && a.median == b.median && a.deviation == b.deviation &&
         a.median_95.low == b.median_95.low && a.median_95.high == b.median_95.high;
}

TEST(SummarizeProperty, OrdersItsNumbers) {
  EXPECT_TRUE(rc::check([] {
    const Summary summary = summarize(any_samples());
    RC_ASSERT(summary.minimum <= summary.median_95.low);
    RC_ASSERT(summary.median_95.low <= summary.median);
    RC_ASSERT(summary.median <= summary.median_95.high);
    RC_ASSERT(summary.median_95.high <= summary.maximum);
    RC_ASSERT(summary.minimum <= summary.mean && summary.mean <= summary.maximum);
    RC_ASSERT(summary.deviation <= summary.maximum - summary.minimum);
  }));
}

TEST(SummarizeProperty, DoesNotCareForOrderOrNaN) {
  EXPECT_TRUE(rc::check([] {
    const auto samples = any_samples();
    auto other = samples;
    std::ranges::reverse(other);
    const auto first = *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(other));
    std::rotate(other.begin(), other.begin() + first, other.end());
    other.insert(other.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(other)), kNaN);
    RC_ASSERT(same(summarize(samples), summarize(other)));
  }));
}

TEST(SummarizeProperty, MovesWithItsSamples) {
  EXPECT_TRUE(rc::check([] {
    const auto samples = any_samples();
    auto moved = samples;
    for (double& sample : moved) sample = 2 * sample + 16;
    const Summary before = summarize(samples);
    const Summary after = summarize(moved);
    RC_ASSERT(after.median == 2 * before.median + 16);
    RC_ASSERT(after.median_95.low == 2 * before.median_95.low + 16);
    RC_ASSERT(after.median_95.high == 2 * before.median_95.high + 16);
  }));
}

}  // namespace
}  // namespace ck::run
