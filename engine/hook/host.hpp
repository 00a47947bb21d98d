#pragma once
/// Running Collective Knowledge's Python hooks in a process of their own. One Python process serves
/// all hooks of a step; it talks newline-delimited JSON on descriptors of its own, so that `print`
/// in a hook disturbs nothing. What a hook may do to the engine: answer, nothing else.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include "base/error.hpp"
#include "base/events.hpp"

#include "base/json.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"
#include "sys/sandbox.hpp"

namespace ck::hook {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Serves what a hook asks of the engine through `ck.access` and the host cannot answer itself
/// (find, load, search, install …): request object in, result object with "return" out.
using Access = std::function<Json(const Json& request)>;

struct HostOptions {
  fs::path python;      ///< interpreter, 3.6 or newer; empty: looked up in /usr/bin, then PATH
  fs::path program;     ///< folder of the shipped host: host.py and the package `ck`
  Variables variables;  ///< complete environment of the process
  fs::path directory;   ///< its working directory
  std::chrono::milliseconds time_limit{
      std::chrono::minutes(2)};  ///< per call, time in Access not counted
  /// Hooks may write in their call's directory, and see what it names as readable, as well.
  std::optional<sys::Sandbox> sandbox;
  std::size_t max_answer_bytes = 64u << 20;
};

struct HookCall {
  fs::path file;                     ///< the hook's Python file
  std::string function;              ///< "setup"
  Json input;                        ///< object; the host adds ck_kernel
  fs::path directory;                ///< working directory during the call
  Variables variables;               ///< set on top of the process's during the call
  std::vector<fs::path> readable{};  ///< places that a sandbox has to show for this call
  std::vector<fs::path> writable{};  ///< and where it lets the hook write, beside `directory`
};

struct HookResult {
  Json result;              ///< object; "return" is 0
  Json input;               ///< the input as the hook left it
  Variables variables;      ///< what it set in os.environ
  std::string output;       ///< what it printed, at most 1 MiB
  std::string file_sha256;  ///< of the hook's file as it was run
};

class Host {
 public:
  /// Nothing is started before the first call.
  Host(HostOptions options, Access access, EventSink& events);
  ~Host();
  Host(Host&&) noexcept;
  Host& operator=(Host&&) noexcept;

  /// Whether the file defines the function at top level, told by reading it, not by running it.
  static Result<bool> defines(const fs::path& file, const std::string& function);

  /// `not_found` when the file has no such function, `program_failed` when the hook raises, exits,
  /// crashes, answers nonsense or "return" > 0 (with its "error" text, its last printed lines, and
  /// file and function as context), `timeout`-like failures the same way; `interrupted` on
  /// cancellation. After a crash or a time-out the process is replaced for the next call.
  Result<HookResult> call(const HookCall& call, const sys::Cancel& cancel);

  /// What came of the sandbox of the process that the last call was made in; none without one.
  const std::optional<sys::Isolation>& isolation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ck::hook
