#pragma once
/// From sources to the content of an environment, in a staging folder. Internal to install.
///
/// Layout of the staging folder: `source`, `build`, `prefix` (what becomes the environment), `home`
/// and `tmp` (HOME and TMPDIR of the steps, by the profile's ${work}), `dest` (DESTDIR) and `log`.
///
/// What a system does
/// - none: the sources are the result.
/// - cmake: configure (Release, the options sorted by name, dependencies in CMAKE_PREFIX_PATH),
///   build the targets (default: all), `cmake --install` with DESTDIR.
/// - make: `make NAME=value… PREFIX=… prefix=… DESTDIR=… TARGET` in ${source} for each target;
///   default: all that the first rule makes, then `install`.
/// - commands: as written, in ${build}; they install into ${prefix}.
/// cmake and make are told the final path of the environment as prefix, so that nothing in it names
/// the staging folder; with `commands` ${prefix} is the staging folder, and the component has to
/// take care. What still names it is reported as a warning.

#include "install/build_log.hpp"
#include "install/context.hpp"
#include "install/environment.hpp"
#include "install/plan.hpp"

namespace ck::install {

struct BuildJob {
  const PlannedEnvironment& step;
  const model::Profile& profile;
  const Closure& closure;  ///< holds everything the step depends on
  fs::path staging;        ///< exists
  BuildLog& log;
};

/// Fetches, builds and checks; afterwards `staging/prefix` is complete. Errors: those of the
/// sources; `build_failed` with the command and the last lines it printed; `verification` for a
/// checked file with another content; `interrupted`.
Status build(const BuildJob& job, Context& context);

}  // namespace ck::install
