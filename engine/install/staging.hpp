#pragma once
/// Folders for work in progress. Each names the process that owns it, so that what a killed process
/// left behind can be told from what is in use.

#include <string>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/clock.hpp"
#include "sys/files.hpp"

namespace ck::install {

/// A new folder below `parent` that belongs to this process and goes away with the value.
Result<sys::TemporaryDirectory> make_staging(const fs::path& parent);

/// Removes folders below `parent` whose owner is dead; those of whose owner nothing is known only
/// after an hour, since they may just be in the making. Failures are left for the next time.
void clean_abandoned(const fs::path& parent, const sys::Clock& clock);

/// `root / relative` as a folder, created where it is missing; never through a link that leads out
/// of `root` (`denied`), which something unpacked there may have put in the way.
Result<fs::path> make_inside(const fs::path& root, const std::string& relative);

}  // namespace ck::install
