#pragma once
/// Looking at what a build made, before it becomes an environment. Internal to install.

#include "install/build_steps.hpp"

namespace ck::install {

/// The prefix holds something, keeps the name .ck free, has no links into the staging folder, and
/// passes the recipe's checks. Files that name the staging folder are reported as a warning.
Status check_result(BuildSteps& steps, const BuildJob& job, Context& context);

}  // namespace ck::install
