#pragma once
/// `ck` as scripts in a sandbox call it: there is nothing to work with, the engine outside answers.

#include <string>
#include <vector>

#include "cli/output.hpp"

namespace ck::cli {

/// Has a line done outside and prints what came of it; the exit code. `ck virtual env` and `ck set
/// env` only ask outside which environments are meant, and load them here.
Result<int> ask_outside(const std::vector<std::string>& arguments, Output& output);

}  // namespace ck::cli
