#pragma once
/// What CK's shared hook `script:process-compiler-for-cmake` tells CMake-based packages of the
/// compiler that was chosen, without Python: a sixth of the public packages have it.

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/path.hpp"
#include "collective/platform.hpp"

namespace ck::collective {

/// Whether `hook` is the public file, byte for byte, and `dependencies` (as hooks get them) need
/// nothing of it but what holds on Linux: then `cmake_variables` gives what it would. Anything else
/// has to be called.
bool is_known_cmake_hook(const fs::path& hook, const Json& dependencies, const Platform& platform);

/// The variables for the installation: paths and flags of the compiler, and of the package's
/// install_env what is for Linux. `not_found` when there is no compiler among the dependencies or
/// its file is not there.
Result<Json> cmake_variables(const Json& package, const Json& dependencies,
                             const Platform& platform);

}  // namespace ck::collective
