#pragma once
/// Debian packages without root: apt downloads them, nothing is installed. Internal to install.

#include "install/context.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

/// Downloads PACKAGE=VERSION with apt-get into `file` and verifies its hash. `unsupported` without
/// apt-get, `not_found` for unknown packages or versions (saying what apt has), `verification` for
/// another content.
Status download_debian(const model::DebianSource& source, const fs::path& file, Context& context);

}  // namespace ck::install
