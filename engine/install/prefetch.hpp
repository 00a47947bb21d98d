#pragma once
/// The files that a whole plan needs, fetched at once. Internal to install.

#include "install/context.hpp"
#include "install/plan.hpp"

namespace ck::install {

/// Brings the files that the builds of a plan name by URL into the cache, several at once, so that
/// one wait is shared by all. What is there, or what another process is fetching now, is left out,
/// and so is everything when nothing may be fetched. Errors are those of a download, naming the
/// component: what cannot be had is told before anything is built.
Status prefetch_sources(const InstallPlan& plan, Context& context);

}  // namespace ck::install
