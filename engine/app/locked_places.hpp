#pragma once
/// Which places of a sweep a lock refuses, before the first of them runs. Internal to app.

#include "app/sweep.hpp"

namespace ck::app {

/// One error that lists every place at which what the lock chose does not fit, each with its
/// reason; its code is that of the first. `usage` as it is for what no place could be asked for.
/// Without a lock nothing is checked. Programs of Collective Knowledge are built for it where they
/// are not yet, since only that tells; in a dry run they are not looked at. What is there is left
/// to be rebuilt when it runs.
Status check_locked_places(Session& session, const RunRequest& base,
                           const std::vector<SweepValues>& places);

}  // namespace ck::app
