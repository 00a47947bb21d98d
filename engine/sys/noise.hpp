#pragma once
/// What else the machine does while something is measured, and what it can count.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// Time that all processors together have spent since the start of the machine; advances in steps
/// of 10 ms on most kernels.
struct CpuTimes {
  std::int64_t busy_ns = 0;   ///< in programs and the kernel
  std::int64_t steal_ns = 0;  ///< ready to run while the hypervisor ran another machine
  std::int64_t idle_ns = 0;   ///< waiting for input and output included
};
/// Nothing where /proc/stat does not say.
std::optional<CpuTimes> read_cpu_times(const fs::path& root = "/");

/// A process and how much of a processor it took.
struct BusyProcess {
  int pid = 0;
  std::string name;
  double cpus = 0;  ///< 1: one processor all the time
};

/// What disturbs measurements, watched for a while.
struct NoiseFacts {
  std::uint32_t cpus = 1;  ///< logical processors
  double load_1min = 0;
  std::optional<double> cpu_pressure_percent;  ///< PSI "some avg10"
  double steal_share = 0;                      ///< of all processors' time
  std::optional<std::string> governor;         ///< of CPU 0
  std::optional<bool> turbo;
  std::uint64_t throttled = 0;    ///< times the processor slowed down for heat, while watched
  std::vector<BusyProcess> busy;  ///< others that took at least 5 % of a processor, busiest first
};
/// Watches for `window_ms`; 0 reads once and knows of no busy processes.
NoiseFacts watch_noise(int window_ms, const fs::path& root = "/");

/// Which setting of the machine; both need root.
enum class NoiseSetting { performance_governor, no_turbo };
/// Changes it for all processors. What has to be written to change it back: file and text. `denied`
/// without the rights, `unsupported` where the machine has no such setting.
Result<std::vector<std::pair<fs::path, std::string>>> quieten(NoiseSetting setting,
                                                              const fs::path& root = "/");
/// Writes back what `quieten` replaced, as far as it goes.
void restore_settings(const std::vector<std::pair<fs::path, std::string>>& settings);

/// The processors this process may run on, ascending.
std::vector<unsigned> allowed_cpus();

/// Keeps the calling thread, and with it the programs that it starts, on some processors until this
/// ends.
class Affinity {
 public:
  /// Nothing changes for an empty list; `unsupported` for processors that may not be used.
  static Result<Affinity> keep(const std::vector<unsigned>& cpus);
  Affinity(Affinity&& other) noexcept;
  Affinity(const Affinity&) = delete;
  Affinity& operator=(const Affinity&) = delete;
  Affinity& operator=(Affinity&&) = delete;
  ~Affinity();

 private:
  Affinity() = default;
  std::vector<unsigned> before_;  ///< empty: nothing to put back
};

/// Page faults without input or output that ended child processes have had, since the start.
std::uint64_t minor_faults_of_children();

/// Microjoules used by all processor packages since some moment, and where the counter starts
/// again; `unsupported` (no meter) or `denied` (root only) says why there is none.
struct EnergyReading {
  std::uint64_t microjoules = 0;
  std::uint64_t range_microjoules = 0;
};
Result<EnergyReading> read_energy(const fs::path& root = "/");

}  // namespace ck::sys
