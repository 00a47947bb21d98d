#pragma once
/// What machine this is and how busy it is, as far as an ordinary user may see.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/path.hpp"

namespace ck::sys {

/// Facts that do not change while a command runs. Absent means the machine does not say.
struct HostFacts {
  std::string architecture;  ///< "x86_64"
  std::string cpu_model;
  std::uint32_t logical_cpus = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;  ///< "6.1.0-18-amd64"
  std::string os_id;   ///< "debian-12" from os-release, "linux" if that says nothing
  std::string libc;    ///< "glibc 2.36"
  std::optional<std::string> microcode;
  std::optional<std::string> governor;  ///< cpufreq governor of CPU 0
  std::optional<bool> turbo;            ///< frequency boost on
  std::vector<std::string> cpu_flags;   ///< sorted
  std::vector<std::string> gpus;        ///< "NVIDIA … (driver 5xx)" from /proc and /sys only
};

/// How noisy the machine is at one moment.
struct HostLoad {
  double load_1min = 0;                        ///< runnable processes, 1-minute mean
  std::optional<double> cpu_pressure_percent;  ///< PSI "some avg10"
  std::optional<double> cpu_mhz;               ///< of CPU 0
  std::optional<double> temperature_celsius;
};

/// `root` is where /proc, /sys and /etc are found.
HostFacts read_host_facts(const fs::path& root = "/");
HostLoad read_host_load(const fs::path& root = "/");

/// The variables of this process, in the order the system gives them.
std::vector<std::pair<std::string, std::string>> process_variables();

}  // namespace ck::sys
