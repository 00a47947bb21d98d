#pragma once
/// Actions that repositories of CK bring with their modules: functions of a `module.py`.

#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

/// One call, as typed: `ck ACTION MODULE[:ENTRY] --NAME=value`.
struct ModuleActionRequest {
  std::string action;
  model::ComponentPattern pattern;   ///< the module as kind, and the entry
  std::vector<std::string> options;  ///< "--NAME=value", "--NAME", "NAME=value"
};
struct ModuleActionReport {
  std::string output;  ///< what the function printed
  std::string result;  ///< what it returned, as JSON
};
/// Runs the function under the profile `clean`, with what CK gives to modules: the globals `ck`,
/// `cfg` and `work`, and `init` before the first call. `not_found` for a module or action that
/// nobody has (with near misses), `program_failed` when the function raises or returns an error.
Result<ModuleActionReport> run_module_action(Session& session, const ModuleActionRequest& request);

}  // namespace ck::app
