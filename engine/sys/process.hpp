#pragma once
/// Running another program: exact variables, its own process group, no inherited descriptors,
/// limits, resource usage. Never through a shell.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"
#include "sys/opened_files.hpp"
#include "sys/sandbox.hpp"

namespace ck::sys {

/// Bounds on a process and its children; an absent one is not enforced.
struct ProcessLimits {
  std::optional<std::chrono::milliseconds> wall_time;  ///< then the whole group is killed
  std::optional<std::uint64_t> cpu_seconds;            ///< RLIMIT_CPU, per process
  std::optional<std::uint64_t> memory_bytes;           ///< RLIMIT_DATA, per process
  std::optional<std::uint64_t> file_bytes;             ///< RLIMIT_FSIZE, per file
  std::optional<std::uint64_t> processes;              ///< RLIMIT_NPROC (not enforced for root)
  /// stdout + stderr together, what is passed on by `inherit` not counted; then killed.
  std::optional<std::uint64_t> output_bytes;
};

/// Where one output stream goes. Pieces are handed over as they arrive, in order.
struct OutputTarget {
  enum class To { discard, inherit, capture };
  To to = To::capture;
  std::function<void(std::string_view)> tee;  ///< also called for each piece when capturing
  /// Captured text is kept up to this; the rest is counted, dropped and flagged.
  std::size_t keep_bytes = 64u << 20;
};

struct ProcessSpec {
  /// argv[0] with '/' is a path (from `directory`), else looked up in PATH of `variables`.
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> variables;  ///< the complete environment
  fs::path directory;                                          ///< working directory, must exist
  bool inherit_stdin = false;                                  ///< else /dev/null
  std::string stdin_text;  ///< is stdin's content when not empty
  OutputTarget out;
  OutputTarget err;
  ProcessLimits limits;
  std::optional<Sandbox> sandbox;  ///< none: only what the above says
  bool observe = false;            ///< note the files that it and all it starts open
};

struct Exited {
  int code = 0;
};
struct Signaled {
  int signal = 0;
};

/// Why the engine itself ended a process; the last three are limits of the sandbox.
enum class KilledFor { nothing, wall_time, output, cancelled, memory, processes, disk };

struct ProcessResult {
  std::variant<Exited, Signaled> ending;
  KilledFor killed_for = KilledFor::nothing;
  std::string out;
  std::string err;
  bool out_truncated = false;
  bool err_truncated = false;
  std::int64_t wall_ns = 0;
  std::int64_t user_ns = 0;
  std::int64_t system_ns = 0;
  std::uint64_t max_rss_bytes = 0;  ///< largest single process of the tree that was waited for
  /// What Linux would report for a program that used nothing: the size of the engine's own process,
  /// which it counts as the child's past. A `max_rss_bytes` not above this is only an upper bound.
  std::uint64_t max_rss_floor_bytes = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t major_faults = 0;
  std::optional<Isolation> isolation;  ///< of a program in a sandbox
  std::optional<OpenedFiles> opened;   ///< of a program that was observed

  bool ok() const;  ///< exited with 0 and not killed by us

  /// "exited with 3", "killed by signal 11 (SIGSEGV)", "stopped after 10.0 s".
  std::string ending_text() const;
};

/// Starts programs. The fake in tests answers from a script.
class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs to the end. `not_found` when the program is missing (names it and the PATH searched),
  /// `io` when it cannot be started, `unsupported` when the machine refuses a sandbox that is
  /// demanded or to let the program be observed, `invalid` for an empty argv or a text that no
  /// program can get (a NUL, a variable without a name). A failing program is not an error: look at
  /// the result. When this returns, every process of the group is dead, background children of a
  /// leader that ended included. On cancellation the group gets SIGTERM, then SIGKILL after 2 s,
  /// and the result says `cancelled`; when it was requested before the start, nothing starts and
  /// the error is `interrupted`.
  virtual Result<ProcessResult> run(const ProcessSpec& spec, const Cancel& cancel) = 0;
};

/// The real thing; several threads may run programs at once. The calling thread waits, and should
/// this process be killed, the program (not its own children) is killed with it. Makes this process
/// the reaper of orphans below it (PR_SET_CHILD_SUBREAPER).
class SystemProcesses final : public Processes {
 public:
  Result<ProcessResult> run(const ProcessSpec& spec, const Cancel& cancel) override;
};

}  // namespace ck::sys
