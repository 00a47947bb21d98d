#pragma once
/// What a commit says about its submodules, checked.

#include "sys/transfer/git_state.hpp"

namespace ck::sys {

struct Submodule {
  Gitlink link;
  std::string url;  ///< absolute
};

/// The submodules of a commit that is checked out in `folder`. `denied` for paths or URLs that lead
/// where a repository must not lead us, `invalid` when `.gitmodules` does not name a URL.
Result<std::vector<Submodule>> submodules_of(git_repository* repository, const git_oid& commit,
                                             const fs::path& folder);

}  // namespace ck::sys
