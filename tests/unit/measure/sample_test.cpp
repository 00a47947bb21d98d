#include "measure/sample.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <random>

namespace ck::measure {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Quantile, IsLinearBetweenOrderStatistics) {
  const std::vector<double> sorted{1, 2, 4, 8};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 1), 8);
  // R: quantile(c(1,2,4,8), c(.25,.9), type=7)
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.9), 6.8);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(Median, LeavesNaNsOut) {
  EXPECT_EQ(median(std::vector{3.0, kNaN, 1.0, 2.0}), 2);
  EXPECT_TRUE(std::isnan(median(std::vector{kNaN})));
}

TEST(MedianAbsoluteDeviation, AgreesWithHandCalculation) {
  // Median 2; distances 1 1 0 0 2 4 7, their median 1.
  EXPECT_EQ(median_absolute_deviation(std::vector<double>{1, 1, 2, 2, 4, 6, 9}), 1);
  EXPECT_EQ(median_absolute_deviation(std::vector<double>{5}), 0);
}

TEST(BootstrapMedian, FindsTheRanksThatResamplesGive) {
  // n = 11: P(Bin(11, 2/11) >= 6) = 0.0067, P(Bin(11, 3/11) >= 6) = 0.0492: the third from each
  // end.
  EXPECT_EQ(bootstrap_median(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).low, 3);
  EXPECT_EQ(bootstrap_median(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).high, 9);
}

TEST(BootstrapMedian, OfFewSamplesIsTheirRange) {
  const auto interval = bootstrap_median(std::vector<double>{2, 1, 3});
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 3);
  EXPECT_EQ(bootstrap_median(std::vector<double>{7}).low, 7);
  EXPECT_TRUE(std::isnan(bootstrap_median({}).low));
}

TEST(BootstrapMedian, AgreesWithResampling) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> times(0, 0.3);
  std::vector<double> samples(41);
  for (auto& sample : samples) sample = times(random);
  std::vector<double> medians;
  std::uniform_int_distribution<std::size_t> pick(0, samples.size() - 1);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<double> resample;
    for (std::size_t k = 0; k < samples.size(); ++k) resample.push_back(samples[pick(random)]);
    medians.push_back(median(resample));
  }
  const auto sorted = sorted_numbers(medians);
  const auto interval = bootstrap_median(samples);
  EXPECT_NEAR(interval.low, quantile(sorted, 0.025), 0.01);
  EXPECT_NEAR(interval.high, quantile(sorted, 0.975), 0.01);
}

TEST(BootstrapMedian, CoversTheMedianOfSkewedTimes) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> times(0, 0.5);  // median 1
  for (const int count : {10, 25, 100}) {
    int covered = 0;
    for (int session = 0; session < 1000; ++session) {
      std::vector<double> samples(static_cast<std::size_t>(count));
      for (auto& sample : samples) sample = times(random);
      covered += bootstrap_median(samples).contains(1) ? 1 : 0;
    }
    EXPECT_GE(covered, 925) << count << " samples";
  }
}

TEST(BootstrapMedian, LiesAroundTheMedianWhateverTheSamples) {
  rc::check([](std::vector<double> samples) {
    for (const double sample : samples) RC_PRE(std::isfinite(sample));
    RC_PRE(!samples.empty());
    const auto interval = bootstrap_median(samples);
    RC_ASSERT(interval.low <= median(samples));
    RC_ASSERT(median(samples) <= interval.high);
  });
}

TEST(BootstrapMedian, OfVeryLongListsIsFinite) {
  std::vector<double> samples(20'000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<double>(i);
  const auto interval = bootstrap_median(samples);
  // Half-width about 1.96 * sqrt(n) / 2 ranks.
  EXPECT_NEAR(interval.high - interval.low, 1.96 * std::sqrt(20'000.0), 5);
}

}  // namespace
}  // namespace ck::measure
