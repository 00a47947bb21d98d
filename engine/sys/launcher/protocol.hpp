#pragma once
/// What the engine and its launcher tell each other. Plain values that fit into one write to a
/// pipe; both sides are of one build.

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace ck::sys {

/// What can stand between a program and the machine. Each may be refused by a machine on its own.
enum class Barrier {
  identity,      ///< a user namespace: no rights over anything outside
  places,        ///< mounts of its own: read-only system, hidden places
  changes,       ///< what it changes in some folders lies elsewhere; without, they are read-only
  processes,     ///< a process space of its own, which ends with the program
  process_list,  ///< /proc shows only that space
  network,       ///< a network space of its own, without a connection
  messages,      ///< System V IPC and POSIX queues of its own
  privileges,    ///< no capabilities, none to be gained
  calls,         ///< a filter of system calls (seccomp)
  rules,         ///< Landlock, the second line of `places`
};
constexpr std::size_t kBarriers = 10;

/// How far a start came.
enum class LaunchStep : int {
  ready,
  die_with_parent,
  group,
  streams,
  descriptors,
  directory,
  limits,
  barrier,
  observation,  ///< what it opens cannot be seen
  exec
};

/// A barrier's state in `LaunchReport::barriers`: 0 when it stands, else why not (errno).
constexpr int kNotAskedFor = -1;

/// Sent through a pipe that the program's exec closes: `ready`, and then, if it comes to that, the
/// step that failed.
struct LaunchReport {
  LaunchStep step = LaunchStep::ready;
  int error = 0;
  long max_rss_kib = 0;
  bool launched = false;               ///< told by the launcher, not by the engine's own child
  Barrier failed = Barrier::identity;  ///< which one, for `LaunchStep::barrier`
  std::array<int, kBarriers> barriers{};
  std::array<char, 512> place{};  ///< the path that the error is about, cut; or empty
};

/// Which limit of the whole tree ended the program.
enum class TreeLimit : int { none, memory, processes, disk };

/// Sent by the launcher when everything of the program is dead.
struct LaunchEnding {
  int status = 0;  ///< of the program, as wait4(2) gives it
  rusage usage{};  ///< of the program and everything it started; times since its execution
  TreeLimit limit = TreeLimit::none;
  std::int64_t wall_ns = 0;  ///< of the program; the making of barriers does not count
  int teller = 0;  ///< who sends it, where it may have lost its parent and be the engine's to reap
};

}  // namespace ck::sys
