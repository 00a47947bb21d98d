#pragma once
/// ck refresh env.

#include "app/environments.hpp"

namespace ck::app {

struct RefreshedEnvironment {
  install::Environment before, now;  ///< the same when nothing changed
  std::string stays{};  ///< why `before` is still there; empty: it is not, or is the same as `now`
};
struct FailedRefresh {
  install::Environment environment;
  Error error;
};
struct RefreshReport {
  std::vector<RefreshedEnvironment> refreshed;
  std::vector<FailedRefresh> failed;  ///< as they were; `not_found` where the software is gone
};

/// Looks again at the files by which software was detected, so that what detects it describes it as
/// it would now, with the tags and variations it was detected with. What is described anew replaces
/// what was there, unless that is needed as by `remove_environments`; then it stays, and later
/// refreshes that do not name it leave it out. Without id and tags all detected software is meant,
/// else `unsupported`, before anything is done, for environments that were built: their content
/// follows from what they were built of. One that fails does not keep the others from it.
Result<RefreshReport> refresh_environments(Session& session, const EnvironmentQuery& query);

}  // namespace ck::app
