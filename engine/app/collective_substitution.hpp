#pragma once
/// ck replay --with for programs of Collective Knowledge. Internal to app.

#include <string>
#include <vector>

#include "app/programs.hpp"
#include "app/substitution.hpp"

namespace ck::app {

/// The run that a point recorded with some of its choices replaced: a dependency by the environment
/// "env:ID" or by whatever has more tags ("clang"), or an option of CK's run such as dataset_uoa.
/// All other dependencies are the recorded ones, which are made to exist first. What the user had
/// set in the environment is what the recorded run had and the same run without it would not have.
/// `unsupported` for runs with arguments of the user's own, which records do not tell apart.
Result<RunRequest> collective_request_with(Session& session, const experiment::ReplayRequest& asked,
                                           const std::vector<Substitution>& substitutions);

}  // namespace ck::app
