#pragma once
/// ck gen, iterate, and run of a `cmdgen` entry.

#include "app/session.hpp"
#include "collective/command_generator.hpp"

namespace ck::app {

struct GenerateRequest {
  model::ComponentPattern pattern;  ///< kind "cmdgen"; for iterate the name may be empty
  std::vector<std::string> words;   ///< parameters as typed
};

/// Each combination of the parameters.
Result<std::vector<collective::Combination>> iterate(Session& session,
                                                     const GenerateRequest& request);

/// The commands of the entry.
Result<std::vector<std::string>> generate(Session& session, const GenerateRequest& request);

/// A command that was executed, and how it ended ("exited with 3").
struct ExecutedCommand {
  std::string command;
  std::string ending;
  bool ok = false;
};

/// Executes commands by the shell in the current folder, one after the other, with the user's own
/// variables and this engine as `ck`; with `show` their stdout passes through, else it is dropped.
/// One that fails does not keep the next from being run; `interrupted` ends it.
Result<std::vector<ExecutedCommand>> execute(Session& session,
                                             const std::vector<std::string>& commands, bool show);

}  // namespace ck::app
