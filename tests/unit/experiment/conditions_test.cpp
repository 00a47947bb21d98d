#include "experiment/conditions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiment/replay.hpp"
#include "experiment/versus.hpp"
#include "script_plan.hpp"
#include "support/installation.hpp"

namespace ck::experiment {
namespace {

store::Point with_document(const std::string& document) {
  store::Point point;
  point.uid = "0123456789abcdef";
  point.document = document;
  return point;
}

TEST(HoldConditions, AreThoseOfTheRecord) {
  const auto recorded =
      with_document(R"({"sampling": {"environment": "varied", "seed": 7, "cpus": [1, 3]}})");
  Sampling sampling;
  const auto unequal = hold_conditions(recorded, {0, 1, 2, 3}, sampling);
  ASSERT_OK(unequal);
  EXPECT_TRUE(unequal->empty());
  EXPECT_EQ(sampling.cpus, (std::vector<unsigned>{1, 3}));
  EXPECT_TRUE(sampling.vary_environment);
  EXPECT_EQ(sampling.seed, 7U);
}

TEST(HoldConditions, TellWhatIsNotToBeHad) {
  const auto recorded = with_document(R"({"sampling": {"environment": "fixed", "cpus": [1, 9]}})");
  Sampling sampling;
  const auto unequal = hold_conditions(recorded, {0, 1}, sampling);
  ASSERT_OK(unequal);
  ASSERT_EQ(unequal->size(), 1U);
  EXPECT_EQ(unequal->at(0).what, "processors");
  EXPECT_EQ(unequal->at(0).recorded, "1,9");
  EXPECT_EQ(unequal->at(0).now, "any");
  EXPECT_TRUE(sampling.cpus.empty());
  sampling.vary_environment = true;
  const auto both = condition_differences(recorded, sampling);
  ASSERT_OK(both);
  EXPECT_EQ(both->size(), 2U);
}

TEST(HoldConditions, OfARecordWithoutThemAreTheUsualOnes) {
  for (const auto* document : {"{}", R"({"sampling": 3})", R"({"sampling": {"cpus": ["x"]}})"}) {
    Sampling sampling;
    const auto unequal = hold_conditions(with_document(document), {0}, sampling);
    ASSERT_OK(unequal);
    EXPECT_TRUE(unequal->empty()) << document;
    EXPECT_TRUE(sampling.cpus.empty()) << document;
    EXPECT_FALSE(sampling.vary_environment) << document;
  }
}

class Recorded : public ::testing::Test {
 protected:
  store::Point run() {
    PointRequest request;
    request.experiment = "demo";
    auto& context = machine_.context();
    auto outcome = execute_point(request, plan_, {}, {}, context);
    EXPECT_OK(outcome);
    return outcome ? outcome->point : store::Point();
  }

  /// Two variants of one plan and the guard.
  std::vector<store::Point> compare_with_itself() {
    VersusRequest request;
    request.point.experiment = "demo";
    for (const auto* label : {"a", "b"}) {
      Variant variant;
      variant.label = label;
      variant.plan = plan_;
      request.variants.push_back(std::move(variant));
    }
    auto outcome = execute_versus(request, {}, machine_.context());
    EXPECT_OK(outcome);
    return outcome ? outcome->points : std::vector<store::Point>();
  }

  std::vector<std::string> sessions(const store::Point& recorded) {
    const auto found = sessions_of(recorded, machine_.context().store);
    EXPECT_OK(found);
    std::vector<std::string> uids;
    if (found) {
      for (const auto& point : *found) uids.push_back(point.uid);
    }
    return uids;
  }

  run::RunPlan plan_ = script_plan("echo time 7", "time");
  test::Installation machine_;
};

TEST_F(Recorded, SessionsOfOneComparisonAreOne) {
  const auto compared = compare_with_itself();
  ASSERT_EQ(compared.size(), 3U);
  const auto alone = run();
  using Uids = std::vector<std::string>;
  EXPECT_EQ(sessions(alone), (Uids{compared[0].uid, alone.uid}));
  EXPECT_EQ(sessions(compared[0]), (Uids{compared[0].uid, alone.uid}));
  EXPECT_EQ(sessions(compared[1]), (Uids{compared[1].uid, alone.uid}))
      << "the recorded point stands for its comparison";
  const auto again = compare_with_itself();
  ASSERT_EQ(again.size(), 3U);
  EXPECT_EQ(sessions(alone), (Uids{compared[0].uid, alone.uid, again[0].uid}));
  EXPECT_EQ(sessions(compared[2]).size(), 3U) << "a guard only if it is what is asked about";
}

TEST_F(Recorded, WhatCannotBeHeldEqualIsTold) {
  const auto recorded = run();
  PointRequest request;
  auto& context = machine_.context();
  const auto unequal =
      hold_equal(recorded, {{"package:lib", "1.0", "2.0"}}, plan_, {}, request, context);
  ASSERT_OK(unequal);
  EXPECT_TRUE(unequal->empty()) << "conditions of measuring are the same";
  const auto warnings = machine_.events.of<Warning>();
  EXPECT_TRUE(std::ranges::any_of(warnings, [](const Warning& warning) {
    return warning.message == "cannot be held equal: package:lib: 2.0 instead of 1.0";
  }));
}

TEST(ReplayLevel, HasNames) {
  EXPECT_EQ(name_of(ReplayLevel::same_store), "same store");
  EXPECT_EQ(name_of(ReplayLevel::rebuilt), "rebuilt");
  EXPECT_EQ(name_of(ReplayLevel::capsule), "capsule");
  EXPECT_EQ(name_of(ReplayLevel::substitutions), "substitutions");
  EXPECT_EQ(name_of(ReplayLevel::inspect), "inspect");
}

}  // namespace
}  // namespace ck::experiment
