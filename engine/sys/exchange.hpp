#pragma once
/// Replacing a folder by another in one step.

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// `from` takes the place of `to` and both parents are synced. What was at `to`, if anything, lies
/// at `from` afterwards: nobody ever sees neither of the two. (On the few file systems that cannot
/// exchange names, `to` is missing for a moment and what was there lies at `from` + ".replaced".)
Status replace_in_place(const fs::path& from, const fs::path& to);

}  // namespace ck::sys
