#pragma once
/// What verbs ask for, prepared: for those that do something with it and for `ck lock`. Internal
/// to app.

#include "app/environments.hpp"
#include "app/prepare.hpp"
#include "app/programs.hpp"

namespace ck::app {

/// A program of ours; by its lock, if one is given.
Result<Prepared> prepare_program(Session& session, const RunRequest& request);

/// A package, data set or model of ours; by its lock, if one is given.
Result<Prepared> prepare_installation(Session& session, const InstallRequest& request);

/// The program if it is one of Collective Knowledge: those have a way of their own. Of one that is
/// locked only the id is known before the lock is followed.
Result<std::optional<catalog::Component>> collective_program(Session& session,
                                                             const RunRequest& request);

/// Whether an installation is of a package of Collective Knowledge: by name, by tags that none of
/// ours has, or by its lock.
Result<bool> means_collective(Session& session, const InstallRequest& request);

}  // namespace ck::app
