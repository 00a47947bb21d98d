#pragma once
/// Making the environments of a recorded CK run exist again.

#include <map>
#include <string>
#include <vector>

#include "collective/workbench.hpp"
#include "install/plan.hpp"
#include "run/plan.hpp"

namespace ck::collective {

struct Restored {
  install::InstallPlan plan;               ///< what is used now, for the new record
  std::map<std::string, std::string> ids;  ///< recorded environment id -> the one used now
  std::vector<install::LockDifference> differences;
};

/// Each recorded environment is used if it exists; else detected, installed or compiled again as
/// its inputs say, with the content of downloads that was recorded. What does not get the recorded
/// id is a difference. Errors: those of detecting, installing and compiling.
Result<Restored> restore(const install::Lock& lock, const run::RunPlan& plan, Workbench& bench);

}  // namespace ck::collective
