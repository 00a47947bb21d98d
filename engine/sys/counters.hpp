#pragma once
/// The processor's and the kernel's counters for programs that are started.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sys/descriptor.hpp"

namespace ck::sys {

struct CounterReading {
  std::string name;                    ///< "instructions"
  std::optional<std::uint64_t> value;  ///< scaled when the counter was shared with others
  std::string unavailable;             ///< why there is no value
};

/// Counts for programs started by the calling thread, and their children, from the moment they
/// are executed (perf_event_open, inherited); this process itself is not counted.
class Counters {
 public:
  /// Opens what the machine has; nothing fails, a counter that is missing says why.
  static Counters open();
  /// What was counted since `open`; complete once the programs have ended.
  std::vector<CounterReading> read() const;

 private:
  struct Counter {
    std::string name;
    Descriptor descriptor;
    std::string unavailable;
  };
  std::vector<Counter> counters_;
};

}  // namespace ck::sys
