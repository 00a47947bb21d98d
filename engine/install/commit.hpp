#pragma once
/// The last step of everything that makes an environment: it exists from the moment its manifest
/// lies in its final place, and not before.

#include <functional>
#include <string>

#include "install/build_log.hpp"
#include "install/context.hpp"
#include "install/environment.hpp"

namespace ck::install {

/// The lock that whoever makes or removes an environment holds.
fs::path environment_lock(const std::string& id, const Context& context);

/// Whether an environment is there, whole.
bool is_complete(const fs::path& environment);

/// The environment if it exists already, else what `make` makes, under its lock: of several
/// processes that want the same one, one makes it; the others are told whom they wait for.
/// `replace`: make it anew even if it exists. From the call on it is in use by this process.
Result<Environment> make_once(const Environment& environment, bool replace, Context& context,
                              const std::function<Result<Environment>()>& make);

/// How far the steps that made an environment were kept apart from the machine: "ck.isolation/1".
fs::path isolation_file(const fs::path& environment);

/// What was made, before it is one.
struct FinishedBuild {
  Environment environment;     ///< size and time are filled in
  std::string inputs;          ///< readable; its hash is the id
  fs::path prefix;             ///< the content: in staging, or in its final place already
  fs::path log;                ///< what the build printed; moves into the environment
  fs::path staging;            ///< where an older environment in the way is moved to
  std::string isolation = {};  ///< of the steps that made it, as JSON; see BuildLog
};

/// Lists every file with its hash, takes write permission away, and commits: the environment
/// exists. Does not touch the store, so any thread may do it.
Result<Environment> commit_files(const FinishedBuild& build, Context& context);
/// The same, and the store's list has it.
Result<Environment> commit_environment(const FinishedBuild& build, Context& context);

/// Processors that the builds of this process may use together, at least 1.
int jobs_of(const Context& context);

/// Of a failed build only the log stays, in the home's logs; the error names it.
Error keep_log(Error error, BuildLog& log, const Environment& environment, const Context& context);

}  // namespace ck::install
