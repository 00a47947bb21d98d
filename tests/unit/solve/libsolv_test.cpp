/// The solver against libsolv on random universes: both must find a solution, or neither.

#include <gtest/gtest.h>

#include "libsolv_oracle.hpp"
#include "random_universe.hpp"
#include "solve/attempt.hpp"
#include "support/solver_scenario.hpp"

namespace ck::solve {
namespace {

TEST(RandomUniverses, can_be_solved_if_and_only_if_libsolv_says_so) {
  std::size_t solved = 0;
  std::size_t unsolvable = 0;
  const auto wanted = test::random_universes();
  for (std::uint64_t seed = 0; solved + unsolvable < wanted && seed < 4 * wanted; ++seed) {
    const test::RandomUniverse given(seed);
    const auto index = Index::build(given.universe, given.request.reuse);
    Budget budget{1'000'000};
    const auto own = attempt(*index, given.request, {}, budget);
    const auto expected = test::libsolv_finds_a_solution(own.problem);
    if (!expected) continue;
    ASSERT_EQ(own.outcome.type == Outcome::Type::solved, *expected)
        << "seed " << seed << "\n"
        << test::scenario_text(given.universe, given.request);
    ++(*expected ? solved : unsolvable);
  }
  EXPECT_EQ(solved + unsolvable, wanted);
  EXPECT_GE(solved, wanted / 4);
  EXPECT_GE(unsolvable, wanted / 4);
  RecordProperty("solved", static_cast<int>(solved));
  RecordProperty("unsolvable", static_cast<int>(unsolvable));
}

}  // namespace
}  // namespace ck::solve
