#pragma once
/// Executing an install plan.

#include "install/context.hpp"
#include "install/plan.hpp"

namespace ck::install {

/// Makes every environment of the plan exist and returns them all by id. What does not need each
/// other is built at the same time, at most `Context::jobs` at once, which share the processors;
/// the first failure stops the others. Each is built in staging, checked, made read-only, listed in
/// its manifest and renamed into place, under a lock of its own: two processes that want the same
/// one build it once. A failed build leaves nothing but its log; the error (`build_failed`) shows
/// the last lines and names the log file.
Result<Closure> execute(const InstallPlan& plan, const model::Profile& profile, Context& context);

/// Deletes an environment from disk and list. `conflict` if others were built with it, unless
/// `force`.
Status remove_environment(const std::string& id, bool force, Context& context);

}  // namespace ck::install
