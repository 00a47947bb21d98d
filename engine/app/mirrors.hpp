#pragma once
/// ck mirror.

#include "app/repositories.hpp"
#include "install/mirror.hpp"

namespace ck::app {

Result<install::Mirror> create_mirror(
    Session& session, const install::Lock& lock, const fs::path& folder,
    install::Uncloneable uncloneable = install::Uncloneable::warn);

/// `verification` listing everything that is wrong.
Result<install::Mirror> verify_mirror(Session& session, const fs::path& folder);

/// Every component repository of a mirror, at its commit, as `ck pull` does it.
Result<PullReport> pull_from_mirror(Session& session, const fs::path& folder);

/// Where git sources lie: the mirror of this call, and those of capsules that were imported.
Result<std::vector<install::Mirror>> source_mirrors(Session& session);

}  // namespace ck::app
