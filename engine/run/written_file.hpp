#pragma once
/// What a program left in its folder. Internal to run.

#include <string>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::run {

/// The regular file `path` below `folder`. `not_found` when the program wrote none there, `denied`
/// when the path leads out of the folder.
Result<fs::path> written_file(const fs::path& folder, const std::string& path);

}  // namespace ck::run
