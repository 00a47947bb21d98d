#include "measure/comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace ck::measure {
namespace {

/// A machine whose speed wanders, and two programs on it.
class Machine {
 public:
  Machine(std::uint64_t seed, double noise, double wandering, double ratio)
      : random_(seed), noise_(0, noise), step_(0, wandering), ratio_(ratio) {}

  /// Logarithm of stream `stream`'s next time: 0 first, 1 second, 2 the first again.
  double run(std::size_t stream) {
    level_ = 0.95 * level_ + step_(random_);
    return level_ + noise_(random_) + (stream == 1 ? std::log(ratio_) : 0);
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_;
  std::normal_distribution<double> step_;
  double ratio_;
  double level_ = 0;
};

struct Session {
  Comparison comparison;
  std::size_t blocks = 0;
};

Session measured(Machine machine, std::uint64_t seed, std::size_t most_blocks) {
  const ComparisonRule rule;
  Random random(seed);
  std::vector<double> ratios;
  std::vector<double> guard;
  Session session;
  std::size_t next_look = rule.fewest_blocks;
  while (ratios.size() < most_blocks) {
    std::array<double, 3> sums{};
    for (const std::size_t stream : block_order(3, random)) sums[stream] += machine.run(stream);
    ratios.push_back((sums[1] - sums[0]) / 2);
    guard.push_back((sums[2] - sums[0]) / 2);
    if (ratios.size() < next_look) continue;
    next_look += std::max<std::size_t>(2, next_look / 4);
    session.comparison = judge(ratios, guard, rule);
    if (decided(ratios, session.comparison, rule)) break;
  }
  session.comparison = judge(ratios, guard, rule);
  session.blocks = ratios.size();
  return session;
}

bool called_different(const Comparison& comparison) {
  return comparison.judgement == Judgement::lower || comparison.judgement == Judgement::higher;
}

TEST(BlockOrder, IsAPalindromeOfEveryStreamTwice) {
  Random random(5);
  for (std::size_t streams = 1; streams < 6; ++streams) {
    auto order = block_order(streams, random);
    ASSERT_EQ(order.size(), 2 * streams);
    EXPECT_TRUE(std::equal(order.begin(), order.end(), order.rbegin()));
    std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i / 2);
  }
}

TEST(BlockOrder, IsTheSameForTheSameSeed) {
  Random one(9);
  Random other(9);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(block_order(4, one), block_order(4, other));
}

TEST(Judge, CallsAPlainDifferenceEarly) {
  const auto session = measured(Machine(1, 0.01, 0.005, 0.5), 1, 1000);
  EXPECT_EQ(session.comparison.judgement, Judgement::lower);
  EXPECT_NEAR(session.comparison.ratio, 0.5, 0.01);
  EXPECT_LE(session.blocks, 15U);
}

TEST(Judge, CallsNothingDifferentBelowTheMargin) {
  const std::vector<double> ratios(40, std::log(1.005));
  const auto comparison = judge(ratios, std::vector<double>(40, 0.0), {});
  EXPECT_EQ(comparison.judgement, Judgement::same);
}

TEST(Judge, BelievesNoEffectThatDoesNotRecur) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0, 0.005);
  std::vector<double> ratios;
  for (int i = 0; i < 40; ++i) ratios.push_back(noise(random) + (i < 20 ? 0.06 : 0.001));
  const auto comparison = judge(ratios, std::vector<double>(40, 0.0), {});
  EXPECT_EQ(comparison.judgement, Judgement::inconclusive);
  EXPECT_GT(comparison.needed, 0U);
}

TEST(Judge, BelievesNoMachineThatDiffersFromItself) {
  const std::vector<double> ratios(20, 0.05);
  const auto comparison = judge(ratios, std::vector<double>(20, 0.03), {});
  EXPECT_EQ(comparison.judgement, Judgement::disturbed);
}

TEST(Judge, OfTooFewBlocksIsInconclusive) {
  const std::vector<double> ratios(9, 0.5);
  const auto comparison = judge(ratios, std::vector<double>(9, 0.0), {});
  EXPECT_EQ(comparison.judgement, Judgement::inconclusive);
  EXPECT_FALSE(decided(ratios, comparison, {}));
}

TEST(Judge, TellsHowManyBlocksAreMissing) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0, 0.05);
  std::vector<double> ratios;
  for (int i = 0; i < 40; ++i) ratios.push_back(noise(random));
  const auto comparison = judge(ratios, {}, {});
  EXPECT_EQ(comparison.judgement, Judgement::inconclusive);
  // (1.96 * 0.05 / 0.005)^2 is 384.
  EXPECT_GT(comparison.needed, 150U);
  EXPECT_LT(comparison.needed, 800U);
}

Comparison called(double p_value) {
  Comparison comparison;
  comparison.judgement = Judgement::higher;
  comparison.p_value = p_value;
  comparison.blocks = 20;
  return comparison;
}

TEST(FalseDiscoveries, AreTakenBackWithWhatTheyNeed) {
  std::vector<Comparison> family{called(0.0001), called(0.03), called(0.04)};
  for (int i = 0; i < 5; ++i) family.push_back(judge(std::vector<double>(20, 0.0), {}, {}));
  const auto adjusted = control_false_discoveries(family);
  ASSERT_EQ(adjusted.size(), 8U);
  EXPECT_NEAR(adjusted[0], 0.0008, 1e-12);
  EXPECT_NEAR(adjusted[2], 8 * 0.04 / 3, 1e-12);
  EXPECT_EQ(family[0].judgement, Judgement::higher);
  EXPECT_EQ(family[1].judgement, Judgement::inconclusive);
  EXPECT_EQ(family[2].judgement, Judgement::inconclusive);
  // From a p of 0.04 to one of 0.04 * 0.05 / 0.1067: 20 blocks times (2.35 / 2.05)^2.
  EXPECT_NEAR(static_cast<double>(family[2].needed), 7, 1);
  EXPECT_EQ(family[3].judgement, Judgement::same) << "nothing was called, nothing is taken back";
}

TEST(FalseDiscoveries, OfOneComparisonAreItsOwn) {
  std::vector<Comparison> one{called(0.04)};
  EXPECT_EQ(control_false_discoveries(one), std::vector{0.04});
  EXPECT_EQ(one.front().judgement, Judgement::higher);
}

TEST(FewestBlocks, LetThePlainestEffectStandAmongMany) {
  EXPECT_EQ(fewest_blocks(1, 10), 10U);
  EXPECT_EQ(fewest_blocks(0, 10), 10U);
  for (const std::size_t comparisons : {100U, 1000U}) {
    const auto blocks = fewest_blocks(comparisons, 10);
    std::vector<Comparison> family{judge(std::vector<double>(blocks, 0.5), {}, {})};
    family.resize(comparisons);
    control_false_discoveries(family);
    EXPECT_EQ(family.front().judgement, Judgement::higher) << comparisons;
  }
}

// Twenty identical programs beside their base, measured as ck does: sessions in which any is called
// different. Of 60 sessions more than 7 have a probability of 2 % at a true 5 %.
TEST(FalseDiscoveries, AreSeldomAmongIdenticalPrograms) {
  int sessions = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, 0.05);
    std::vector<Comparison> family;
    std::vector<double> base(40);
    for (auto& value : base) value = noise(random);
    for (int variant = 0; variant < 20; ++variant) {
      std::vector<double> ratios;
      for (const double value : base) ratios.push_back(noise(random) - value);
      family.push_back(judge(ratios, {}, {}));
    }
    control_false_discoveries(family);
    sessions += std::ranges::any_of(family, called_different) ? 1 : 0;
  }
  EXPECT_LE(sessions, 7);
}

// Sessions of identical programs, from a quiet machine to one with 10 % noise that wanders: called
// different in at most 5 %. Of 120 sessions more than 11 have a probability of 2 % at a true 5 %.
TEST(Judge, SeldomTellsIdenticalProgramsApart) {
  for (const double noise : {0.005, 0.03, 0.10}) {
    int called = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
      called += called_different(measured(Machine(seed, noise, noise / 2, 1), seed, 150).comparison)
                    ? 1
                    : 0;
    }
    EXPECT_LE(called, 11) << "noise " << noise;
  }
}

TEST(Judge, FindsADifferenceOfThreePercent) {
  for (const double noise : {0.005, 0.03}) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const auto session = measured(Machine(seed, noise, noise / 2, 1.03), seed, 300);
      found += session.comparison.judgement == Judgement::higher ? 1 : 0;
    }
    EXPECT_GE(found, 80) << "noise " << noise;
  }
}

TEST(Decided, OfAClaimedRatioIsAboutThatRatio) {
  // A third as long, give or take 10 %.
  std::vector<double> ratios;
  for (int i = 0; i < 12; ++i) ratios.push_back(std::log(1.0 / 3) + 0.02 * (i % 11 - 5));
  const auto stops = [&](double times, double margin) {
    ComparisonRule rule;
    rule.claimed = ClaimedRatio{1 / times, margin};
    return decided(ratios, judge(ratios, {}, rule), rule);
  };
  EXPECT_TRUE(decided(ratios, judge(ratios, {}, {}), {})) << "that it is less is plain";
  EXPECT_FALSE(stops(3, 0.02)) << "that it is a third is not";
  EXPECT_TRUE(stops(3, 0.30));
  EXPECT_TRUE(stops(2, 0.02)) << "plainly beyond";
  EXPECT_TRUE(stops(2, 0)) << "plainly more than at least that";
  EXPECT_FALSE(stops(3, 0)) << "no margin at all: until the time is up";
}

}  // namespace
}  // namespace ck::measure
