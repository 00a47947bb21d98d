#include "app/sweep.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::app {
namespace {

using Texts = std::vector<std::string>;

Texts values(const std::string& text, const Texts& choices = {}) {
  auto found = axis_values({"n", text}, choices);
  EXPECT_TRUE(found.has_value()) << text;
  return found.value_or(Texts{});
}

TEST(AxisValues, AreListsRangesAndChoices) {
  EXPECT_EQ(values("a,b"), (Texts{"a", "b"}));
  EXPECT_EQ(values("1..4"), (Texts{"1", "2", "3", "4"}));
  EXPECT_EQ(values("1..6:2"), (Texts{"1", "3", "5"}));
  EXPECT_EQ(values("1..20:*3"), (Texts{"1", "3", "9"}));
  EXPECT_EQ(values("-2..0"), (Texts{"-2", "-1", "0"}));
  EXPECT_EQ(values("@all", {"x", "y"}), (Texts{"x", "y"}));
  EXPECT_EQ(values("0,2..3,-O2"), (Texts{"0", "2", "3", "-O2"}));
  EXPECT_EQ(values("../file"), (Texts{"../file"})) << "no range: no numbers";
  EXPECT_EQ(values("9223372036854775806..9223372036854775807").size(), 2U);
}

TEST(AxisValues, RefuseWhatCannotBeCounted) {
  for (const auto* text : {"4..1", "1..4:0", "1..4:-1", "0..8:*2", "1..8:*1", "1..1000000"}) {
    EXPECT_ERROR(axis_values({"n", text}, {}), usage, "--param.n");
  }
  EXPECT_ERROR(axis_values({"n", "@all"}, {}), usage, "no choices");
}

TEST(SweepPoints, AreAllCombinationsTheLastAxisFastest) {
  const auto points = sweep_points({{"a", {"1", "2"}}, {"b", {"x", "y"}}}, {});
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points->size(), 4U);
  EXPECT_EQ(points->at(1), (SweepValues{{"a", "1"}, {"b", "y"}}));
  EXPECT_EQ(points->at(2), (SweepValues{{"a", "2"}, {"b", "x"}}));
}

TEST(SweepPoints, StepZippedAxesTogether) {
  const auto points =
      sweep_points({{"a", {"1", "2"}}, {"c", {"p", "q"}}, {"b", {"x", "y"}}}, {"a", "b"});
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points->size(), 4U);
  EXPECT_EQ(points->at(0), (SweepValues{{"a", "1"}, {"b", "x"}, {"c", "p"}}));
  EXPECT_EQ(points->at(3), (SweepValues{{"a", "2"}, {"b", "y"}, {"c", "q"}}));
  EXPECT_ERROR(sweep_points({{"a", {"1", "2"}}, {"b", {"x"}}}, {"a", "b"}), usage, "--zip");
}

TEST(SweepPoints, AreNotTooMany) {
  const Texts many(1000, "v");
  EXPECT_ERROR(sweep_points({{"a", many}, {"b", many}}, {}), usage, "points of this sweep");
  EXPECT_EQ(sweep_points({}, {})->size(), 1U);
}

}  // namespace
}  // namespace ck::app
