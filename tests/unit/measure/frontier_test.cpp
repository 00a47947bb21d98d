#include "measure/frontier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "measure/random.hpp"

namespace ck::measure {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

using Flags = std::vector<bool>;

TEST(Frontier, HoldsWhatNoOtherBeats) {
  EXPECT_EQ(frontier({{1, 3}, {2, 2}, {3, 1}, {3, 3}, {2, 3}}),
            (Flags{true, true, true, false, false}));
  EXPECT_EQ(frontier({{2}, {1}, {3}, {1}}), (Flags{false, true, false, true}));
  EXPECT_EQ(frontier({}), Flags{});
}

TEST(Frontier, WhatIsNoNumberIsNotOnIt) {
  EXPECT_EQ(frontier({{1, kNothing}, {2, 2}, {}}), (Flags{false, true, false}));
}

TEST(Frontier, EqualsThatOfAllPairs) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::vector<double>> things(random.below(12));
    for (auto& thing : things)
      thing = {static_cast<double>(random.below(5)), static_cast<double>(random.below(5)),
               static_cast<double>(random.below(3))};
    const auto on = frontier(things);
    for (std::size_t i = 0; i < things.size(); ++i) {
      bool beaten = false;
      for (const auto& other : things) {
        bool nowhere_greater = true;
        for (std::size_t k = 0; k < 3; ++k) nowhere_greater &= other[k] <= things[i][k];
        beaten |= nowhere_greater && other != things[i];
      }
      EXPECT_EQ(on[i], !beaten);
    }
  }
}

TEST(Frontier, RanksAreFrontiersOfTheRest) {
  EXPECT_EQ(frontier_ranks({{1, 1}, {2, 2}, {1, 3}, {3, 3}, {kNothing, 0}}),
            (std::vector<std::size_t>{0, 1, 1, 2, 5}));
}

TEST(FrontierProbability, IsOneWhereNothingOverlaps) {
  const auto share = frontier_probability({{{1, 1.1, 0.9}}, {{5, 5.1, 4.9}}, {{}}}, 100, 1);
  EXPECT_EQ(share, (std::vector<double>{1, 0, 0}));
}

TEST(FrontierProbability, IsSharedByThoseThatCannotBeToldApart) {
  Random random(3);
  std::vector<std::vector<std::vector<double>>> samples(2, {{}});
  for (int i = 0; i < 30; ++i) {
    const double value = 10 + random.fraction();
    samples[0][0].push_back(value);
    samples[1][0].push_back(20.9 - value);
  }
  const auto share = frontier_probability(samples, 500, 1);
  EXPECT_GT(share[0], 0.05);
  EXPECT_GT(share[1], 0.05);
  EXPECT_NEAR(share[0] + share[1], 1, 0.1);
  EXPECT_EQ(share, frontier_probability(samples, 500, 1));
}

TEST(FrontierProbability, SamplesOfOneRunStayTogether) {
  // Each run of the first beats the other in one of both, never in none.
  const auto share = frontier_probability({{{1, 9}, {9, 1}}, {{5, 5}, {5, 5}}}, 400, 1);
  EXPECT_EQ(share[0], 1);
}

}  // namespace
}  // namespace ck::measure
