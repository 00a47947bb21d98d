#include "install/installer.hpp"

#include <algorithm>
#include <mutex>

#include "base/strings.hpp"
#include "install/builder.hpp"
#include "install/commit.hpp"
#include "install/detector.hpp"
#include "install/prefetch.hpp"
#include "install/removed.hpp"
#include "install/schedule.hpp"
#include "install/staging.hpp"
#include "install/together.hpp"
#include "install/use.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

constexpr std::size_t kShownDependants = 5;

std::string shown(const store::EnvironmentRecord& record) {
  return record.component.text() + " " + record.version;
}

/// Executes one plan; what is done lies in the closure.
class Executor {
 public:
  Executor(const InstallPlan& plan, const model::Profile& profile, Context& context)
      : plan_(plan), profile_(profile), context_(context), events_(context.events) {}

  Result<Closure> run() {
    clean_abandoned(context_.home.staging(), context_.clock);
    CK_CHECK(prefetch_sources(plan_, context_));
    for (const auto& step : plan_.steps) CK_CHECK(take(step));
    if (!builds_.empty()) CK_CHECK(build_all());
    return std::move(closure_);
  }

 private:
  Status take(const PlannedEnvironment& step) {
    CK_CHECK(context_.cancel.check());
    if (step.action == PlannedEnvironment::Action::build) {
      builds_.push_back(&step);
      return {};
    }
    if (step.action == PlannedEnvironment::Action::adopt)
      CK_CHECK(adopt(step.environment, context_));
    return use(step.environment, step.action == PlannedEnvironment::Action::use);
  }

  Status use(const Environment& environment, bool must_be_complete) {
    if (context_.use) context_.use->hold(environment.record.id, context_.home);
    if (must_be_complete && !is_complete(environment.path))
      return fail(removed_after_choice(shown(environment.record), environment.path));
    closure_.insert_or_assign(environment.record.id, environment);
    return {};
  }

  Status build_all() {
    Schedule schedule;
    schedule.jobs = jobs_of(context_);
    schedule.after = waits();
    made_.resize(builds_.size());
    schedule.work = [this](std::size_t number, int share, const sys::Cancel& stop) -> Status {
      CK_TRY(environment, make(*builds_[number], share, stop));
      made_[number] = std::move(environment);
      return {};
    };
    schedule.done = [this](std::size_t number) -> Status {
      const auto& record = made_[number]->record;
      CK_CHECK(context_.store.put_environment(record));
      const std::lock_guard guard(closure_mutex_);
      return use(*made_[number], false);
    };
    return run_schedule(schedule, context_.cancel);
  }

  /// Which builds wait for which: a plan has dependencies first.
  std::vector<std::vector<std::size_t>> waits() const {
    std::vector<std::vector<std::size_t>> after(builds_.size());
    for (std::size_t i = 0; i < builds_.size(); ++i) {
      for (const auto& [key, below] : builds_[i]->environment.record.dependencies) {
        for (std::size_t j = 0; j < i; ++j) {
          if (builds_[j]->environment.record.id == below) after[i].push_back(j);
        }
      }
    }
    return after;
  }

  /// In a thread of its own: with all that a build may use, and without the store, which belongs
  /// to one thread.
  Result<Environment> make(const PlannedEnvironment& step, int share, const sys::Cancel& stop) {
    Context context{.home = context_.home,
                    .repositories = context_.repositories,
                    .catalog = context_.catalog,
                    .store = context_.store,
                    .processes = context_.processes,
                    .transfer = context_.transfer,
                    .clock = context_.clock,
                    .events = events_,
                    .cancel = stop,
                    .host_variables = context_.host_variables,
                    .offline = context_.offline,
                    .request = context_.request,
                    .jobs = share,
                    .use = context_.use,
                    .observations = context_.observations,
                    .secrets = context_.secrets};
    return make_once(step.environment, step.replace, context,
                     [&] { return build_new(step, context); });
  }

  Result<Environment> build_new(const PlannedEnvironment& step, Context& context) {
    const std::string what = "building " + shown(step.environment.record);
    const std::int64_t start = context.clock.monotonic_ns();
    context.events.on(StepStarted{what});
    const Closure below = closure();
    CK_TRY(staging, make_staging(context.home.staging()));
    CK_TRY(log, BuildLog::create(staging.path() / "log"));
    const BuildJob job{step, profile_, below, staging.path(), log};
    auto built = build(job, context);
    if (built) built = log.close();
    if (!built) return fail(keep_log(std::move(built.error()), log, step.environment, context));
    CK_TRY(environment, commit_files({step.environment, step.inputs, staging.path() / "prefix",
                                      log.file(), staging.path(), log.isolation()},
                                     context));
    const auto spent = static_cast<double>(context.clock.monotonic_ns() - start);
    context.events.on(StepFinished{what, human_duration_ns(spent)});
    return environment;
  }

  Closure closure() {
    const std::lock_guard guard(closure_mutex_);
    return closure_;
  }

  const InstallPlan& plan_;
  const model::Profile& profile_;
  Context& context_;
  SharedEvents events_;
  std::vector<const PlannedEnvironment*> builds_;
  std::vector<std::optional<Environment>> made_;  ///< each written by its own thread
  std::mutex closure_mutex_;
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
Status remove_built(const std::string& id, bool force, Context& context) {
  CK_TRY(lock,
         sys::FileLock::try_acquire(environment_lock(id, context), sys::FileLock::Mode::exclusive));
  if (!lock) {
    return fail(Error(ErrorCode::busy, "environment " + id + " is being built by another ck")
                    .hint("wait until it is done and try again"));
  }
  const fs::path use = use_file(id, context.home);
  CK_TRY(unused, sys::FileLock::try_acquire(use, sys::FileLock::Mode::exclusive));
  if (!unused && !force) {
    return fail(Error(ErrorCode::busy, "environment " + id + " is used by " +
                                           sys::lock_holder(use).value_or("another ck"))
                    .hint("wait until it is done, or use --force: it will hardly work without it"));
  }
  clean_abandoned(context.home.staging(), context.clock);
  CK_TRY(staging, make_staging(context.home.staging()));
  std::error_code ignored;
  const fs::path path = context.home.environments() / id;
  if (fs::exists(fs::symlink_status(path, ignored)))
    CK_CHECK(sys::rename_into_place(path, staging.path() / "removed"));
  CK_CHECK(context.store.remove_environment(id));
  if (unused) CK_CHECK(sys::remove_tree(use));
  return sys::remove_tree(staging.path() / "removed");
}

}  // namespace

Result<Closure> execute(const InstallPlan& plan, const model::Profile& profile, Context& context) {
  return Executor(plan, profile, context).run();
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
  if (fs::exists(fs::symlink_status(context.home.environments() / id, ignored)))
    return remove_built(id, force, context);
  const fs::path elsewhere = context.home.environment(id);
  if (is_complete(elsewhere)) {
    return fail(
        Error(ErrorCode::denied, shown(*record) + " lies in a shared store, which ck only reads")
            .in("folder " + elsewhere.string())
            .hint("who owns that store can remove it there"));
  }
  return context.store.remove_environment(id);
}

}  // namespace ck::install
