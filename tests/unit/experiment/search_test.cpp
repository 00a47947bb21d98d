#include "experiment/search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "measure/random.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

/// A space whose costs are known, with a little noise that a seed decides.
class SearchTest : public testing::Test {
 protected:
  using Cost = std::function<std::vector<double>(const Place&)>;

  TryPlace measured(Cost cost, double noise = 0) {
    return [this, cost = std::move(cost), noise](const Place& place,
                                                 std::size_t samples) -> Result<TriedPlace> {
      asked[place] = std::max(asked[place], samples);
      order.push_back(place);
      TriedPlace trial{place, {}};
      const auto costs = cost(place);
      for (const double one : costs) {
        trial.costs.emplace_back();
        for (std::size_t i = 0; i < samples; ++i)
          trial.costs.back().push_back(std::log(one) + noise * (random.fraction() - 0.5));
      }
      return trial;
    };
  }

  static const TriedPlace& best(const std::vector<TriedPlace>& trials) {
    const TriedPlace* found = nullptr;
    for (const auto& trial : trials) {
      if (!trial.failed() && (found == nullptr || trial.costs[0][0] < found->costs[0][0]))
        found = &trial;
    }
    return *found;
  }

  std::map<Place, std::size_t> asked;
  std::vector<Place> order;
  measure::Random random{5};
};

/// One valley: 1 at (3, 7, 2), more with the distance from it.
std::vector<double> valley(const Place& place) {
  const Place bottom{3, 7, 2};
  double cost = 1;
  for (std::size_t i = 0; i < place.size(); ++i)
    cost += std::abs(static_cast<double>(place[i]) - static_cast<double>(bottom[i]));
  return {cost};
}

SearchRule rule(Strategy strategy, std::size_t budget, std::vector<std::size_t> sizes = {5, 9, 4}) {
  SearchRule made;
  made.strategy = strategy;
  made.budget = budget;
  made.sizes = std::move(sizes);
  return made;
}

TEST_F(SearchTest, NamesLeadBackToTheirStrategies) {
  for (const auto strategy :
       {Strategy::exhaustive, Strategy::random, Strategy::climb, Strategy::halving})
    EXPECT_EQ(strategy_named(std::string(name_of(strategy))).value_or(Strategy::random), strategy);
  EXPECT_ERROR(strategy_named("annealing"), usage, "annealing");
}

TEST_F(SearchTest, ExhaustiveTriesEveryPlaceOnceInOrder) {
  const auto trials = search(rule(Strategy::exhaustive, 1000, {2, 3}), measured(valley));
  ASSERT_OK(trials);
  EXPECT_EQ(order, (std::vector<Place>{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}}));
  EXPECT_EQ(trials->size(), 6U);
  EXPECT_EQ(search(rule(Strategy::exhaustive, 4, {2, 3}), measured(valley))->size(), 4U);
}

TEST_F(SearchTest, RandomTriesTheBaseAndThenNoPlaceTwice) {
  const auto trials = search(rule(Strategy::random, 50), measured(valley));
  ASSERT_OK(trials);
  EXPECT_EQ(trials->size(), 50U);
  EXPECT_EQ(trials->front().place, (Place{0, 0, 0}));
  EXPECT_EQ(std::set<Place>(order.begin(), order.end()).size(), 50U);
  // A space that is smaller than the budget is used up.
  EXPECT_EQ(search(rule(Strategy::random, 50, {2, 2}), measured(valley))->size(), 4U);
}

TEST_F(SearchTest, AClimbReachesTheBottomOfAValleyWithoutSeeingItAll) {
  const auto trials = search(rule(Strategy::climb, 100), measured(valley));
  ASSERT_OK(trials);
  EXPECT_LE(trials->size(), 100U);
  EXPECT_EQ(best(*trials).place, (Place{3, 7, 2}));
}

TEST_F(SearchTest, AClimbDoesNotFollowNoise) {
  // Nothing differs, so that no neighbour may be called better: from the base all are looked at.
  auto one = rule(Strategy::climb, 11, {5, 5, 3});
  one.samples = 5;
  ASSERT_OK(search(one, measured([](const Place&) { return std::vector{1.0}; }, 0.01)));
  for (const auto& place : order) {
    std::size_t changed = 0;
    for (const std::size_t value : place) changed += value != 0 ? 1 : 0;
    EXPECT_LE(changed, 1U);
  }
}

TEST_F(SearchTest, HalvingSpendsItsSamplesOnTheBest) {
  auto halving = rule(Strategy::halving, 180);
  halving.samples = 8;
  const auto trials = search(halving, measured(valley, 0.05));
  ASSERT_OK(trials);
  EXPECT_EQ(asked.size(), 180U);  // all there are
  EXPECT_EQ(asked.at({3, 7, 2}), 8U);
  std::size_t once = 0;
  std::size_t samples = 0;
  for (const auto& [place, count] : asked) {
    once += count == 1 ? 1 : 0;
    samples += count;
  }
  EXPECT_EQ(once, 90U);
  EXPECT_LT(samples, 180U * 4);
}

TEST_F(SearchTest, HalvingKeepsTheFrontierOfSeveralObjectives) {
  auto halving = rule(Strategy::halving, 64, {8, 8});
  halving.samples = 4;
  const auto both = [](const Place& place) {
    const auto x = static_cast<double>(place[0]);
    const auto y = static_cast<double>(place[1]);
    return std::vector{1 + x + (x + y == 7 ? 0 : 5), 1 + y + (x + y == 7 ? 0 : 5)};
  };
  ASSERT_OK(search(halving, measured(both)));
  for (std::size_t x = 0; x < 8; ++x) EXPECT_EQ(asked.at({x, 7 - x}), 4U) << x;
}

TEST_F(SearchTest, PlacesThatFailAreLeftBehind) {
  const auto partly = [](const Place& place) {
    return place[0] % 2 == 1 ? std::vector<double>() : valley({place[0], place[1], 2});
  };
  for (const auto strategy :
       {Strategy::exhaustive, Strategy::random, Strategy::climb, Strategy::halving}) {
    const auto trials = search(rule(strategy, 45, {5, 9}), measured(partly));
    ASSERT_OK(trials);
    EXPECT_EQ(best(*trials).place[0] % 2, 0U) << name_of(strategy);
    EXPECT_EQ(best(*trials).place[1], 7U) << name_of(strategy);
  }
}

TEST_F(SearchTest, ABaseThatFailsIsClimbedAwayFrom) {
  const auto partly = [](const Place& place) {
    return place[0] == 0 ? std::vector<double>() : valley({place[0], place[1], 2});
  };
  const auto trials = search(rule(Strategy::climb, 45, {5, 9}), measured(partly));
  ASSERT_OK(trials);
  EXPECT_EQ(best(*trials).place, (Place{3, 7}));
}

TEST_F(SearchTest, TheSameSeedAndAnswersLeadAlongTheSamePlaces) {
  for (const auto strategy : {Strategy::random, Strategy::climb, Strategy::halving}) {
    order.clear();
    ASSERT_OK(search(rule(strategy, 40), measured(valley)));
    const auto first = order;
    order.clear();
    ASSERT_OK(search(rule(strategy, 40), measured(valley)));
    EXPECT_EQ(order, first) << name_of(strategy);
    order.clear();
    auto other = rule(strategy, 40);
    other.seed = 2;
    ASSERT_OK(search(other, measured(valley)));
    EXPECT_NE(order, first) << name_of(strategy);
  }
}

TEST_F(SearchTest, AnErrorEndsTheSearch) {
  const TryPlace interrupted = [](const Place&, std::size_t) -> Result<TriedPlace> {
    return fail(ErrorCode::interrupted, "interrupted");
  };
  for (const auto strategy :
       {Strategy::exhaustive, Strategy::random, Strategy::climb, Strategy::halving})
    EXPECT_ERROR(search(rule(strategy, 9), interrupted), interrupted, "");
}

TEST_F(SearchTest, PruningKeepsWhatMatters) {
  const auto cost = [](const Place& place) {
    if (place[3] == 0 && place[0] == 1) return std::vector<double>();
    return std::vector{10.0 * (place[0] == 1 ? 0.5 : 1) * (place[2] == 1 ? 0.9 : 1)};
  };
  auto pruning = rule(Strategy::climb, 1, {2, 2, 2, 2});
  pruning.samples = 5;
  const auto try_place = measured(cost, 0.001);
  const TriedPlace best = *try_place({1, 1, 1, 1}, 5);
  const auto pruned = prune(pruning, best, try_place);
  ASSERT_OK(pruned);
  EXPECT_EQ(pruned->trial.place, (Place{1, 0, 1, 1}));
  ASSERT_EQ(pruned->choices.size(), 4U);
  EXPECT_TRUE(pruned->choices[0].matters);
  EXPECT_NEAR(pruned->choices[0].without.ratio, 2, 0.01);
  EXPECT_FALSE(pruned->choices[1].matters);
  EXPECT_NEAR(pruned->choices[2].without.ratio, 1 / 0.9, 0.01);
  EXPECT_LT(pruned->choices[2].without.interval.low, 1 / 0.9);
  EXPECT_TRUE(pruned->choices[3].failed_without);
  EXPECT_TRUE(pruned->choices[3].matters);
}

/// Answers with fixed costs of two places: without the one choice, and with it.
TryPlace two_places(const std::vector<double>& without, const std::vector<double>& with) {
  return [without, with](const Place& place, std::size_t samples) -> Result<TriedPlace> {
    TriedPlace trial{place, {{}}};
    const auto& costs = place[0] == 0 ? without : with;
    for (std::size_t i = 0; i < std::min(samples, costs.size()); ++i)
      trial.costs[0].push_back(std::log(costs[i]));
    return trial;
  };
}

TEST_F(SearchTest, PruningTakesNoNoiseForAChoiceThatMatters) {
  const auto pruning = rule(Strategy::climb, 1, {2});
  // 4 % worse by the middle, but the two overlap.
  const auto noisy = two_places({1.0, 1.04, 1.12}, {0.9, 0.9, 0.9, 0.99, 1.0, 1.05});
  const auto best = noisy({1}, 3);
  ASSERT_OK(best);
  const auto pruned = prune(pruning, *best, noisy);
  ASSERT_OK(pruned);
  ASSERT_EQ(pruned->choices.size(), 1U);
  EXPECT_GT(pruned->choices[0].without.ratio, 1 + pruning.margin);
  EXPECT_FALSE(pruned->choices[0].matters);
  EXPECT_GT(pruned->choices[0].needed, 0U);
  EXPECT_EQ(pruned->trial.place, Place{1}) << "nor is it shown not to";
}

TEST_F(SearchTest, PruningShowsWithThreeSamplesWhatIsClear) {
  const auto pruning = rule(Strategy::climb, 1, {2});
  const auto clear = two_places({2.0, 2.02, 2.04}, {1.0, 1.0, 1.0, 1.01, 1.02, 1.03});
  const auto pruned = prune(pruning, *clear({1}, 3), clear);
  ASSERT_OK(pruned);
  EXPECT_TRUE(pruned->choices[0].matters);
  EXPECT_EQ(pruned->choices[0].needed, 0U);
  EXPECT_TRUE(std::isfinite(pruned->choices[0].without.interval.high));
}

TEST_F(SearchTest, PruningDoesNotTrustTheSamplesThatMadeAPlaceTheBest) {
  // Lucky when it was chosen; measured again it is what the other one is.
  const auto lucky = two_places({1.0, 1.001, 1.002}, {0.5, 0.5, 0.5, 1.0, 1.001, 1.002});
  const auto pruned = prune(rule(Strategy::climb, 1, {2}), *lucky({1}, 3), lucky);
  ASSERT_OK(pruned);
  EXPECT_FALSE(pruned->choices[0].matters);
  EXPECT_EQ(pruned->choices[0].needed, 0U) << "all within the margin";
  EXPECT_EQ(pruned->trial.place, Place{0});
}

TEST_F(SearchTest, HalvingDropsWhatIsClearlyBeatenWithFewSamples) {
  auto halving = rule(Strategy::halving, 16, {16});
  const auto steep = [](const Place& place) {
    return std::vector{static_cast<double>((place[0] + 5) % 16 + 1)};
  };
  ASSERT_OK(search(halving, measured(steep)));
  std::map<std::size_t, std::size_t> places;  // by samples
  for (const auto& [place, samples] : asked) ++places[samples];
  EXPECT_EQ(places[1], 8U);
  EXPECT_EQ(places[2], 7U) << "half of these would be asked a third time without racing";
  EXPECT_EQ(places[3], 1U);
  EXPECT_EQ(asked.at({11}), 3U) << "the best gets all its samples";
}

}  // namespace
}  // namespace ck::experiment
