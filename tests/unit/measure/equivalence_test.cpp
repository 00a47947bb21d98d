#include "measure/equivalence.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ck::measure {
namespace {

std::vector<double> times(std::mt19937_64& random, std::size_t count, double typical,
                          double spread) {
  std::normal_distribution<double> logarithm(std::log(typical), spread);
  std::vector<double> samples(count);
  for (auto& sample : samples) sample = std::exp(logarithm(random));
  return samples;
}

TEST(Equivalence, IsInclusionOfTheInterval) {
  const Interval margin{-0.1, 0.1};
  EXPECT_EQ(equivalence({-0.05, 0.09}, margin), Equivalence::equivalent);
  EXPECT_EQ(equivalence({0.11, 0.2}, margin), Equivalence::different);
  EXPECT_EQ(equivalence({-0.3, -0.11}, margin), Equivalence::different);
  EXPECT_EQ(equivalence({0.05, 0.2}, margin), Equivalence::undecided);
}

TEST(RatioTest, ComparesLogarithms) {
  const std::vector<double> recorded{10, 10.1, 9.9, 10.05, 9.95, 10};
  std::vector<double> twice;
  for (const double sample : recorded) twice.push_back(2 * sample);
  const auto test = ratio_test(recorded, twice, 0.05);
  EXPECT_EQ(test.result, Equivalence::different);
  EXPECT_NEAR(test.ratio, 2, 0.01);
  EXPECT_EQ(ratio_test(recorded, recorded, 0.05).result, Equivalence::equivalent);
}

TEST(RatioTest, DecidesWithThreeSamplesAgainstThree) {
  const std::vector<double> recorded{10, 10.1, 10.2};
  const std::vector<double> now{10.05, 10.15, 10.25};
  EXPECT_EQ(ratio_test(recorded, now, 0.1).result, Equivalence::equivalent);
}

TEST(RatioTest, ComparesDifferencesWhereLogarithmsDoNotExist) {
  const std::vector<double> recorded{-10, -10.1, -9.9, -10.05, -9.95, -10};
  const auto test = ratio_test(recorded, recorded, 0.05);
  EXPECT_EQ(test.result, Equivalence::equivalent);
  EXPECT_NEAR(test.ratio, 1, 1e-12);
  const std::vector<double> zeros(6, 0.0);
  EXPECT_EQ(ratio_test(zeros, zeros, 0.05).result, Equivalence::equivalent);
}

TEST(DifferenceTest, TestsADifferenceInTheUnitOfBoth) {
  const std::vector<double> recorded{0.3, -0.2, 0.1, -0.3, 0, 0.2, -0.1, 0.05};
  EXPECT_EQ(difference_test(recorded, recorded, 1).result, Equivalence::equivalent);
  std::vector<double> higher;
  for (const double sample : recorded) higher.push_back(sample + 3);
  const auto off = difference_test(recorded, higher, 1);
  EXPECT_EQ(off.result, Equivalence::different);
  EXPECT_NEAR(off.difference, 3, 1e-9);
  const auto one = difference_test({recorded.data(), 1}, {higher.data(), 1}, 10);
  EXPECT_EQ(one.result, Equivalence::undecided);
  EXPECT_EQ(one.needed, 19U);
  EXPECT_EQ(difference_test({}, higher, 1).needed, 0U);
}

TEST(RatioTest, TellsWhatIsMissing) {
  std::mt19937_64 random(4);
  const auto recorded = times(random, 200, 1, 0.1);
  const auto few = ratio_test(recorded, times(random, 10, 1, 0.1), 0.05);
  EXPECT_EQ(few.result, Equivalence::undecided);
  EXPECT_GT(few.needed, 5U);
  EXPECT_LT(few.needed, 300U);
  // One recorded sample cannot be made up for.
  EXPECT_EQ(ratio_test({recorded.data(), 1}, recorded, 0.0001).needed, 0U);
  const std::vector<double> one{1.0};
  EXPECT_EQ(ratio_test(1.0, one, 0.1).needed, 4U);
}

TEST(RatioTest, ComparesWithAnExpectedValue) {
  std::mt19937_64 random(4);
  const auto now = times(random, 60, 1.02, 0.05);
  EXPECT_EQ(ratio_test(1.0, now, 0.10).result, Equivalence::equivalent);
  EXPECT_EQ(ratio_test(2.0, now, 0.10).result, Equivalence::different);
  EXPECT_EQ(ratio_test(1.0, now, 0.02).result, Equivalence::undecided);
  EXPECT_EQ(ratio_test(0.0, std::vector<double>(9, 0.001), 0.1).result, Equivalence::equivalent);
}

TEST(BenjaminiHochberg, AgreesWithTheReference) {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.5), "BH")
  const auto adjusted = benjamini_hochberg(std::vector{0.01, 0.04, 0.03, 0.5});
  EXPECT_NEAR(adjusted[0], 0.04, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.16 / 3, 1e-12);
  EXPECT_NEAR(adjusted[2], 0.16 / 3, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.5, 1e-12);
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

// Section 4.1 of the paper: fifteen hypotheses of a study of thrombolysis after infarction. Four
// are rejected at 5 %, where Bonferroni's procedure rejects three.
TEST(BenjaminiHochberg, RejectsFourInItsAuthorsExample) {
  const std::vector p_values{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                             0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000};
  const auto adjusted = benjamini_hochberg(p_values);
  EXPECT_EQ(std::ranges::count_if(adjusted, [](double p) { return p <= 0.05; }), 4);
  EXPECT_NEAR(adjusted[3], 15 * 0.0095 / 4, 1e-12);
  EXPECT_NEAR(adjusted[5], 15 * 0.0298 / 7, 1e-12) << "never above that of a larger p";
  EXPECT_TRUE(std::ranges::is_sorted(adjusted));
}

/// How often `now` is called equivalent when its true ratio is this.
int called_equivalent(double ratio, double spread, double margin, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t count = samples_for_equivalence(spread, margin);
  int called = 0;
  for (int session = 0; session < 1000; ++session) {
    const auto recorded = times(random, count, 1, spread);
    const auto now = times(random, count, ratio, spread);
    called += ratio_test(recorded, now, margin).result == Equivalence::equivalent ? 1 : 0;
  }
  return called;
}

// 1,000 sessions: with a true rate of 5 % more than 65 calls have a probability of 2 %.
TEST(RatioTest, SeldomCallsTheMarginsEdgeEquivalent) {
  EXPECT_LE(called_equivalent(1.05, 0.05, 0.05, 1), 65);
  EXPECT_LE(called_equivalent(1 / 1.05, 0.03, 0.05, 2), 65);
}

TEST(RatioTest, CallsHalfTheMarginEquivalentAsOftenAsPlanned) {
  EXPECT_GE(called_equivalent(std::sqrt(1.05), 0.05, 0.05, 3), 800);
  EXPECT_GE(called_equivalent(1 / std::sqrt(1.10), 0.05, 0.10, 4), 800);
}

}  // namespace
}  // namespace ck::measure
