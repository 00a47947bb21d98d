#pragma once
/// Filling and changing work trees. Nothing of a repository is executed: no hooks, and files get
/// the bytes of their commit, without filters.

#include "sys/transfer/git_fetch.hpp"

namespace ck::sys {

/// Clones into `folder`, which must not exist, with the submodules at their recorded commits. On
/// failure the folder is left half done: it is the caller's to remove. `depth` counts the
/// repositories around a submodule.
Status clone_into(const std::string& url, const GitRevision& revision, const fs::path& folder,
                  GitOperation& operation, unsigned depth = 0);

/// Moves the clone in `folder` from one commit to another, whose objects it has, and its submodules
/// too. The clone must have no local changes; its files may share their content with other clones.
/// `conflict` when ignored files are in the way. On failure the folder is left half done.
Status move_clone(const fs::path& folder, const git_oid& from, const FetchedRevision& to,
                  GitOperation& operation);

}  // namespace ck::sys
