#include "measure/shift.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <random>

#include "measure/normal.hpp"

namespace ck::measure {
namespace {

// Hollander, Wolfe and Chicken (2014), table 3.1: depression factors before and after.
const std::vector<double> kBefore{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
const std::vector<double> kAfter{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
// Ibid., table 4.1: permeability at term and at 12 to 26 weeks.
const std::vector<double> kAtTerm{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const std::vector<double> kEarly{1.15, 0.88, 0.90, 0.74, 1.21};

std::vector<double> differences() {
  std::vector<double> result;
  for (std::size_t i = 0; i < kBefore.size(); ++i) result.push_back(kAfter[i] - kBefore[i]);
  return result;
}

TEST(NormalQuantile, AgreesWithTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-9);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-8);
  EXPECT_NEAR(normal_cdf(1.959963984540054), 0.975, 1e-12);
}

TEST(SignedRank, AgreesWithTheTextbook) {
  const auto shift = signed_rank(differences());
  EXPECT_EQ(shift.count, 9U);
  EXPECT_NEAR(shift.p_value, 0.0390625, 1e-12);  // R: wilcox.test(x, y, paired = TRUE)
  EXPECT_NEAR(shift.estimate, -0.46, 1e-9);
  EXPECT_NEAR(shift.interval.low, -0.786, 1e-9);
  EXPECT_NEAR(shift.interval.high, -0.010, 1e-9);
}

TEST(SignedRank, OfTooFewHasNoInterval) {
  const auto shift = signed_rank(std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_TRUE(std::isinf(shift.interval.low));
  EXPECT_TRUE(std::isinf(shift.interval.high));
  EXPECT_EQ(shift.p_value, 0.0625);  // 2 / 2^5
  EXPECT_FALSE(std::isinf(signed_rank(std::vector<double>{1, 2, 3, 4, 5, 6}).interval.low));
  EXPECT_EQ(signed_rank({}).p_value, 1);
}

TEST(SignedRank, CountsTiesExactly) {
  // Ranks 1.5 1.5 3, all positive: only 1 of 8 sign patterns is as extreme at each end.
  EXPECT_EQ(signed_rank(std::vector<double>{1, 1, 2}).p_value, 0.25);
  EXPECT_EQ(signed_rank(std::vector<double>{0, 0, 0}).p_value, 1);
}

TEST(SignedRank, ApproximatesLargeSamplesLikeSmallOnes) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> distribution(0.1, 1);
  std::vector<double> exact(60);
  for (auto& sample : exact) sample = distribution(random);
  auto approximate = exact;
  approximate.push_back(0.1);
  const auto small = signed_rank(exact);
  const auto large = signed_rank(approximate);
  EXPECT_NEAR(small.interval.low, large.interval.low, 0.03);
  EXPECT_NEAR(small.interval.high, large.interval.high, 0.03);
  EXPECT_NEAR(small.p_value, large.p_value, 0.05);
}

TEST(RankSum, AgreesWithTheTextbook) {
  const auto shift = rank_sum(kEarly, kAtTerm);
  // R: wilcox.test(x, y, alternative = "greater") gives W = 35 and 0.1272; twice that here.
  EXPECT_NEAR(shift.p_value, 764.0 / 3003, 1e-12);
  EXPECT_NEAR(shift.estimate, 0.305, 1e-9);
  EXPECT_NEAR(shift.interval.low, -0.15, 1e-9);
  EXPECT_NEAR(shift.interval.high, 0.76, 1e-9);
}

TEST(RankSum, OfTooFewOrNothingHasNoInterval) {
  EXPECT_TRUE(std::isinf(rank_sum(std::vector<double>{1}, std::vector<double>{2, 3}).interval.low));
  EXPECT_TRUE(std::isinf(rank_sum({}, std::vector<double>{2, 3}).interval.low));
}

TEST(RankSum, ApproximatesLargeSamplesLikeSmallOnes) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> distribution(0, 1);
  std::vector<double> first(31);
  std::vector<double> second(31);
  for (auto& sample : first) sample = distribution(random);
  for (auto& sample : second) sample = distribution(random) + 0.3;
  const auto exact = rank_sum(first, second);
  second.push_back(0.3);
  const auto large = rank_sum(first, second);
  EXPECT_NEAR(exact.interval.low, large.interval.low, 0.05);
  EXPECT_NEAR(exact.p_value, large.p_value, 0.05);
}

TEST(RankSum, TurnsAroundWithItsArguments) {
  rc::check([](std::vector<int> left, std::vector<int> right) {
    const std::vector<double> first(left.begin(), left.end());
    const std::vector<double> second(right.begin(), right.end());
    const auto one = rank_sum(first, second);
    const auto other = rank_sum(second, first);
    RC_ASSERT(std::abs(one.estimate + other.estimate) < 1e-9 * (1 + std::abs(one.estimate)));
    RC_ASSERT(std::abs(one.p_value - other.p_value) < 1e-9);
  });
}

/// How often an interval that claims 95 % holds the truth.
TEST(Intervals, CoverWhatTheyClaim) {
  std::mt19937_64 random(23);
  std::lognormal_distribution<double> noise(0, 0.4);
  int paired = 0;
  int unpaired = 0;
  for (int session = 0; session < 1000; ++session) {
    std::vector<double> differences;
    std::vector<double> first;
    std::vector<double> second;
    for (int i = 0; i < 20; ++i) {
      first.push_back(std::log(noise(random)));
      second.push_back(std::log(noise(random)) + 0.2);
      differences.push_back(second.back() - first.back());
    }
    paired += signed_rank(differences).interval.contains(0.2) ? 1 : 0;
    unpaired += rank_sum(first, second).interval.contains(0.2) ? 1 : 0;
  }
  EXPECT_GE(paired, 935);
  EXPECT_GE(unpaired, 935);
}

}  // namespace
}  // namespace ck::measure
