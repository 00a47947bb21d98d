#pragma once
/// Options that resolve for another machine, alike in all verbs that have them.

#include "app/host.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// --host=FILE.
Option host_option();

/// What --host=FILE, --host.NAME=VALUE and --gpu.NAME=VALUE say. The prefixes are "host" and "gpu".
app::HostOverrides host_overrides(const Call& call);

}  // namespace ck::cli
