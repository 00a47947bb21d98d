#pragma once
/// Git LFS keeps the content of large files elsewhere, behind a program of its own; what a clone
/// gets without it is a short text in the place of the file.

#include "sys/transfer/git_handle.hpp"

namespace ck::sys {

/// `unsupported` when the commit has such texts, naming the first and saying what to do.
Status refuse_lfs(git_repository* repository, const git_oid& commit);

}  // namespace ck::sys
