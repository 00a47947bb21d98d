#pragma once
/// Versions that only an installation tells, held against the bounds of what asked for it: packages
/// are chosen by what they say of themselves, and many say nothing.

#include <string>
#include <vector>

#include "collective/need.hpp"
#include "collective/registry.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

/// Of a package that is about to be installed in a version that it tells: `not_found` when that is
/// not what is wanted, before time is spent on it. A version that it does not tell passes.
Status check_before_installing(const Need& need, const std::string& package,
                               const std::string& version);

/// Of what is installed: `not_found` with what was wanted and found. The environment stays
/// registered, for needs that it answers.
Status check_installed(const Need& need, const Registered& installed);

/// What is here and would answer but for its version, registered or found on the machine, as
/// sentences.
std::vector<std::string> others_by_version(const Need& need, Workbench& bench);

}  // namespace ck::collective
