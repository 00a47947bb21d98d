#pragma once
/// ck shell.

#include "app/environments.hpp"
#include "app/programs.hpp"

namespace ck::app {

/// One environment that is wanted.
struct ShellSubject {
  /// What is wanted of a program; a package, data set or model; or an environment that exists.
  enum class Of { program, installation, environment };
  Of of = Of::installation;
  RunRequest program;
  InstallRequest installation;
  EnvironmentQuery environment;
  /// Beside the tags of `installation`: "a,b;c,~d" as CK writes it, ';' is OR and '~' NOT. What has
  /// alternatives is chosen from what exists, as in CK.
  std::string or_tags{};
  /// By tags: what a dependency would get; the same, but for an environment of CK that exists; or
  /// one that exists, and nothing is detected or installed.
  enum class Among { all, theirs_first, existing };
  Among among = Among::all;
};

struct ShellRequest {
  std::vector<ShellSubject> subjects;  ///< at least one; each is loaded over those before it
  std::string profile;     ///< the variables below, and its sandbox; empty: all of the caller's
  NamedTexts variables{};  ///< --env.NAME=value: over all of them
};

/// How a command is kept apart by a profile.
struct ShellIsolation {
  model::Profile profile;
  sys::TemporaryDirectory work;  ///< its HOME and temporary folder; goes with the value
  fs::path directory;            ///< where the command starts and may write
};

/// The variables of a resolved environment, which exists now.
struct ShellReport {
  std::string subject;                        ///< "program:x", "env:3fa1… env:c7d2…"
  install::Variables variables;               ///< all
  install::Variables changed;                 ///< those that the caller does not have so, sorted
  std::vector<std::string> load{};            ///< lines of shell that load it over other variables
  std::vector<std::string> repositories{};    ///< where what is in it comes from
  std::optional<ShellIsolation> isolation{};  ///< of a profile that has a sandbox
};

/// Resolves and installs what is needed; a program itself is built only as far as others see it.
/// Tags mean what they mean in a dependency: an environment that exists, software of this machine,
/// or something that is installed now.
Result<ShellReport> shell(Session& session, const ShellRequest& request);

/// Executes a command, or the user's shell, in the sandbox of the report's profile; the exit status
/// is that of the command, 128 and the signal's number when one ended it. What the sandbox lacks is
/// warned of. `usage` when the folder that one is in would show what the profile hides.
Result<int> enter_sandbox(Session& session, const ShellReport& report,
                          const std::vector<std::string>& command);

/// Executes a command with the report's variables in place of this process; without one the user's
/// shell, which needs a terminal. Returns only when that fails.
Error enter_shell(const ShellReport& report, const std::vector<std::string>& command);

}  // namespace ck::app
