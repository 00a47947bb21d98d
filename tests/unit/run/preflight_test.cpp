#include "run/preflight.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ck::run {
namespace {

sys::NoiseFacts quiet() {
  sys::NoiseFacts facts;
  facts.cpus = 2;
  facts.load_1min = 0.05;
  facts.governor = "performance";
  facts.turbo = false;
  return facts;
}

TEST(Preflight, OfAQuietMachineIsGreen) {
  const auto preflight = assess(quiet());
  EXPECT_EQ(preflight.noise, Noise::green);
  EXPECT_TRUE(preflight.findings.empty());
}

TEST(Preflight, NamesBusyProcesses) {
  auto facts = quiet();
  facts.busy = {{4711, "cc1plus", 0.93}, {5, "b", 0.2}, {6, "c", 0.1}, {7, "d", 0.06}};
  const auto preflight = assess(facts);
  EXPECT_EQ(preflight.noise, Noise::red);
  ASSERT_EQ(preflight.findings.size(), 4U);
  EXPECT_EQ(preflight.findings[0].what, "process 4711 (cc1plus) uses 0.9 processors");
  EXPECT_EQ(preflight.findings[1].noise, Noise::yellow);
  EXPECT_EQ(preflight.findings[3].what, "1 more processes are busy");
}

TEST(Preflight, GradesLoadPressureAndSteal) {
  auto facts = quiet();
  facts.load_1min = 0.6;
  EXPECT_EQ(assess(facts).noise, Noise::yellow);
  facts.load_1min = 1.9;
  EXPECT_EQ(assess(facts).noise, Noise::red);
  facts = quiet();
  facts.cpu_pressure_percent = 3;
  EXPECT_EQ(assess(facts).noise, Noise::yellow);
  facts.cpu_pressure_percent = 40;
  EXPECT_EQ(assess(facts).noise, Noise::red);
  facts = quiet();
  facts.steal_share = 0.01;
  EXPECT_EQ(assess(facts).noise, Noise::yellow);
  facts.steal_share = 0.2;
  EXPECT_EQ(assess(facts).noise, Noise::red);
}

TEST(Preflight, AdvisesOnFrequencies) {
  auto facts = quiet();
  facts.governor = "powersave";
  facts.turbo = true;
  const auto preflight = assess(facts);
  EXPECT_EQ(preflight.noise, Noise::yellow);
  ASSERT_EQ(preflight.findings.size(), 2U);
  EXPECT_NE(preflight.findings[0].advice.find("--fix"), std::string::npos);
  facts.throttled = 3;
  EXPECT_EQ(assess(facts).noise, Noise::red);
}

TEST(Preflight, GoesIntoTheRecord) {
  auto facts = quiet();
  facts.turbo = true;
  const Json json = to_json(assess(facts));
  EXPECT_EQ(json["noise"], "yellow");
  EXPECT_EQ(json["findings"][0]["noise"], "yellow");
  EXPECT_FALSE(json["findings"][0]["what"].get<std::string>().empty());
}

}  // namespace
}  // namespace ck::run
