#include "sys/host.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

/// A folder that stands for the root of another machine.
class FakeMachine {
 public:
  FakeMachine& has(const std::string& file, const std::string& text) {
    test::write_text(home_ / file, text);
    return *this;
  }
  const fs::path& root() const { return home_.path(); }

 private:
  test::TemporaryHome home_;
};

TEST(HostFacts, DescribeThisMachine) {
  const HostFacts facts = read_host_facts();
  EXPECT_FALSE(facts.architecture.empty());
  EXPECT_FALSE(facts.kernel.empty());
  EXPECT_GE(facts.logical_cpus, 1u);
  EXPECT_GT(facts.memory_bytes, 64u << 20);
  EXPECT_EQ(facts.libc.substr(0, 8), "glibc 2.");
  EXPECT_TRUE(std::is_sorted(facts.cpu_flags.begin(), facts.cpu_flags.end()));
}

TEST(HostFacts, ReadTheProcessor) {
  FakeMachine machine;
  machine.has("proc/cpuinfo",
              "processor\t: 0\nmodel name\t: AMD EPYC 7B13\nmicrocode\t: 0xa0011d1\n"
              "flags\t\t: sse fpu avx2\n\nprocessor\t: 1\nmodel name\t: other\n");
  const HostFacts facts = read_host_facts(machine.root());
  EXPECT_EQ(facts.cpu_model, "AMD EPYC 7B13");
  EXPECT_EQ(facts.microcode, "0xa0011d1");
  EXPECT_EQ(facts.cpu_flags, (std::vector<std::string>{"avx2", "fpu", "sse"}));
}

TEST(HostFacts, ReadAProcessorThatNamesThingsDifferently) {
  FakeMachine machine;
  machine.has("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\nModel\t\t: Raspberry Pi 4\n");
  const HostFacts facts = read_host_facts(machine.root());
  EXPECT_EQ(facts.cpu_model, "Raspberry Pi 4");
  EXPECT_EQ(facts.microcode, std::nullopt);
  EXPECT_EQ(facts.cpu_flags, (std::vector<std::string>{"asimd", "fp"}));
}

TEST(HostFacts, NameTheDistribution) {
  FakeMachine debian;
  debian.has("etc/os-release", "NAME=\"Debian\"\nVERSION_ID=\"12\"\nID=debian\n");
  EXPECT_EQ(read_host_facts(debian.root()).os_id, "debian-12");
  FakeMachine rolling;
  rolling.has("usr/lib/os-release", "ID=arch\n");
  EXPECT_EQ(read_host_facts(rolling.root()).os_id, "arch");
}

TEST(HostFacts, ReadGovernorAndTurbo) {
  FakeMachine intel;
  intel.has("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
      .has("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  EXPECT_EQ(read_host_facts(intel.root()).governor, "powersave");
  EXPECT_EQ(read_host_facts(intel.root()).turbo, true);
  FakeMachine amd;
  amd.has("sys/devices/system/cpu/cpufreq/boost", "0\n");
  EXPECT_EQ(read_host_facts(amd.root()).turbo, false);
}

TEST(HostFacts, ListGraphicsProcessors) {
  FakeMachine machine;
  machine
      .has("proc/driver/nvidia/version",
           "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun 6\nGCC version:\n")
      .has("proc/driver/nvidia/gpus/0000:01:00.0/information",
           "Model: \t\t NVIDIA A100\nIRQ:   \t\t 1\n")
      .has("sys/class/drm/card0/device/vendor", "0x10de\n")
      .has("sys/class/drm/card1/device/vendor", "0x1002\n")
      .has("sys/class/drm/card1/device/device", "0x744c\n")
      .has("sys/class/drm/card1/device/uevent", "DRIVER=amdgpu\nPCI_ID=1002:744C\n")
      .has("sys/class/drm/card1-HDMI-A-1/device/vendor", "0x1002\n")
      .has("sys/class/drm/version", "drm\n");
  EXPECT_EQ(
      read_host_facts(machine.root()).gpus,
      (std::vector<std::string>{"NVIDIA A100 (driver 535.54.03)", "AMD 0x744c (driver amdgpu)"}));
}

TEST(HostFacts, AreAbsentWhenTheMachineDoesNotSay) {
  const HostFacts facts = read_host_facts("/nonexistent");
  EXPECT_EQ(facts.cpu_model, "");
  EXPECT_EQ(facts.os_id, "linux");
  EXPECT_EQ(facts.microcode, std::nullopt);
  EXPECT_EQ(facts.governor, std::nullopt);
  EXPECT_EQ(facts.turbo, std::nullopt);
  EXPECT_TRUE(facts.cpu_flags.empty());
  EXPECT_TRUE(facts.gpus.empty());
}

TEST(HostLoad, ReadsHowBusyTheMachineIs) {
  FakeMachine machine;
  machine.has("proc/loadavg", "1.25 0.80 0.50 2/345 6789\n")
      .has("proc/pressure/cpu", "some avg10=12.50 avg60=9.97 avg300=40.29 total=509996405\n")
      .has("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2600000\n")
      .has("sys/class/hwmon/hwmon0/name", "nvme\n")
      .has("sys/class/hwmon/hwmon0/temp1_input", "30000\n")
      .has("sys/class/hwmon/hwmon1/name", "k10temp\n")
      .has("sys/class/hwmon/hwmon1/temp1_input", "61500\n");
  const HostLoad load = read_host_load(machine.root());
  EXPECT_DOUBLE_EQ(load.load_1min, 1.25);
  EXPECT_EQ(load.cpu_pressure_percent, 12.5);
  ASSERT_TRUE(load.cpu_mhz && load.temperature_celsius);
  EXPECT_DOUBLE_EQ(*load.cpu_mhz, 2600);
  EXPECT_DOUBLE_EQ(*load.temperature_celsius, 61.5);
}

TEST(HostLoad, FallsBackToOtherSources) {
  FakeMachine machine;
  machine.has("proc/cpuinfo", "cpu MHz\t\t: 2596.120\n")
      .has("sys/class/thermal/thermal_zone0/temp", "45000\n");
  const HostLoad load = read_host_load(machine.root());
  EXPECT_EQ(load.cpu_mhz, 2596.12);
  ASSERT_TRUE(load.temperature_celsius);
  EXPECT_DOUBLE_EQ(*load.temperature_celsius, 45);
}

TEST(HostLoad, IsAbsentWhenTheMachineDoesNotSay) {
  const HostLoad load = read_host_load("/nonexistent");
  EXPECT_EQ(load.load_1min, 0);
  EXPECT_EQ(load.cpu_pressure_percent, std::nullopt);
  EXPECT_EQ(load.cpu_mhz, std::nullopt);
  EXPECT_EQ(load.temperature_celsius, std::nullopt);
}

TEST(ProcessVariables, SplitAtTheFirstEqualsSign) {
  setenv("CK_TEST_VARIABLE", "a=b", 1);
  const auto variables = process_variables();
  unsetenv("CK_TEST_VARIABLE");
  const std::pair<std::string, std::string> wanted("CK_TEST_VARIABLE", "a=b");
  EXPECT_NE(std::find(variables.begin(), variables.end(), wanted), variables.end());
}

}  // namespace
}  // namespace ck::sys
