#pragma once
/// What the verbs that run programs have in common. Internal to cli.

#include "app/programs.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// The command line as a request, which may follow a lock; `kinds` as in `pattern_of`.
Result<app::RunRequest> request_of(Call& call, const std::vector<std::string>& kinds);

/// The program's output as it comes, or not at all.
run::PassThrough pass_through(Call& call, bool show);

/// Prints what was run, or would be; the exit code. Numbers go to stdout where they are the point
/// of the command.
Result<int> finish(Call& call, const app::RunReport& report, bool metrics_are_data);

/// The row of `ck benchmark`, beside those that share its grammar and its words about choices.
Command benchmark_command(const Grammar& program, const std::string& choices);
Command explore_command(const Grammar& program, const std::string& choices);

}  // namespace ck::cli
