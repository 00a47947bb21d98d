#include "cli/command_table.hpp"

#include <algorithm>

#include "cli/archive_commands.hpp"
#include "cli/loading.hpp"

namespace ck::cli {

std::vector<CommandRows> command_rows() {
  return {
      {repository_commands, {"pull", "add", "import"}},
      {component_commands, {"search", "find", "load", "ls", "show", "rm"}},
      {environment_commands, {"detect", "install", "locate"}},
      {care_commands, {"why", "verify", "repair"}},
      {space_commands, {"gc", "du"}},
      {program_commands, {"run", "compile", "benchmark", "explore", "explain"}},
      {lock_commands, {"lock"}},
      {shell_commands, {"shell"}},
      {loading_commands, {"virtual", "cat", "set"}},
      {renewal_commands, {"clean", "refresh", "resolve"}},
      {mirror_commands, {"mirror"}},
      {replay_commands, {"replay"}},
      {archive_commands, {"tag", "note"}},
      {inspect_commands, {"diff", "bisect", "plot", "sign", "report"}},
      {exchange_commands, {"export"}},
      {collective_commands, {"gen", "iterate", "perform", "access", "fetch"}},
      {doctor_commands, {"doctor"}},
      {lint_commands, {"lint"}},
      {test_commands, {"test"}},
      {completion_commands, {"completion", "manual"}},
  };
}

std::vector<Command> commands() {
  std::vector<Command> table;
  for (const auto& rows : command_rows()) {
    for (auto& command : rows.make()) table.push_back(std::move(command));
  }
  return table;
}

std::optional<Command> find_command(std::string_view name) {
  for (const auto& rows : command_rows()) {
    const auto found = std::ranges::find(rows.names, name);
    if (found == rows.names.end()) continue;
    auto made = rows.make();
    return std::move(made[static_cast<std::size_t>(found - rows.names.begin())]);
  }
  return std::nullopt;
}

Grammar full_grammar(std::string_view name) {
  auto command = find_command(name);
  Grammar grammar = command ? std::move(command->grammar) : Grammar{};
  for (auto& option : common_options()) grammar.options.push_back(std::move(option));
  return grammar;
}

}  // namespace ck::cli
