#pragma once
/// What the machine was doing around one execution. Internal to run.

#include <optional>
#include <string>
#include <vector>

#include "run/runner.hpp"
#include "sys/counters.hpp"
#include "sys/host.hpp"
#include "sys/noise.hpp"

namespace ck::run {

/// Everything that is read right before a program starts.
struct Moment {
  sys::HostLoad load;
  std::uint64_t minor_faults = 0;  ///< of ended children
  std::optional<sys::CpuTimes> cpu;
  std::optional<sys::Counters> counters;             ///< counting from now on
  std::optional<Result<sys::EnergyReading>> energy;  ///< or why there is none

  static Moment now(const Conditions& conditions);
};

struct Observation {
  std::string detail;             ///< the JSON of `store::Repetition::detail`
  std::vector<Measured> counted;  ///< counters and energy, those the machine has
};
/// Call it right after the program ended. `profile` names what its sandbox was made by.
Observation observe(const std::string& profile, const sys::ProcessResult& result,
                    const Moment& before, const Conditions& conditions);

}  // namespace ck::run
