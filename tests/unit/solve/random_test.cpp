/// The solver against the reference on random universes. A universe that fails is printed in the
/// format of tests/scenarios, ready to be kept there.

#include <gtest/gtest.h>

#include "random_universe.hpp"
#include "reference_solver.hpp"
#include "solve/attempt.hpp"
#include "solve/solver.hpp"
#include "support/solver_scenario.hpp"

namespace ck::solve {
namespace {

using test::RandomUniverse;
using test::ReferenceChoices;

ReferenceChoices choices_of(const Resolution& resolution) {
  ReferenceChoices result;
  for (const auto& choice : resolution.choices)
    result[{choice.scope, choice.key}] = choice.candidate;
  return result;
}

/// Whether each choice stands after those its candidate needs (unless nothing has to be built).
bool in_building_order(const Universe& universe, const Resolution& resolution) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < resolution.choices.size(); ++i)
    place.try_emplace(resolution.choices[i].candidate, i);
  for (const auto& candidate : universe.candidates) {
    if (candidate.origin != Origin::buildable || !place.contains(candidate.id)) continue;
    for (const auto& [key, needed] : resolution.edges.at(candidate.id))
      if (place.at(needed) >= place.at(candidate.id)) return false;
  }
  return true;
}

TEST(RandomUniverses, are_answered_as_by_the_reference) {
  const auto wanted = test::random_universes();
  std::size_t solved = 0;
  std::size_t unsolvable = 0;
  for (std::uint64_t seed = 0; seed < wanted; ++seed) {
    const RandomUniverse given(seed);
    const auto expected = test::reference_solve(given.universe, given.request, 20'000);
    if (expected.gave_up) continue;
    const auto outcome = solve(given.universe, given.request);
    const auto story = [&] {
      return "seed " + std::to_string(seed) + "\n" +
             test::scenario_text(given.universe, given.request) + test::outcome_text(outcome, true);
    };
    ASSERT_TRUE(outcome) << story();
    const auto* resolution = std::get_if<Resolution>(&*outcome);
    ASSERT_EQ(resolution != nullptr, expected.choices.has_value()) << story();
    if (resolution == nullptr) {
      ++unsolvable;
      ASSERT_FALSE(std::get<Conflict>(*outcome).tree.statement.empty()) << story();
      continue;
    }
    ++solved;
    ASSERT_EQ(choices_of(*resolution), *expected.choices) << story();
    ASSERT_TRUE(in_building_order(given.universe, *resolution)) << story();
  }
  EXPECT_GE(solved, wanted / 4);
  EXPECT_GE(unsolvable, wanted / 4);
  EXPECT_GE(solved + unsolvable, wanted * 99 / 100);
}

TEST(RandomUniverses, give_the_same_answer_whatever_the_order_of_candidates) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomUniverse given(seed);
    const auto before = test::outcome_text(solve(given.universe, given.request), true);
    std::shuffle(given.universe.candidates.begin(), given.universe.candidates.end(),
                 std::mt19937_64(seed));
    ASSERT_EQ(test::outcome_text(solve(given.universe, given.request), true), before) << seed;
  }
}

TEST(RandomUniverses, give_conflicts_of_which_nothing_can_be_left_out) {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const RandomUniverse given(seed);
    const auto index = Index::build(given.universe, given.request.reuse);
    Budget budget{1'000'000};
    const auto failed = attempt(*index, given.request, {}, budget);
    if (failed.outcome.type == Outcome::Type::solved) continue;
    const auto minimal = minimised(*index, given.request, blamed(failed, {}), budget);
    ASSERT_EQ(attempt(*index, given.request, {.only = &minimal}, budget).outcome.type,
              Outcome::Type::unsolvable)
        << seed;
    for (const auto& requirement : minimal) {
      auto rest = minimal;
      rest.erase(requirement);
      ASSERT_EQ(attempt(*index, given.request, {.only = &rest}, budget).outcome.type,
                Outcome::Type::solved)
          << seed;
    }
  }
}

}  // namespace
}  // namespace ck::solve
