#include "app/per_iteration.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::app {
namespace {

const std::vector<store::MetricKey> kKeys{{"wall_time", "ns", "lower", "performance"},
                                          {"iteration_time", "ns", "lower", "performance"},
                                          {"peak_memory", "bytes", "lower", "memory"},
                                          {"cycles", "count", "lower", "counter"},
                                          {"energy", "uJ", "lower", "energy"}};

run::RunPlan plan_of_ours(std::uint64_t count) {
  run::RunPlan plan;
  plan.iterations = run::Iterations{"ROUNDS", {}, count};
  return plan;
}

run::RunPlan plan_of_ck(const model::Values& parameters) {
  run::RunPlan plan;
  plan.surroundings = "{}";
  plan.parameters = parameters;
  return plan;
}

TEST(PerIteration, RunsRepeatTheirWorkAsTheirPlansSay) {
  EXPECT_EQ(iterations_of(plan_of_ours(7)), 7U);
  EXPECT_EQ(iterations_of(plan_of_ck({{"repeat", "500"}})), 500U);
  EXPECT_EQ(iterations_of(plan_of_ck({})), 1U);
  EXPECT_EQ(iterations_of(plan_of_ck({{"repeat", "often"}})), 1U);
  run::RunPlan plan;
  plan.parameters = {{"repeat", "500"}};
  EXPECT_EQ(iterations_of(plan), std::nullopt) << "a parameter of the program's own";
}

TEST(PerIteration, WhatIsOfTheWholeRunIsShared) {
  const auto plan = plan_of_ours(10);
  const std::vector<double> shares{10, 1, 1, 10, 10};
  for (std::size_t i = 0; i < kKeys.size(); ++i)
    EXPECT_EQ(iterations_in(kKeys[i], plan), shares[i]) << kKeys[i].name;
  EXPECT_EQ(iterations_in({"total_execution_time", "s", "lower", "performance"},
                          plan_of_ck({{"repeat", "4"}})),
            4);
}

TEST(PerIteration, WhatTheProgramDeclaresIsWhatItSays) {
  auto plan = plan_of_ours(10);
  plan.metrics.emplace_back();
  plan.metrics.back().name = "wall_time";
  EXPECT_EQ(iterations_in(kKeys[0], plan), 1);
}

TEST(PerIteration, ConditionsAreOfOneIteration) {
  const auto whole = [](const char* text) {
    const auto condition = experiment::parse_condition(text);
    EXPECT_TRUE(condition.has_value()) << text;
    const auto changed = of_whole_run(condition.value(), kKeys, plan_of_ours(10));
    return experiment::text_of(changed);
  };
  const auto plain = [](const char* text) {
    return experiment::text_of(experiment::parse_condition(text).value());
  };
  EXPECT_EQ(whole("wall_time < 5ms"), plain("wall_time < 50ms"));
  EXPECT_EQ(whole("not (wall_time_ms.p90 in (1, 2) or cycles > 3)"),
            plain("not (wall_time_ms.p90 in (10, 20) or cycles > 30)"));
  for (const auto* same : {"iteration_time < 5ms", "wall_time.count > 2", "peak_memory > 1",
                           "state = ok", "host.cpus > 2"})
    EXPECT_EQ(whole(same), plain(same));
}

}  // namespace
}  // namespace ck::app
