#pragma once
/// Private to this layer: starting a program in a process group of its own and ending that group.

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "sys/descriptor.hpp"
#include "sys/launcher/protocol.hpp"
#include "sys/process.hpp"

namespace ck::sys {

/// Where a program that is talked to finds the channel: requests come in, answers go out.
constexpr int kRequestsDescriptor = 3;
constexpr int kAnswersDescriptor = 4;

/// What the program gets as its standard streams; -1 passes on this process's own one.
struct StandardStreams {
  int in = -1;
  int out = -1;
  int err = -1;
  int channel = -1;  ///< becomes both descriptors of the channel; above them, -1 for none
};

/// How the leader of a group ended and what it and the children it waited for used; of a program in
/// a sandbox, how that and everything it started did.
struct Ending {
  int status = 0;  ///< as wait4(2) gives it
  rusage usage{};
  TreeLimit limit = TreeLimit::none;
  std::optional<std::int64_t> wall_ns;  ///< of the program alone, where somebody told it

  std::variant<Exited, Signaled> how() const;
};

/// "exited with 3", "killed by signal 11 (SIGSEGV)".
std::string text_of(const std::variant<Exited, Signaled>& ending);

/// A running program and everything it starts that stays in its process group. The group never
/// outlives the value.
class ProcessGroup {
 public:
  /// Starts `program` (which exists; argv[0] stays as in the spec). Errors name the program, the
  /// step that failed and the reason.
  static Result<ProcessGroup> start(const ProcessSpec& spec, const std::string& program,
                                    const StandardStreams& streams);
  ProcessGroup(ProcessGroup&& other) noexcept;
  ProcessGroup& operator=(ProcessGroup&&) = delete;
  ~ProcessGroup();

  /// The leader's id, which is the group's too.
  pid_t id() const { return leader_; }

  /// What the system would report as peak memory even if the program used none: the size of this
  /// process, which the child shared until it became the program.
  std::uint64_t memory_floor_bytes() const { return memory_floor_bytes_; }

  /// What came of the sandbox, if there is one.
  const std::optional<Isolation>& isolation() const { return isolation_; }

  /// The names of opened files, if the program is observed; complete once everything is dead.
  const Descriptor& notes() const { return notes_; }

  /// Sends a signal to every process of the group.
  void signal(int number) const;

  /// Whether others of the group are alive still; waits for the leader first.
  bool others_alive();

  /// Kills what is left of the group and returns when it is dead.
  Ending end();

 private:
  void reap_leader();
  void read_ending();

  ProcessGroup(pid_t leader, bool has_terminal) : leader_(leader), has_terminal_(has_terminal) {}

  pid_t leader_ = -1;  ///< -1 once everything is dead
  bool leader_reaped_ = false;
  bool has_terminal_ = false;
  std::uint64_t memory_floor_bytes_ = 0;
  std::optional<Isolation> isolation_;
  Descriptor ending_report_;  ///< from the launcher
  Descriptor notes_;          ///< the same
  Ending ending_;
};

}  // namespace ck::sys
