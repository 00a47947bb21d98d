#pragma once
/// Fetching from a clone's remote `origin` and finding what is to be checked out.

#include "sys/git.hpp"
#include "sys/transfer/git_access.hpp"

namespace ck::sys {

/// A commit that is now in the clone, and the branch to be on (none: detached).
struct FetchedRevision {
  git_oid commit{};
  std::optional<std::string> branch;
};

/// The clone's only remote, with a URL that has no credentials in it.
Status add_origin(git_repository* repository, const std::string& url);

/// `remote.origin.url` as configured, with credentials when they are there; `invalid` if absent.
Result<std::string> origin_url(git_repository* repository);

/// Fetches all branches and tags, as `git fetch` does: the work tree and local branches stay. A
/// commit beats a tag beats a branch; nothing given means `fallback_branch`, else the remote's
/// default branch. `not_found` when the remote has no such thing.
Result<FetchedRevision> fetch_origin(git_repository* repository, const GitRevision& revision,
                                     const std::optional<std::string>& fallback_branch,
                                     GitOperation& operation);

}  // namespace ck::sys
