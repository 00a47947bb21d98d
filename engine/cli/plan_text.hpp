#pragma once
/// Plans for people.

#include <string>

#include "app/programs.hpp"

namespace ck::cli {

/// One line per environment: what would be done, with what, and why.
std::string plan_text(const install::InstallPlan& plan);

/// The command with its variables, as one could type it.
std::string run_plan_text(const run::RunPlan& plan);

}  // namespace ck::cli
