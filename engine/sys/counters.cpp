#include "sys/counters.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ck::sys {
namespace {

struct Event {
  const char* name;
  std::uint32_t type;
  std::uint64_t config;
};

constexpr std::array kEvents{
    Event{"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    Event{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    Event{"cache_references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
    Event{"cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    Event{"branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    Event{"branch_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
};

int open_event(const Event& event) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = event.type;
  attributes.config = event.config;
  attributes.disabled = 1;
  attributes.inherit = 1;
  attributes.enable_on_exec = 1;
  // What the kernel does for a program is counted only where an ordinary user may see it.
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string reason_of(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
      return "this machine does not count it";
    case EACCES:
    case EPERM:
      return "not permitted (see /proc/sys/kernel/perf_event_paranoid)";
    case ENOSYS:
      return "this kernel has no perf_event_open";
    default:
      break;
  }
  const char* text = ::strerrordesc_np(error);
  return text != nullptr ? text : "error " + std::to_string(error);
}

}  // namespace

Counters Counters::open() {
  Counters counters;
  for (const auto& event : kEvents) {
    Counter counter{event.name, Descriptor(open_event(event)), {}};
    if (!counter.descriptor) counter.unavailable = reason_of(errno);
    counters.counters_.push_back(std::move(counter));
  }
  return counters;
}

std::vector<CounterReading> Counters::read() const {
  std::vector<CounterReading> readings;
  for (const auto& counter : counters_) {
    CounterReading reading{counter.name, std::nullopt, counter.unavailable};
    struct {
      std::uint64_t value;
      std::uint64_t enabled_ns;
      std::uint64_t running_ns;
    } raw{};
    const bool there = counter.descriptor && ::read(counter.descriptor.get(), &raw, sizeof raw) ==
                                                 static_cast<ssize_t>(sizeof raw);
    if (there && (raw.running_ns > 0 || raw.value > 0)) {
      const double share = raw.running_ns > 0 ? static_cast<double>(raw.enabled_ns) /
                                                    static_cast<double>(raw.running_ns)
                                              : 1;
      reading.value = static_cast<std::uint64_t>(static_cast<double>(raw.value) * share);
    } else if (reading.unavailable.empty()) {
      reading.unavailable = "the counter was never free";
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace ck::sys
