#include "measure/description.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <random>

#include "measure/outliers.hpp"
#include "measure/warm_up.hpp"

namespace ck::measure {
namespace {

std::vector<double> normal_samples(std::mt19937_64& random, std::size_t count, double mean,
                                   double deviation) {
  std::normal_distribution<double> distribution(mean, deviation);
  std::vector<double> samples(count);
  for (auto& sample : samples) sample = distribution(random);
  return samples;
}

TEST(Describe, LeavesTheWarmUpOutAndKeepsOutliers) {
  const std::vector<double> samples{90, 10, 11, 10, 12, 11, 10, 50};
  const auto description = describe(samples, 1);
  EXPECT_EQ(description.count, 7U);
  EXPECT_EQ(description.warm_up, 1U);
  EXPECT_EQ(description.minimum, 10);
  EXPECT_EQ(description.maximum, 50);
  EXPECT_EQ(description.median, 11);
  EXPECT_EQ(description.outliers, std::vector<std::size_t>{7});
}

TEST(Describe, OfNothingIsZero) {
  const auto description = describe({}, 0);
  EXPECT_EQ(description.count, 0U);
  EXPECT_TRUE(std::isinf(relative_half_width(description)));
  const std::vector<double> nothing{std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(describe(nothing, 5).count, 0U);
}

TEST(Describe, OrdersItsPercentiles) {
  rc::check([](std::vector<int> numbers) {
    const std::vector<double> samples(numbers.begin(), numbers.end());
    const auto d = describe(samples, 0);
    RC_ASSERT(d.minimum <= d.p05 && d.p05 <= d.p25 && d.p25 <= d.median && d.median <= d.p75);
    RC_ASSERT(d.p75 <= d.p90 && d.p90 <= d.p95 && d.p95 <= d.p99 && d.p99 <= d.maximum);
  });
}

TEST(PreciseEnough, AsksForNarrownessAndForSamples) {
  const StopRule rule{0.01, 10};
  EXPECT_FALSE(precise_enough(describe(std::vector<double>(9, 5.0), 0), rule));
  EXPECT_TRUE(precise_enough(describe(std::vector<double>(10, 5.0), 0), rule));
  std::vector<double> wide{90, 95, 97, 99, 100, 100, 101, 103, 105, 110};
  EXPECT_FALSE(precise_enough(describe(wide, 0), rule));
  EXPECT_TRUE(precise_enough(describe(wide, 0), {0.2, 10}));
}

TEST(SamplesFor, GrowsWithTheSquareOfThePrecision) {
  std::vector<double> wide{90, 95, 97, 99, 100, 100, 101, 103, 105, 110};
  const auto description = describe(wide, 0);
  const auto coarse = samples_for(description, {0.02, 1});
  const auto fine = samples_for(description, {0.01, 1});
  EXPECT_NEAR(static_cast<double>(fine), 4 * static_cast<double>(coarse), 4);
  EXPECT_EQ(samples_for(describe(std::vector<double>(3, 5.0), 0), {0.01, 10}), 10U);
}

TEST(FindModes, SeesOneInOneHeap) {
  std::mt19937_64 random(3);
  int wrong = 0;
  for (int session = 0; session < 300; ++session)
    wrong += find_modes(normal_samples(random, 40, 10, 1)).size() == 1 ? 0 : 1;
  EXPECT_LE(wrong, 15);
}

TEST(FindModes, SeesTwoHeapsAndTheirShares) {
  std::mt19937_64 random(3);
  auto samples = normal_samples(random, 30, 10, 0.1);
  const auto slow = normal_samples(random, 10, 12, 0.1);
  samples.insert(samples.end(), slow.begin(), slow.end());
  const auto modes = find_modes(samples);
  ASSERT_EQ(modes.size(), 2U);
  EXPECT_NEAR(modes[0].at, 10, 0.2);
  EXPECT_NEAR(modes[1].at, 12, 0.2);
  EXPECT_NEAR(modes[0].share, 0.75, 0.01);
}

TEST(FindModes, TakesALoneFarSampleForNoMode) {
  std::vector<double> samples{10, 10.1, 9.9, 10.2, 9.8, 10.05, 9.95, 10.1, 9.9, 50};
  EXPECT_EQ(find_modes(samples).size(), 1U);
}

TEST(FindModes, OfEqualOrFewSamplesIsTheMedian) {
  EXPECT_EQ(find_modes(std::vector<double>(20, 3.0)).front().at, 3);
  EXPECT_EQ(find_modes(std::vector<double>{1, 100}).size(), 1U);
  EXPECT_TRUE(find_modes({}).empty());
  std::vector<double> nearly(40, 1.0);
  nearly.front() = 1e9;
  EXPECT_EQ(find_modes(nearly).size(), 1U);
}

TEST(FindModes, GivesEverySampleToOneMode) {
  rc::check([](std::vector<int> numbers) {
    const std::vector<double> samples(numbers.begin(), numbers.end());
    double shares = 0;
    for (const auto& mode : find_modes(samples)) shares += mode.share;
    RC_ASSERT(samples.empty() || std::abs(shares - 1) < 1e-9);
  });
}

TEST(FindOutliers, MarksFarSamplesByTheModifiedScore) {
  // Iglewicz and Hoaglin's example: 2.1 2.6 2.4 2.5 2.3 2.1 2.3 2.6 8.2 8.3 has two.
  const std::vector<double> samples{2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3};
  EXPECT_EQ(find_outliers(samples), (std::vector<std::size_t>{8, 9}));
}

TEST(FindOutliers, WorksWhereMostSamplesAreEqual) {
  std::vector<double> samples(20, 1.0);
  EXPECT_TRUE(find_outliers(samples).empty());
  samples[4] = 9;
  EXPECT_EQ(find_outliers(samples), std::vector<std::size_t>{4});
  EXPECT_TRUE(find_outliers(std::vector<double>{1, 1, 100}).empty());
}

TEST(FindWarmUp, FindsOneSlowStart) {
  const std::vector<double> samples{30, 10, 10.2, 9.9, 10.1, 10, 9.8, 10.1, 10.2, 9.9};
  EXPECT_EQ(find_warm_up(samples), 1U);
}

TEST(FindWarmUp, FindsALevelBeforeTheSteadyOneBetterOrWorse) {
  std::mt19937_64 random(5);
  for (const double start : {8.0, 13.0}) {
    auto samples = normal_samples(random, 8, start, 0.1);
    const auto steady = normal_samples(random, 40, 10, 0.1);
    samples.insert(samples.end(), steady.begin(), steady.end());
    EXPECT_EQ(find_warm_up(samples), 8U) << start;
  }
}

TEST(FindWarmUp, FindsASlowApproach) {
  std::mt19937_64 random(5);
  auto samples = normal_samples(random, 60, 10, 0.05);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] += 8 * std::exp(-static_cast<double>(i) / 3);
  EXPECT_GE(find_warm_up(samples), 8U);
  EXPECT_LE(find_warm_up(samples), 30U);
}

TEST(FindWarmUp, SeldomSeesOneWhereThereIsNone) {
  std::mt19937_64 random(17);
  for (const std::size_t count : {10U, 30U, 100U}) {
    int seen = 0;
    for (int session = 0; session < 400; ++session)
      seen += find_warm_up(normal_samples(random, count, 10, 1)) > 0 ? 1 : 0;
    EXPECT_LE(seen, 20) << count << " samples";
  }
}

TEST(FindWarmUp, IsAtMostHalfAndNothingForFewSamples) {
  EXPECT_EQ(find_warm_up(std::vector<double>{9, 1, 1, 1, 1}), 0U);
  rc::check([](std::vector<int> numbers) {
    const std::vector<double> samples(numbers.begin(), numbers.end());
    RC_ASSERT(find_warm_up(samples) <= samples.size() / 2);
  });
}

}  // namespace
}  // namespace ck::measure
