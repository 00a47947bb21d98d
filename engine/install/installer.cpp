#include "install/installer.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/builder.hpp"
#include "install/detector.hpp"
#include "install/staging.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Nobody waits longer for somebody else's build; the lock of a dead process is free at once.
constexpr std::chrono::hours kPatience(24);
constexpr std::size_t kShownDependants = 5;

std::string shown(const store::EnvironmentRecord& record) {
  return record.component.text() + " " + record.version;
}

fs::path lock_of(const std::string& id, const Context& context) {
  return context.home.lock("env-" + id);
}

bool complete(const fs::path& environment) {
  std::error_code ignored;
  return fs::exists(manifest_file(environment), ignored);
}

/// Executes one plan, step by step; what is done lies in the closure.
class Executor {
 public:
  Executor(const model::Profile& profile, Context& context)
      : profile_(profile), context_(context) {}

  Result<Closure> run(const InstallPlan& plan) {
    clean_abandoned(context_.home.staging(), context_.clock);
    for (const auto& step : plan.steps) {
      CK_CHECK(context_.cancel.check());
      CK_CHECK(take(step));
    }
    return std::move(closure_);
  }

 private:
  Status take(const PlannedEnvironment& step) {
    switch (step.action) {
      case PlannedEnvironment::Action::use:
        return use(step);
      case PlannedEnvironment::Action::adopt:
        CK_CHECK(adopt(step.environment, context_));
        return add(step.environment);
      case PlannedEnvironment::Action::build:
        return make(step);
    }
    return {};
  }

  Status add(const Environment& environment) {
    closure_.insert_or_assign(environment.record.id, environment);
    return {};
  }

  Status use(const PlannedEnvironment& step) {
    if (complete(step.environment.path)) return add(step.environment);
    return fail(Error(ErrorCode::conflict,
                      shown(step.environment.record) + " was removed after it was chosen")
                    .in("environment " + step.environment.path.string())
                    .hint("run the command again: what is needed will be built"));
  }

  Status make(const PlannedEnvironment& step) {
    const auto& environment = step.environment;
    if (!step.replace && complete(environment.path)) return add(environment);
    CK_TRY(free, sys::FileLock::try_acquire(lock_of(environment.record.id, context_),
                                            sys::FileLock::Mode::exclusive));
    std::optional<sys::FileLock> lock = std::move(free);
    if (!lock) {
      context_.events.on(Note{"waiting for another ck to build " + shown(environment.record)});
      CK_TRY(waited,
             sys::FileLock::acquire(lock_of(environment.record.id, context_),
                                    sys::FileLock::Mode::exclusive, kPatience, context_.cancel));
      lock = std::move(waited);
    }
    // Somebody else may have made it meanwhile. (Only one who replaces makes it anew.)
    if (!step.replace && complete(environment.path)) return add(environment);
    return build_new(step);
  }

  Status build_new(const PlannedEnvironment& step) {
    const std::string what = "building " + shown(step.environment.record);
    const std::int64_t start = context_.clock.monotonic_ns();
    context_.events.on(StepStarted{what});
    CK_TRY(staging, make_staging(context_.home.staging()));
    CK_TRY(log, BuildLog::create(staging.path() / "log"));
    const BuildJob job{step, profile_, closure_, staging.path(), log};
    auto built = build(job, context_);
    if (built) built = log.close();
    if (!built) return fail(keep_log(std::move(built.error()), log, step));
    CK_TRY(environment, commit(step, staging.path()));
    const auto spent = static_cast<double>(context_.clock.monotonic_ns() - start);
    context_.events.on(StepFinished{what, human_duration_ns(spent)});
    return add(environment);
  }

  /// Of a failed build only the log stays.
  Error keep_log(Error error, BuildLog& log, const PlannedEnvironment& step) {
    if (error.code == ErrorCode::interrupted) return error;
    static_cast<void>(log.close());
    const fs::path kept = context_.home.logs() / (step.environment.record.id + ".log");
    std::error_code failed;
    if (fs::file_size(log.file(), failed) == 0) return error;
    fs::rename(log.file(), kept, failed);
    if (!failed) error.in("log file " + kept.string());
    return error;
  }

  /// Everything that makes the prefix an environment; the rename is the commit.
  Result<Environment> commit(const PlannedEnvironment& step, const fs::path& staging) {
    const fs::path prefix = staging / "prefix";
    Environment environment = step.environment;
    Manifest manifest;
    CK_TRY(files, sys::list_tree(prefix, {}, context_.cancel));
    manifest.files = std::move(files);
    auto& record = environment.record;
    record.created_ns = context_.clock.unix_ns();
    record.size_bytes = 0;
    for (const auto& entry : manifest.files) {
      if (entry.kind == sys::TreeEntry::Kind::file) record.size_bytes += entry.size_bytes;
    }
    manifest.record = record;
    CK_CHECK(sys::make_directories(prefix / ".ck"));
    CK_CHECK(sys::rename_into_place(staging / "log", log_file(prefix)));
    CK_CHECK(sys::write_file(inputs_file(prefix), step.inputs));
    CK_CHECK(sys::write_file(manifest_file(prefix), to_text(manifest)));
    CK_CHECK(sys::make_read_only(prefix));
    CK_CHECK(move_aside(environment.path, staging));
    CK_CHECK(sys::rename_into_place(prefix, environment.path));
    CK_CHECK(context_.store.put_environment(record));
    return environment;
  }

  /// What lies there is an older build that is replaced, or the rest of something that was never
  /// completed: this process holds the lock. It goes away with the staging folder.
  static Status move_aside(const fs::path& old, const fs::path& staging) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(old, ignored))) return {};
    return sys::rename_into_place(old, staging / "replaced");
  }

  const model::Profile& profile_;
  Context& context_;
  Closure closure_;
};

Error has_dependants(const store::EnvironmentRecord& record,
                     const std::vector<store::EnvironmentRecord>& dependants) {
  std::vector<std::string> names;
  for (const auto& one : dependants) {
    if (names.size() < kShownDependants)
      names.push_back(shown(one) + " (" + one.id.substr(0, 8) + ")");
  }
  if (dependants.size() > names.size())
    names.push_back(std::to_string(dependants.size() - names.size()) + " more");
  return Error(ErrorCode::conflict, shown(record) + " is needed by " + join(names, ", "))
      .hint("remove those first, or use --force: they will not work without it");
}

/// Gone in one rename; then the files are deleted at leisure.
Status remove_built(const std::string& id, Context& context) {
  CK_TRY(lock, sys::FileLock::try_acquire(lock_of(id, context), sys::FileLock::Mode::exclusive));
  if (!lock) {
    return fail(Error(ErrorCode::busy, "environment " + id + " is being built by another ck")
                    .hint("wait until it is done and try again"));
  }
  clean_abandoned(context.home.staging(), context.clock);
  CK_TRY(staging, make_staging(context.home.staging()));
  std::error_code ignored;
  const fs::path path = context.home.environments() / id;
  if (fs::exists(fs::symlink_status(path, ignored)))
    CK_CHECK(sys::rename_into_place(path, staging.path() / "removed"));
  CK_CHECK(context.store.remove_environment(id));
  return sys::remove_tree(staging.path() / "removed");
}

}  // namespace

Result<Closure> execute(const InstallPlan& plan, const model::Profile& profile, Context& context) {
  return Executor(profile, context).run(plan);
}

Status remove_environment(const std::string& id, bool force, Context& context) {
  CK_TRY(records, context.store.environments());
  const auto record = std::ranges::find(records, id, &store::EnvironmentRecord::id);
  if (record == records.end()) {
    return fail(Error(ErrorCode::not_found, "there is no environment " + id)
                    .hint("'ck show env' lists them"));
  }
  std::vector<store::EnvironmentRecord> dependants;
  for (const auto& other : records) {
    const bool needs =
        std::ranges::any_of(other.dependencies, [&](const auto& one) { return one.second == id; });
    if (needs) dependants.push_back(other);
  }
  if (!dependants.empty() && !force) return fail(has_dependants(*record, dependants));
  if (record->origin == store::EnvironmentRecord::Origin::detected)
    return context.store.remove_environment(id);
  return remove_built(id, context);
}

}  // namespace ck::install
