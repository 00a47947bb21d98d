#include "solve/graph.hpp"

#include <gtest/gtest.h>

namespace ck::solve {
namespace {

TEST(StrongComponents, put_vertices_of_one_circle_together) {
  // 0 -> 1 -> 2 -> 0, 2 -> 3, 4 alone
  const auto component = strong_components({{1}, {2}, {0, 3}, {}, {}});
  EXPECT_EQ(component[0], component[1]);
  EXPECT_EQ(component[1], component[2]);
  EXPECT_NE(component[2], component[3]);
  EXPECT_NE(component[3], component[4]);
}

TEST(StrongComponents, number_successors_first) {
  const auto component = strong_components({{1, 2}, {3}, {3}, {}});
  EXPECT_GT(component[0], component[1]);
  EXPECT_GT(component[0], component[2]);
  EXPECT_GT(component[1], component[3]);
  EXPECT_GT(component[2], component[3]);
}

TEST(StrongComponents, do_not_use_the_stack_for_long_chains) {
  constexpr std::uint32_t kLength = 300'000;
  Graph chain(kLength);
  for (std::uint32_t i = 0; i + 1 < kLength; ++i) chain[i].push_back(i + 1);
  EXPECT_EQ(strong_components(chain)[0], kLength - 1);
}

TEST(ShortestCycle, goes_from_the_start_to_its_last_predecessor) {
  // The long way 0 -> 1 -> 2 -> 3 -> 0 and the short one 0 -> 3 -> 0
  EXPECT_EQ(shortest_cycle({{1, 3}, {2}, {3}, {0}}, 0), (std::vector<std::uint32_t>{0, 3}));
}

TEST(ShortestCycle, may_be_a_single_vertex) {
  EXPECT_EQ(shortest_cycle({{1, 0}, {0}}, 0), (std::vector<std::uint32_t>{0}));
}

TEST(ShortestCycle, is_empty_when_there_is_none) {
  EXPECT_TRUE(shortest_cycle({{1}, {2}, {1}}, 0).empty());
}

}  // namespace
}  // namespace ck::solve
