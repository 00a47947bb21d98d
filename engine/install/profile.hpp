#pragma once
/// Which variables and limits builds and runs get.

#include "install/context.hpp"
#include "install/environment.hpp"
#include "model/descriptor.hpp"
#include "sys/process.hpp"

namespace ck::install {

/// The profile that a user means with NAME, which is always one of core's, or with
/// REPO:profile:NAME. So no repository can give the name of one that comes with ck another meaning.
/// `common.name` of what is loaded means the same one again. From then on it is the one in use: if
/// it demands its sandbox, so does detection in this context.
Result<model::Profile> load_profile(const std::string& name, Context& context);

/// `denied` for a profile that only somebody who types it may choose: another repository's. What
/// records and locks name goes through this, since they may be strangers'. `typed` is what was
/// typed beside it, if anything: it has to be the same.
Status check_recorded_profile(const std::string& name, const std::string& typed = {});

/// The profiles of other repositories that are called like one of core's.
Result<std::vector<catalog::Component>> namesakes_of_profiles(catalog::Catalog& catalog);

/// What to tell of one of those.
std::string namesake_text(const catalog::Component& namesake);

/// The host's variables that the profile lets pass, then its fixed ones; `${work}` in a fixed one
/// is the given folder (HOME and TMPDIR live there).
Variables profile_variables(const model::Profile& profile, const Variables& host,
                            const fs::path& work);

/// Limits of a profile, tightened by those of a component.
sys::ProcessLimits process_limits(const model::Limits& profile, const model::Limits& component);

}  // namespace ck::install
