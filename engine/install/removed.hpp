#pragma once
/// Another process removed an environment between its choice and its use.

#include <string>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::install {

/// `conflict`: "WHAT was removed after it was chosen"; calling again helps.
Error removed_after_choice(const std::string& what, const fs::path& environment);

}  // namespace ck::install
