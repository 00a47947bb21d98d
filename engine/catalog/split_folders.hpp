#pragma once
/// How a CK repository on disk spreads the entries of its modules over folders.

#include "base/error.hpp"
#include "base/path.hpp"
#include "model/split_folders.hpp"

namespace ck::catalog {

/// What the `.ckr.json` in a folder says now; nothing is spread where there is none. `invalid` for
/// one that cannot be understood.
Result<model::SplitFolders> split_folders_of(const fs::path& repository);

/// By how many characters the entries of `module` (its folder) are spread; 0: they are not. The UID
/// of the module is looked up in the repository.
std::size_t split_characters(const fs::path& repository, const model::SplitFolders& split,
                             const std::string& module);

}  // namespace ck::catalog
