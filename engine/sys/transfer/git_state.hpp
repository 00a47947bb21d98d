#pragma once
/// Looking at a clone without changing it.

#include "sys/git.hpp"
#include "sys/transfer/git_handle.hpp"

namespace ck::sys {

/// Opens the clone whose work tree is exactly `folder`; `invalid` if there is none.
Result<Repository> open_clone(const fs::path& folder);

/// `denied` unless the clone keeps everything inside `folder`: its own `.git` folder, no work tree
/// elsewhere. Whoever writes must ask this first: a configuration can name any path.
Status check_self_contained(git_repository* repository, const fs::path& folder);

Result<GitState> read_state(git_repository* repository, const fs::path& folder);

/// A submodule as a commit records it.
struct Gitlink {
  std::string path;
  git_oid commit{};
};
Result<std::vector<Gitlink>> gitlinks_of(git_repository* repository, const git_oid& commit);

Result<Commit> commit_at(git_repository* repository, const git_oid& id);
Result<Tree> tree_at(git_repository* repository, const git_oid& commit);
Result<git_oid> head_commit(git_repository* repository);

}  // namespace ck::sys
