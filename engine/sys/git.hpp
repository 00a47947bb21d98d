#pragma once
/// Git, narrowed to what the engine needs. `url.<base>.insteadOf` and credentials of the user's git
/// configuration are honoured; nothing is ever written outside the given folder.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/events.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

/// What to check out: nothing given means the remote's default branch. A commit goes before a tag,
/// a tag before a branch, when several are given.
struct GitRevision {
  std::optional<std::string> branch;
  std::optional<std::string> tag;
  std::optional<std::string> commit;  ///< full or unambiguous abbreviated hash
  bool operator==(const GitRevision&) const = default;
};

/// A clone as it stands.
struct GitState {
  std::string commit;                 ///< 40 hex digits of HEAD
  std::string tree;                   ///< 40 hex digits of HEAD's tree
  std::optional<std::string> branch;  ///< absent when detached
  std::string url;                    ///< of remote "origin", as configured, without credentials
  std::vector<std::string>
      local_changes;  ///< changed, added, deleted, untracked paths (at most 1000)
};

/// The commit that is checked out.
struct GitHead {
  std::string commit;            ///< 40 hex digits
  std::int64_t committed_s = 0;  ///< when, in seconds since 1970 UTC
  int minutes_ahead_of_utc = 0;  ///< of the clock of who committed
};

class Git {
 public:
  virtual ~Git() = default;

  /// Clones into `folder`, which must not exist; on failure nothing is left there. Submodules too.
  /// Credentials in the URL are used, but not stored. `unsupported` for files kept in Git LFS.
  virtual Result<GitState> clone(const std::string& url, const GitRevision& revision,
                                 const fs::path& folder, EventSink& events,
                                 const Cancel& cancel) = 0;

  /// Fetches from origin and moves the clone to `revision` (default: the tip of its current branch,
  /// or the remote's default branch when detached). `conflict` with the list when there are local
  /// changes or local commits that the remote does not have; then nothing has changed. The new
  /// state is built beside the folder and exchanged with it, so that nobody ever sees half of it.
  virtual Result<GitState> update(const fs::path& folder, const GitRevision& revision,
                                  EventSink& events, const Cancel& cancel) = 0;

  /// `invalid` if the folder is not the top of a git work tree.
  virtual Result<GitState> state(const fs::path& folder) = 0;

  /// HEAD, without comparing files with it. `invalid` as for `state`; `denied` when parts of the
  /// clone lie outside the folder.
  virtual Result<GitHead> head(const fs::path& folder) = 0;

  /// Writes the files of one commit of a remote into `folder` (must not exist), without `.git`;
  /// submodules at their recorded commits.
  virtual Status export_commit(const std::string& url, const std::string& commit,
                               const fs::path& folder, EventSink& events, const Cancel& cancel) = 0;

  /// A git hash that names the content of HEAD's tree below `path` ("" for the whole), or nothing
  /// when HEAD has no such path.
  virtual Result<std::optional<std::string>> tree_of(const fs::path& folder,
                                                     const std::string& path) = 0;
};

}  // namespace ck::sys
