#pragma once
/// Writing archives with libarchive.

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

/// See `Archives::pack`.
Status pack_folder(const fs::path& folder, const fs::path& target, const Cancel& cancel);

}  // namespace ck::sys
