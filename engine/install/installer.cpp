#include "install/installer.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/builder.hpp"
#include "install/commit.hpp"
#include "install/detector.hpp"
#include "install/prefetch.hpp"
#include "install/staging.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

constexpr std::size_t kShownDependants = 5;

std::string shown(const store::EnvironmentRecord& record) {
  return record.component.text() + " " + record.version;
}

/// Executes one plan, step by step; what is done lies in the closure.
class Executor {
 public:
  Executor(const model::Profile& profile, Context& context)
      : profile_(profile), context_(context) {}

  Result<Closure> run(const InstallPlan& plan) {
    clean_abandoned(context_.home.staging(), context_.clock);
    CK_CHECK(prefetch_sources(plan, context_));
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
    if (is_complete(step.environment.path)) return add(step.environment);
    return fail(Error(ErrorCode::conflict,
                      shown(step.environment.record) + " was removed after it was chosen")
                    .in("environment " + step.environment.path.string())
                    .hint("run the command again: what is needed will be built"));
  }

  Status make(const PlannedEnvironment& step) {
    CK_TRY(environment,
           make_once(step.environment, step.replace, context_, [&] { return build_new(step); }));
    return add(environment);
  }

  Result<Environment> build_new(const PlannedEnvironment& step) {
    const std::string what = "building " + shown(step.environment.record);
    const std::int64_t start = context_.clock.monotonic_ns();
    context_.events.on(StepStarted{what});
    CK_TRY(staging, make_staging(context_.home.staging()));
    CK_TRY(log, BuildLog::create(staging.path() / "log"));
    const BuildJob job{step, profile_, closure_, staging.path(), log};
    auto built = build(job, context_);
    if (built) built = log.close();
    if (!built) return fail(keep_log(std::move(built.error()), log, step.environment, context_));
    CK_TRY(environment, commit_environment({step.environment, step.inputs,
                                            staging.path() / "prefix", log.file(), staging.path()},
                                           context_));
    const auto spent = static_cast<double>(context_.clock.monotonic_ns() - start);
    context_.events.on(StepFinished{what, human_duration_ns(spent)});
    return environment;
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
  CK_TRY(lock,
         sys::FileLock::try_acquire(environment_lock(id, context), sys::FileLock::Mode::exclusive));
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
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(context.home.environments() / id, ignored)))
    return context.store.remove_environment(id);
  return remove_built(id, context);
}

}  // namespace ck::install
