#pragma once
/// Filling a run's folder. Internal to run.

#include "install/context.hpp"
#include "run/plan.hpp"

namespace ck::run {

/// Puts a plan's placements into `folder` and makes its `directory`. `not_found` for what is gone,
/// `denied` for a place outside the folder.
Status place(const RunPlan& plan, const fs::path& folder, install::Context& context);

}  // namespace ck::run
