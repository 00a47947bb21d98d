#pragma once
/// ck refresh env.

#include "app/environments.hpp"

namespace ck::app {

struct RefreshedEnvironment {
  install::Environment before, now;  ///< the same when nothing changed
};

/// Looks again at the files by which software was detected, so that what detects it describes it as
/// it would now. `unsupported`, before anything is done, for environments that were built: their
/// content follows from what they were built of. `not_found` when the software is gone.
Result<std::vector<RefreshedEnvironment>> refresh_environments(Session& session,
                                                               const EnvironmentQuery& query);

}  // namespace ck::app
