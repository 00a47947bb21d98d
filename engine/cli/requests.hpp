#pragma once
/// What several commands read from their command lines in the same way. Internal to cli.

#include <optional>
#include <string>
#include <vector>

#include "app/environments.hpp"
#include "app/programs.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// Options of run, compile and benchmark, and what is asked for with them.
Grammar program_grammar();
Result<app::RunRequest> program_request(Call& call, const std::vector<std::string>& kinds);

/// Options of install, and what is asked for with them.
Grammar installation_grammar();
Result<app::InstallRequest> installation_request(Call& call);

/// With --locked and --allow_differences too.
Grammar with_locked_options(Grammar grammar);

/// The lock of --locked, if it is given. What it was made with is put where the command line says
/// nothing else: the component, and options; `choices`: those of dependencies too.
Result<std::optional<app::LockedUse>> locked_use(Call& call, bool choices = false);

/// What of a command line is to stand in a lock.
install::LockedRequest request_to_lock(const Call& call);

}  // namespace ck::cli
