#pragma once
/// What shell, virtual and set do with the variables of an environment. Internal to cli.

#include <string>
#include <vector>

#include "app/shell.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// The option --print of both shells.
Option print_option();

/// Lines that export what the caller does not have so.
std::string exports_text(const app::ShellReport& report);
/// Lines that load the environments over whatever variables there are.
std::string load_text(const app::ShellReport& report);
std::string variables_json(const app::ShellReport& report);

/// Resolves what is asked for and executes the command with its variables, or the user's shell
/// without one; with --print they are printed instead. Returns only for that, in a sandbox, or
/// when it fails.
Result<int> enter(Call& call, const app::ShellRequest& request,
                  const std::vector<std::string>& command);

/// `usage` for --NAME=value where no component is named that could have such a parameter; names
/// that CK's scripts use without effect are let pass.
Status refuse_parameters(const Call& call);

}  // namespace ck::cli
