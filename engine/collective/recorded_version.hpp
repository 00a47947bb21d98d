#pragma once
/// The version that an installation turned out to be. It is recorded with an environment, but is no
/// part of its id: with `use_git_revision` it names a commit, and a package may tell its version
/// only when it is installed (CK_FORMAT 6.3).

#include <optional>
#include <vector>

#include "catalog/home.hpp"
#include "install/lock.hpp"

namespace ck::collective {

/// Whether an environment that a lock names is of another version here. `made`: just now, as the
/// lock says; else it was there before.
std::optional<install::LockDifference> version_difference(const store::EnvironmentRecord& recorded,
                                                          const store::EnvironmentRecord& now,
                                                          bool made);

/// The same of all environments of a lock that are here under their recorded ids. Errors: those of
/// reading their manifests.
Result<std::vector<install::LockDifference>> version_differences(const install::Lock& lock,
                                                                 const catalog::Home& home);

}  // namespace ck::collective
