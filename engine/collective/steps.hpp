#pragma once
/// Steps of CK components are shell text; here they are run: by bash, with exactly the given
/// variables, in a folder of the engine's.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collective/workbench.hpp"
#include "install/build_log.hpp"

namespace ck::collective {

struct ShellStep {
  std::string what;  ///< "installing package:lib-x", for the error
  std::string script;
  fs::path directory;
  install::Variables variables;
  install::BuildLog* log = nullptr;  ///< gets the output; its end is shown in errors
  std::optional<std::chrono::milliseconds> time_limit;
  install::StepPlaces places{};  ///< beside the directory, which can be written
  /// Of a step whose inputs are to be known when that is asked for: the component that declares
  /// them, and what it depends on: environments by key.
  std::string component{};
  std::map<std::string, std::string> dependencies{};
};

/// `build_failed` with the last lines unless the script ends with 0; `interrupted`.
Status run_step(const ShellStep& step, Workbench& bench);

/// What a script printed, up to 1 MiB; with `failure` unless it ended with 0.
struct Printed {
  std::string text;
  std::optional<Error> failure;
};
/// Runs a step whose output is its result. `interrupted`.
Result<Printed> printed_by(const ShellStep& step, Workbench& bench);

/// The variables that there are after the lines were executed, sorted by name; bash's own and those
/// of the engine's bookkeeping (_, SHLVL, PWD, OLDPWD) are left out.
Result<install::Variables> variables_after(const std::vector<std::string>& lines,
                                           const install::Variables& before,
                                           const fs::path& directory, Workbench& bench);

/// The shell lines that a hook returned as "bat", which may be missing. `program_failed` when they
/// are no text; `hook` is what the error calls it.
Result<std::string> shell_lines_of(const Json& answer, const std::string& hook);

/// Lines that export all members of an object, in its order (see export_line). `invalid` for a name
/// that is no variable's.
Result<std::vector<std::string>> export_lines(const Json& environment);

}  // namespace ck::collective
