#pragma once
/// What the distribution's package manager knows of a file. Internal to install.

#include <string>

#include "base/path.hpp"

namespace ck::install {

/// "gcc-12 12.2.0-14": the package whose list in `dpkg` (a folder like /var/lib/dpkg) names the
/// file, or empty. Links are resolved, and /bin, /lib… count as /usr/bin, /usr/lib… where they are
/// links to them.
std::string owning_package(const fs::path& file, const fs::path& dpkg);

}  // namespace ck::install
