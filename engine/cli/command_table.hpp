#pragma once
/// The table of commands by name: making all of its rows takes longer than many a command.

#include <optional>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace ck::cli {

/// Rows that are made together.
struct CommandRows {
  std::vector<Command> (*make)();
  std::vector<std::string_view> names;  ///< of the rows, in their order
};

/// The parts of `commands()`, in its order.
std::vector<CommandRows> command_rows();

/// The row of a command; makes no others than those it is made with.
std::optional<Command> find_command(std::string_view name);

/// What a line of this command may hold, with the options of every command; of no command only
/// these.
Grammar full_grammar(std::string_view name);

}  // namespace ck::cli
