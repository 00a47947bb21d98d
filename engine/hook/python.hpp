#pragma once
/// Internal to hook: which interpreter runs the hooks.

#include "base/error.hpp"
#include "base/path.hpp"
#include "hook/host.hpp"

namespace ck::hook {

/// The one the options name, else the first of /usr/bin, /usr/local/bin and PATH. `not_found`
/// with the advice to install it when there is none.
Result<fs::path> find_python(const HostOptions& options);

}  // namespace ck::hook
