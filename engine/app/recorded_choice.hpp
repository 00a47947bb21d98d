#pragma once
/// What a record holds, in the words of a request. Internal to app.

#include <set>
#include <string>

#include "app/programs.hpp"
#include "install/lock.hpp"
#include "run/plan.hpp"

namespace ck::app {

/// What a dependency was, as --dep takes it: that environment if it is among `here`, else the same
/// component and version.
std::string recorded_choice(const install::Lock& lock, const std::string& id,
                            const std::set<std::string>& here);

/// Component and version of an environment of a lock, for people: "software:gcc 12.2.0".
std::string recorded_name(const install::Lock& lock, const std::string& id);

/// Component, command, profile and parameters of a recorded plan. `profile`: the recorded one, if
/// it was typed (see install::check_recorded_profile).
Result<RunRequest> request_as_planned(const run::RunPlan& plan, const std::string& profile = {});

}  // namespace ck::app
