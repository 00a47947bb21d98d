#include "experiment/replay.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/restore.hpp"
#include "install/installer.hpp"
#include "install/profile.hpp"
#include "install/staging.hpp"

namespace ck::experiment {
namespace {

/// The asked-for point, or the last that ended well and replays no other.
Result<store::Point> recorded_point(const ReplayRequest& request, store::Store& store) {
  CK_TRY(points, store.points(request.experiment));
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    const bool wanted = request.point.empty()
                            ? point->state == store::PointState::ok && point->replay_of.empty()
                            : point->uid.starts_with(request.point);
    if (wanted) return std::move(*point);
  }
  Error error(ErrorCode::not_found,
              request.point.empty()
                  ? "experiment '" + request.experiment + "' has no point that ended well"
                  : "experiment '" + request.experiment + "' has no point '" + request.point + "'");
  return fail(
      std::move(error).hint("'ck show experiment:" + request.experiment + "' lists its points"));
}

/// The recorded plan with the environments that are used now in the places of the recorded ones.
run::RunPlan plan_with(run::RunPlan plan, const std::map<std::string, std::string>& ids) {
  for (const auto& [recorded, now] : ids) {
    if (recorded == now) continue;
    for (auto& argument : plan.argv) argument = replace_all(argument, recorded, now);
    for (auto& [name, value] : plan.variables) value = replace_all(value, recorded, now);
    for (auto& placement : plan.placements)
      placement.from = replace_all(placement.from, recorded, now);
    // Collective Knowledge's uid of an environment is the first half of ours.
    plan.surroundings = replace_all(plan.surroundings, recorded, now);
    plan.surroundings = replace_all(plan.surroundings, recorded.substr(0, 16), now.substr(0, 16));
    std::ranges::replace(plan.environments, recorded, now);
  }
  return plan;
}

void add_differences(const std::vector<install::LockDifference>& from, Comparison& to) {
  for (const auto& difference : from) {
    to.environment.push_back({difference.what, difference.recorded, difference.now});
  }
}

/// Makes every recorded environment exist, in the way of the format it came from.
Result<install::LockedPlan> restore(const install::Lock& lock, const run::RunPlan& plan,
                                    const model::Profile& profile, install::Context& context) {
  if (!plan.surroundings.empty()) {
    CK_TRY(bench, collective::Workbench::open(context, profile, {}));
    CK_TRY(restored, collective::restore(lock, plan, bench));
    return install::LockedPlan{std::move(restored.plan), std::move(restored.ids),
                               std::move(restored.differences)};
  }
  CK_TRY(work, install::make_staging(context.home.staging()));
  CK_TRY(locked, install::plan_locked(lock, profile, work.path(), context));
  CK_CHECK(install::execute(locked.plan, profile, context));
  return std::move(locked);
}

}  // namespace

Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& context) {
  ReplayReport report;
  CK_TRY(recorded, recorded_point(request, context.store));
  report.recorded = std::move(recorded);
  CK_TRY(lock, lock_of(report.recorded));
  CK_TRY(recorded_plan, plan_of(report.recorded));
  CK_TRY(profile, install::load_profile(recorded_plan.profile, context));

  CK_TRY(locked, restore(lock, recorded_plan, profile, context));

  PointRequest point;
  point.experiment = report.recorded.experiment;
  point.repetitions = request.repetitions.value_or(
      std::max(1, static_cast<int>(report.recorded.repetitions.size())));
  point.replay_of = report.recorded.uid;
  point.request = request.request;
  const run::RunPlan plan = plan_with(recorded_plan, locked.ids);
  CK_TRY(outcome,
         execute_point(point, plan, install::make_lock(locked.plan, context), output, context));
  report.now = std::move(outcome.point);
  report.failure = std::move(outcome.failure);
  if (report.failure) return report;
  CK_TRY(comparison,
         compare(report.recorded, report.now, context.store.blobs(), {.margin = request.margin}));
  report.comparison = std::move(comparison);
  add_differences(locked.differences, report.comparison);
  return report;
}

}  // namespace ck::experiment
