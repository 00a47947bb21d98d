#pragma once
/// A program that is started once and talked to line by line while it runs.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"
#include "sys/process.hpp"

namespace ck::sys {

struct CompanionSpec {
  std::vector<std::string> argv;                               ///< as in ProcessSpec
  std::vector<std::pair<std::string, std::string>> variables;  ///< the complete environment
  fs::path directory;                                          ///< working directory, must exist
  ProcessLimits limits;  ///< wall_time and output_bytes are not enforced
  std::optional<Sandbox> sandbox;
  std::size_t max_line_bytes = 64u << 20;
  std::size_t keep_output_bytes = 1u << 20;
};

/// What came of waiting for a line.
struct Received {
  enum class What { line, end, timeout };
  What what = What::end;
  std::string line;  ///< without its "\n"
};

/// A companion reads requests from descriptor 3 and writes answers to descriptor 4, a line each;
/// its stdin is /dev/null. What it prints, stdout and stderr together, is read whenever the engine
/// waits for it, and only the last of it is kept: printing can neither block it nor fill the
/// memory. It and everything in its process group is killed with the value, and with the thread
/// that started it.
class Companion {
 public:
  /// Errors as Processes::run.
  static Result<Companion> start(CompanionSpec spec);
  Companion(Companion&&) noexcept;
  Companion& operator=(Companion&&) noexcept;
  ~Companion();

  /// Queues a line, which must not hold "\n" and gets one; it goes out during `receive`.
  void send(std::string_view line);

  /// Waits for the next line. `end` when there will be none: the companion ended or closed the
  /// channel. `invalid` for a line above the limit, `interrupted` on cancellation; after either it
  /// is of no more use.
  Result<Received> receive(std::chrono::milliseconds timeout, const Cancel& cancel);

  /// The end of what it printed since the last call, at most `keep_output_bytes`.
  std::string take_output();

  /// What came of its sandbox, if it has one.
  const std::optional<Isolation>& isolation() const;

  /// Gives it 100 ms to end by itself, kills what is left and tells how it ended: "exited with 3",
  /// "killed by signal 11 (SIGSEGV)". Its last output can be taken still.
  std::string end();

 private:
  struct State;
  explicit Companion(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace ck::sys
