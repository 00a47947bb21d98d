#pragma once
/// Limits on everything a program starts, taken together. The kernel counts per process only,
/// unless a control group is at hand, which ordinary users and containers seldom have; so the first
/// process of the process space looks now and then.

#include <cstdint>

#include "sys/launcher/options.hpp"
#include "sys/launcher/protocol.hpp"

namespace ck::sys::launcher {

class TreeWatch {
 public:
  explicit TreeWatch(const Options& options) : options_(options) {}

  /// Whether there is anything to look at.
  bool wanted() const;
  /// What the writable places hold before the program starts.
  void begin();
  /// The limit that is exceeded now.
  TreeLimit check();

 private:
  bool too_many_processes() const;
  bool too_much_memory() const;
  bool too_much_disk();
  std::uint64_t space_taken() const;

  const Options& options_;
  std::uint64_t held_before_ = 0;   ///< bytes in the writable places
  std::uint64_t taken_before_ = 0;  ///< bytes on their file systems
  std::int64_t next_walk_ns_ = 0;
};

}  // namespace ck::sys::launcher
