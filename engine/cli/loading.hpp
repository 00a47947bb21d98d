#pragma once
/// CK's `ck virtual env` and `ck set env`: environments loaded into a shell. Internal to cli.

#include <string>

#include "app/shell.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// Options that say which environments are meant; a script in a sandbox may use these.
std::vector<Option> choosing_options();

/// The environments that a line means, in the order in which CK loads them: each ID of
/// env:ID[,ID…], then one for each of --tag_groups, then that of --tags and --or_tags. `usage` when
/// there is none.
Result<app::ShellRequest> loading_request(Call& call);

/// The command of --shell_cmd, or behind --; empty for neither, `usage` for both.
Result<std::vector<std::string>> loaded_command(const Invocation& line);

/// Writes what loads environments where --bat_file says, else to stdout: a new file with --bat_new,
/// else behind what is there (CK_FORMAT section 5).
Status write_loading(const Invocation& line, const std::string& text, Output& output);

/// Whether a line is one of CK's for environments: "VERB env…" or "VERB REPO:env:…".
bool names_environments(const std::vector<std::string>& arguments);

/// Whether the verb works with environments only, so that of other kinds it is a module's action.
bool works_with_environments_only(const std::string& verb);

/// CK lets options of these lines stand without dashes: "tags=a,b" is "--tags=a,b". What stands
/// behind an option that takes a value is that value, whatever it looks like.
std::vector<std::string> with_dashes(std::vector<std::string> arguments);

/// virtual, cat, set.
std::vector<Command> loading_commands();

/// clean, refresh, resolve.
std::vector<Command> renewal_commands();

}  // namespace ck::cli
