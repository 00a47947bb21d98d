#pragma once
/// Private to this layer: what a program's standard streams are connected to.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/descriptor.hpp"
#include "sys/process.hpp"

namespace ck::sys {

/// What the program's stdin is; none when this process's own is passed on.
Result<Descriptor> open_input(const ProcessSpec& spec);

/// Collects one output stream.
class Stream {
 public:
  explicit Stream(const OutputTarget& target) : target_(target) {}

  /// Opens what the program writes to; none when this process's own stream is passed on.
  Result<Descriptor> open(bool counted);

  /// -1 when there is nothing to read (any more).
  int descriptor() const { return read_end_.get(); }

  /// Reads once, hands on at most `allowance` bytes and returns how many there were.
  std::uint64_t read(std::uint64_t allowance);

  /// Reads what is in the pipe now and no more: a process that left the group may still write.
  std::uint64_t drain(std::uint64_t allowance);

  std::string take_text() { return std::exchange(text_, {}); }
  bool truncated() const { return truncated_; }

 private:
  std::uint64_t read_at_most(std::size_t size, std::uint64_t allowance);
  void accept(std::string_view piece);

  const OutputTarget& target_;
  Descriptor read_end_;
  std::string text_;
  bool truncated_ = false;
};

}  // namespace ck::sys
