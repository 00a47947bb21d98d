#pragma once
/// Commands as data: one row each, in one table.

#include <string>
#include <vector>

#include "app/session.hpp"
#include "cli/invocation.hpp"
#include "cli/output.hpp"
#include "model/component.hpp"

namespace ck::cli {

/// What a command works with.
struct Call {
  Invocation line;
  app::Session& session;
  Output& output;
};

struct Command {
  std::string name;
  std::string summary;                ///< one line for `ck --help`
  std::vector<std::string> usage;     ///< after "ck ", one form a line
  std::string description;            ///< some sentences for `ck NAME --help`
  Grammar grammar;                    ///< without the options every command has
  std::vector<std::string> examples;  ///< each works as it stands
  Result<int> (*run)(Call&);          ///< the exit code, or the error to show
  std::size_t references = 1;         ///< so many words may name components, the first ones
  bool of_kind = false;               ///< all components of a kind may be meant by them
};

/// All commands, in the order of `ck --help`.
std::vector<Command> commands();

/// Options that every command has.
std::vector<Option> common_options();

std::string general_help(const std::vector<Command>& commands);
std::string command_help(const Command& command);

/// The KIND:NAME of a command line: exactly one word, its kind among `kinds` (the first is meant
/// when only a name is typed without ':' and the command works with one kind only).
Result<model::ComponentPattern> pattern_of(const Call& call, const std::vector<std::string>& kinds);

/// The name in "repo:NAME" and the like, or empty: `kind` must be what is typed.
Result<std::string> name_of_kind(const Call& call, const std::string& kind);

// The rows, by what they work with.
std::vector<Command> repository_commands();
std::vector<Command> component_commands();
std::vector<Command> environment_commands();
std::vector<Command> care_commands();
std::vector<Command> space_commands();
std::vector<Command> program_commands();
std::vector<Command> replay_commands();
std::vector<Command> lock_commands();
std::vector<Command> shell_commands();
std::vector<Command> mirror_commands();
std::vector<Command> collective_commands();
std::vector<Command> doctor_commands();
std::vector<Command> lint_commands();
std::vector<Command> test_commands();
std::vector<Command> exchange_commands();
std::vector<Command> completion_commands();

// Verbs whose meaning depends on the kind: repository, environment, experiment or component.
Result<int> list_repositories(Call& call);
Result<int> show_repository(Call& call);
Result<int> remove_repository(Call& call);
Result<int> show_environments(Call& call);
Result<int> search_environments(Call& call);
Result<int> remove_environments(Call& call);
Result<int> list_experiments(Call& call);
Result<int> show_experiment(Call& call);
Result<int> remove_experiment(Call& call);
Result<int> import_experiments(Call& call);
Result<int> list_components(Call& call);
Result<int> verify_claims(Call& call);

}  // namespace ck::cli
