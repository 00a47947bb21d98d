#pragma once
/// ck replay --with: a recorded run with some of its choices replaced.

#include <string>
#include <vector>

#include "app/session.hpp"
#include "experiment/replay.hpp"

namespace ck::app {

struct Substitution {
  std::string what;    ///< a dependency's key, or a parameter of the program
  std::string choice;  ///< as --dep.KEY= takes it, a bare name meaning a tag; or the value
};

/// Resolves the program anew, everything pinned to what was recorded but the substitutions and what
/// follows from them, runs it, and compares as `experiment::replay` does. What was replaced stands
/// among the differences. `usage` when neither a dependency nor a parameter is called so. Of
/// programs of Collective Knowledge see `collective_request_with`.
Result<experiment::ReplayReport> replay_with(Session& session,
                                             const experiment::ReplayRequest& request,
                                             const std::vector<Substitution>& substitutions,
                                             const run::PassThrough& output);

/// What `replay_with`, or without substitutions `replay`, would do: looks, and runs nothing. What
/// follows from a substitution shows only when it is resolved.
Result<experiment::ReplayPlan> plan_replay(Session& session,
                                           const experiment::ReplayRequest& request,
                                           const std::vector<Substitution>& substitutions);

}  // namespace ck::app
