#pragma once
/// Which variables and limits builds and runs get.

#include "install/context.hpp"
#include "install/environment.hpp"
#include "model/descriptor.hpp"
#include "sys/process.hpp"

namespace ck::install {

/// Loads `profile:NAME` from the catalog.
Result<model::Profile> load_profile(const std::string& name, Context& context);

/// The host's variables that the profile lets pass, then its fixed ones; `${work}` in a fixed one
/// is the given folder (HOME and TMPDIR live there).
Variables profile_variables(const model::Profile& profile, const Variables& host,
                            const fs::path& work);

/// Limits of a profile, tightened by those of a component.
sys::ProcessLimits process_limits(const model::Limits& profile, const model::Limits& component);

}  // namespace ck::install
