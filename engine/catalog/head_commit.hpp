#pragma once
/// Where a git work tree stands, without opening the repository.

#include <filesystem>
#include <optional>
#include <string>

namespace ck::catalog {

/// 40 hex digits of the commit that HEAD of the work tree names: `.git` as a folder or as a file
/// that leads to one (gitrepository-layout(5), gitglossary "worktree"), a symbolic or detached
/// HEAD, loose and packed references. Nothing where there is no git, no commit yet, or references
/// are kept in another way (reftable); libgit2 knows these, and takes milliseconds where this takes
/// microseconds.
std::optional<std::string> head_commit(const std::filesystem::path& folder);

}  // namespace ck::catalog
