#include "app/sweep.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "app/known_points.hpp"
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

TEST(AxisValues, AreDecimalRangesInTheirShortestForm) {
  EXPECT_EQ(values("0.1..0.5:0.1"), (Texts{"0.1", "0.2", "0.3", "0.4", "0.5"}));
  EXPECT_EQ(values("1..2:0.25"), (Texts{"1", "1.25", "1.5", "1.75", "2"}));
  EXPECT_EQ(values("-0.5..0.5:0.5"), (Texts{"-0.5", "0", "0.5"}));
  EXPECT_EQ(values("0.05..0.4:*2"), (Texts{"0.05", "0.1", "0.2", "0.4"}));
  EXPECT_EQ(values("0.10..0.30:0.10"), (Texts{"0.1", "0.2", "0.3"}));
  EXPECT_EQ(values("9..11:0.5"), (Texts{"9", "9.5", "10", "10.5", "11"}));
}

TEST(AxisValues, RefuseWhatOnlyLooksLikeARange) {
  for (const auto* text : {"1..x", "x..5", "1..", "..5", "1...5", "1..4:x", "1..4:*1.5", "0.5..2.5",
                           "1e-3..1e-1", "0.1..99999999999999999999:0.1"}) {
    EXPECT_ERROR(axis_values({"n", text}, {}), usage, "no range that can be counted");
  }
  EXPECT_EQ(values("main..next"), (Texts{"main..next"}));
  EXPECT_EQ(values("data/1..2"), (Texts{"data/1..2"})) << "a path";
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
  const auto points = sweep_points({{"a", {"1", "2"}}, {"c", {"p", "q"}}, {"b", {"x", "y"}}},
                                   ZipGroups{Texts{"a", "b"}});
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points->size(), 4U);
  EXPECT_EQ(points->at(0), (SweepValues{{"a", "1"}, {"b", "x"}, {"c", "p"}}));
  EXPECT_EQ(points->at(3), (SweepValues{{"a", "2"}, {"b", "y"}, {"c", "q"}}));
  EXPECT_ERROR(sweep_points({{"a", {"1", "2"}}, {"b", {"x"}}}, ZipGroups{Texts{"a", "b"}}), usage,
               "--zip");
}

TEST(SweepPoints, CrossSeveralZippedGroups) {
  const ValueLists axes{{"a", {"1", "2"}}, {"c", {"p", "q"}}, {"b", {"x", "y"}}, {"d", {"m", "n"}}};
  const auto points = sweep_points(axes, ZipGroups{Texts{"a", "b"}, Texts{"d", "c"}});
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 4U);
  EXPECT_EQ(points->at(1), (SweepValues{{"a", "1"}, {"b", "x"}, {"c", "q"}, {"d", "n"}}));
  EXPECT_EQ(points->at(2), (SweepValues{{"a", "2"}, {"b", "y"}, {"c", "p"}, {"d", "m"}}));
  EXPECT_ERROR(sweep_points(axes, ZipGroups{Texts{"a", "e"}}), usage, "no --param.e");
  EXPECT_ERROR(sweep_points(axes, ZipGroups{Texts{"a", "b"}, Texts{"b", "c"}}), usage,
               "'b' is named twice");
}

TEST(SweepId, TellsWhatDecidesChoicesApart) {
  RunRequest base;
  base.calibrate = true;
  const auto id = sweep_id(base);
  EXPECT_EQ(sweep_id(base), id);
  auto other = base;
  other.collective.presets = {{"lib", "0123456789abcdef"}};
  EXPECT_NE(sweep_id(other), id);
  other = base;
  other.collective.added_tags = {{"lib", "v2"}};
  EXPECT_NE(sweep_id(other), id);
  other = base;
  other.collective.order = "ck";
  EXPECT_NE(sweep_id(other), id);
  other = base;
  other.locked = LockedUse{};
  EXPECT_NE(sweep_id(other), id);
  other = base;
  other.sampling.repetitions = 7;
  EXPECT_EQ(sweep_id(other), id) << "how often is compared point by point";
}

store::Point point_with(std::size_t repetitions, const std::string& document) {
  store::Point point;
  point.document = document;
  point.keys = {{"time", "ms", "lower", "performance"}};
  for (std::size_t i = 0; i < repetitions; ++i) {
    store::Repetition repetition;
    repetition.number = static_cast<int>(i) + 1;
    repetition.ok = true;
    repetition.metrics = {i % 2 == 0 ? 10.0 : 12.0};
    point.repetitions.push_back(repetition);
  }
  return point;
}

TEST(KnownPoints, AreThoseMeasuredOftenEnough) {
  experiment::Sampling wanted;
  wanted.repetitions = 6;
  EXPECT_FALSE(is_enough(point_with(2, "{}"), wanted));
  EXPECT_TRUE(is_enough(point_with(6, "{}"), wanted));
  wanted.precision = 0.5;
  EXPECT_FALSE(is_enough(point_with(2, "{}"), wanted)) << "too few to be precise";
  EXPECT_TRUE(is_enough(point_with(20, "{}"), wanted));
  wanted.precision = 0.0001;
  EXPECT_FALSE(is_enough(point_with(20, "{}"), wanted));
}

TEST(KnownPoints, AreThoseThatUsedUpTheSameTime) {
  const auto point = point_with(20, R"({"sampling": {"precision": 0.0001, "metric": "time",
                                         "time_budget_seconds": 60, "precise": false}})");
  experiment::Sampling wanted;
  wanted.precision = 0.0001;
  wanted.budget_seconds = 60;
  EXPECT_TRUE(is_enough(point, wanted)) << "measuring again would end no better";
  wanted.budget_seconds = 600;
  EXPECT_FALSE(is_enough(point, wanted));
  wanted.budget_seconds = 60;
  wanted.metric = "wall_time";
  EXPECT_FALSE(is_enough(point, wanted));
}

TEST(KnownPoints, AreMeasuredByTheMetricOfTheirOwnProgram) {
  auto point = point_with(20, R"({"sampling": {"precision": 0.0001, "metric": "time",
                                   "time_budget_seconds": 60, "precise": false},
                                  "plan": {"metrics": [{"name": "time"}]}})");
  // Another program of the experiment brought this one, which this point has no numbers of.
  point.keys.insert(point.keys.begin(), {"another", "s", "lower", "performance"});
  for (auto& repetition : point.repetitions)
    repetition.metrics.insert(repetition.metrics.begin(), std::numeric_limits<double>::quiet_NaN());
  experiment::Sampling wanted;
  wanted.precision = 0.0001;
  wanted.budget_seconds = 60;
  EXPECT_TRUE(is_enough(point, wanted));
}

TEST(KnownPoints, TellWhatIsLeftAsideInOneLine) {
  EXPECT_EQ(text_of(LeftAside{}), "");
  EXPECT_EQ(text_of(LeftAside{1, 0}),
            "1 recorded point is left aside and measured anew: 1 of other code");
  EXPECT_EQ(
      text_of(LeftAside{2, 1}),
      "3 recorded points are left aside and measured anew: 2 of other code, 1 of other sampling");
}

TEST(SweepPoints, AreNotTooMany) {
  const Texts many(1000, "v");
  EXPECT_ERROR(sweep_points({{"a", many}, {"b", many}}, {}), usage, "points of this sweep");
  EXPECT_EQ(sweep_points({}, {})->size(), 1U);
}

}  // namespace
}  // namespace ck::app
