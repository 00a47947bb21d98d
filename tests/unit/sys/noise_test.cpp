#include "sys/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/temporary_home.hpp"
#include "sys/counters.hpp"
#include "sys/process.hpp"

namespace ck::sys {
namespace {

class Noise : public ::testing::Test {
 protected:
  void has(const std::string& file, const std::string& text) {
    test::write_text(machine_.path() / file, text);
  }
  const fs::path& root() const { return machine_.path(); }
  std::string text(const std::string& file) const { return test::read_text(root() / file); }

  test::TemporaryHome machine_;
};

TEST_F(Noise, ReadsWhatTheProcessorsDid) {
  has("proc/stat", "cpu  100 0 50 800 20 0 10 40 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  const auto times = read_cpu_times(root());
  ASSERT_TRUE(times);
  EXPECT_EQ(times->busy_ns, 1'600'000'000);
  EXPECT_EQ(times->steal_ns, 400'000'000);
  EXPECT_EQ(times->idle_ns, 8'200'000'000);
}

TEST_F(Noise, KnowsNoTimesWhereTheMachineDoesNotSay) {
  EXPECT_FALSE(read_cpu_times(root()));
  has("proc/stat", "intr 1 2 3 4 5 6 7 8 9\n");
  EXPECT_FALSE(read_cpu_times(root()));
}

TEST_F(Noise, ReadsSettingsAndLoad) {
  has("proc/loadavg", "1.50 0.80 0.50 2/345 6789\n");
  has("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  has("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  const auto facts = watch_noise(0, root());
  EXPECT_EQ(facts.load_1min, 1.5);
  EXPECT_EQ(facts.governor, "powersave");
  EXPECT_EQ(facts.turbo, true);
  EXPECT_EQ(facts.throttled, 0U);
  EXPECT_TRUE(facts.busy.empty());
}

TEST_F(Noise, SeesNobodyBusyWhoDoesNothing) {
  has("proc/77/stat", "77 (a (strange) name) S 1 1 1 0 -1 0 0 0 0 0 500 500 0 0 20 0 1 0 1\n");
  EXPECT_TRUE(watch_noise(5, root()).busy.empty());
}

TEST_F(Noise, QuietensAndPutsBack) {
  const std::string first = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
  const std::string second = "sys/devices/system/cpu/cpu11/cpufreq/scaling_governor";
  has(first, "powersave\n");
  has(second, "performance\n");
  const auto before = quieten(NoiseSetting::performance_governor, root());
  ASSERT_OK(before);
  EXPECT_EQ(before->size(), 1U);
  EXPECT_EQ(text(first), "performance");
  restore_settings(*before);
  EXPECT_EQ(text(first), "powersave");
  EXPECT_EQ(text(second), "performance\n");
}

TEST_F(Noise, SwitchesTurboOffInEitherWay) {
  has("sys/devices/system/cpu/cpufreq/boost", "1\n");
  ASSERT_OK(quieten(NoiseSetting::no_turbo, root()));
  EXPECT_EQ(text("sys/devices/system/cpu/cpufreq/boost"), "0");
  has("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  ASSERT_OK(quieten(NoiseSetting::no_turbo, root()));
  EXPECT_EQ(text("sys/devices/system/cpu/intel_pstate/no_turbo"), "1");
}

TEST_F(Noise, SaysWhichSettingsThereAreNot) {
  const auto governor = quieten(NoiseSetting::performance_governor, root());
  ASSERT_FALSE(governor);
  EXPECT_EQ(governor.error().code, ErrorCode::unsupported);
  // A folder in the place of the file cannot be written.
  fs::create_directories(root() / "sys/devices/system/cpu/cpufreq/boost");
  const auto turbo = quieten(NoiseSetting::no_turbo, root());
  ASSERT_FALSE(turbo);
  EXPECT_EQ(turbo.error().code, ErrorCode::denied);
}

TEST_F(Noise, AddsUpTheEnergyOfPackages) {
  has("sys/class/powercap/intel-rapl:0/energy_uj", "1000\n");
  has("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "5000\n");
  has("sys/class/powercap/intel-rapl:0:0/energy_uj", "700\n");
  has("sys/class/powercap/intel-rapl:1/energy_uj", "30\n");
  const auto energy = read_energy(root());
  ASSERT_OK(energy);
  EXPECT_EQ(energy->microjoules, 1030U);
  EXPECT_EQ(energy->range_microjoules, 5000U);
}

TEST_F(Noise, SaysWhyThereIsNoEnergy) {
  EXPECT_EQ(read_energy(root()).error().code, ErrorCode::unsupported);
  fs::create_directories(root() / "sys/class/powercap/intel-rapl:0");
  EXPECT_EQ(read_energy(root()).error().code, ErrorCode::denied);
}

ProcessResult run_shell(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.variables = {{"PATH", "/usr/bin:/bin"}};
  spec.directory = "/";
  auto result = SystemProcesses().run(spec, {});
  EXPECT_OK(result);
  return result ? std::move(*result) : ProcessResult();
}

TEST(Counters, CountStartedProgramsOrSayWhyNot) {
  const auto counters = Counters::open();
  run_shell("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done");
  const auto readings = counters.read();
  ASSERT_FALSE(readings.empty());
  for (const auto& reading : readings) {
    EXPECT_TRUE(reading.value || !reading.unavailable.empty()) << reading.name;
    if (reading.name == "instructions" && reading.value) {
      EXPECT_GT(*reading.value, 10'000U);
    }
  }
}

TEST(Affinity, KeepsProgramsOnTheirProcessors) {
  const auto allowed = allowed_cpus();
  ASSERT_FALSE(allowed.empty());
  const auto faults = minor_faults_of_children();
  {
    const auto kept = Affinity::keep({allowed.back()});
    ASSERT_OK(kept);
    const auto result = run_shell("grep Cpus_allowed_list /proc/self/status | cut -f2");
    EXPECT_EQ(result.out, std::to_string(allowed.back()) + "\n");
  }
  EXPECT_GT(minor_faults_of_children(), faults);
  EXPECT_EQ(allowed_cpus(), allowed);
}

TEST(Affinity, RefusesProcessorsThatAreNotThere) {
  const auto allowed = allowed_cpus();
  EXPECT_ERROR(Affinity::keep({1000}), unsupported, "processors");
  EXPECT_ERROR(Affinity::keep({100'000}), unsupported, "processors");
  ASSERT_OK(Affinity::keep({}));
  EXPECT_EQ(allowed_cpus(), allowed);
}

}  // namespace
}  // namespace ck::sys
