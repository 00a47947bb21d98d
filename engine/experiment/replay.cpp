#include "experiment/replay.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/program.hpp"
#include "collective/restore.hpp"
#include "collective/surroundings.hpp"
#include "install/installer.hpp"
#include "install/profile.hpp"
#include "install/recorded_repositories.hpp"

namespace ck::experiment {

namespace {

/// The dataset that a recorded CK run read where its repository has it.
Status add_contents(const run::RunPlan& plan, install::Lock& lock) {
  CK_TRY(json, parse_json(plan.surroundings, "the recorded plan"));
  CK_TRY(around, collective::surroundings_from_json(json, "the recorded plan"));
  const auto name = collective::text_at(around.dataset, "name");
  if (name.empty()) return {};
  lock.contents.push_back({{collective::text_at(around.dataset, "repo"), "dataset", name,
                            collective::text_at(around.dataset, "uid")},
                           collective::text_at(around.dataset, "content")});
  return {};
}

}  // namespace

Result<store::Point> recorded_point(const std::string& experiment, const std::string& uid,
                                    store::Store& store) {
  CK_TRY(points, store.points(experiment));
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    const bool wanted = uid.empty()
                            ? point->state == store::PointState::ok && point->replay_of.empty()
                            : point->uid.starts_with(uid);
    if (wanted) return std::move(*point);
  }
  Error error(ErrorCode::not_found,
              uid.empty() ? "experiment '" + experiment + "' has no point that ended well"
                          : "experiment '" + experiment + "' has no point '" + uid + "'");
  return fail(std::move(error).hint("'ck show experiment:" + experiment + "' lists its points"));
}

Result<install::Lock> recorded_lock(const store::Point& point) {
  CK_TRY(lock, lock_of(point));
  CK_TRY(plan, plan_of(point));
  if (!plan.surroundings.empty() && lock.contents.empty()) CK_CHECK(add_contents(plan, lock));
  return std::move(lock);
}

namespace {

/// Gives each text of a plan that may hold a path another value.
template <typename Change>
void change_texts(run::RunPlan& plan, const Change& change) {
  for (auto& argument : plan.argv) argument = change(argument);
  for (auto& [name, value] : plan.variables) value = change(value);
  for (auto& placement : plan.placements) placement.from = change(placement.from);
  plan.surroundings = change(plan.surroundings);
}

/// The recorded plan with the repositories as they were in the places of those that are here.
run::RunPlan plan_with(run::RunPlan plan, const std::vector<std::pair<fs::path, fs::path>>& moved,
                       const std::string& home) {
  for (const auto& [from, to] : moved) {
    const auto recorded = run::without_home(from.string(), home);
    const auto now = run::without_home(to.string(), home);
    change_texts(plan, [&](const std::string& text) {
      return run::with_path_replaced(text, recorded, now);
    });
  }
  return plan;
}

/// The recorded plan with the environments that are used now in the places of the recorded ones.
run::RunPlan plan_with(run::RunPlan plan, const std::map<std::string, std::string>& ids) {
  for (const auto& [recorded, now] : ids) {
    if (recorded == now) continue;
    change_texts(plan, [&from = recorded, &to = now](const std::string& text) {
      return replace_all(text, from, to);
    });
    // Collective Knowledge's uid of an environment is the first half of ours.
    plan.surroundings = replace_all(plan.surroundings, recorded.substr(0, 16), now.substr(0, 16));
    std::ranges::replace(plan.environments, recorded, now);
  }
  return plan;
}

/// Puts values of secrets in their places; another value than the recorded one is told.
Status give_secrets(const install::Variables& given, const install::Lock& lock, run::RunPlan& plan,
                    install::Context& context) {
  for (const auto& [name, value] : given) {
    const auto known = std::ranges::find(plan.secrets, name, &install::Secret::name);
    if (known == plan.secrets.end() && collective::installs_with_secret(lock, name)) continue;
    if (known == plan.secrets.end()) {
      return fail(ErrorCode::usage, "--secret." + printable(name) + ": " + plan.subject +
                                        " was run without a secret of that name");
    }
    CK_TRY(hasher, install::SecretHasher::open(context.home));
    if (hasher.hash(value) != known->hash) {
      context.events.on(Warning{"the secret " + printable(name) +
                                " is not the one of the record, or was recorded in another home"});
    }
    known->hash = hasher.hash(value);
    const auto parameter = plan.parameters.find(name);
    const bool hidden =
        parameter != plan.parameters.end() && parameter->second == run::place_of_secret(name);
    install::set_variable(hidden ? plan.hidden : plan.variables, name, value);
  }
  std::ranges::sort(plan.variables);
  return {};
}

using install::RecordedRepositories;

/// Makes every recorded environment exist, in the way of the format it came from.
Result<install::LockedPlan> restore(const install::Lock& lock, const run::RunPlan& plan,
                                    const model::Profile& profile, install::Context& context) {
  if (!plan.surroundings.empty()) {
    CK_TRY(bench, collective::Workbench::open(context, profile, {}));
    CK_TRY(restored,
           collective::restore(lock, {collective::compile_request(plan.parameters)}, bench));
    return install::LockedPlan{std::move(restored.plan), std::move(restored.ids),
                               std::move(restored.differences), std::nullopt};
  }
  CK_TRY(locked, install::plan_locked(lock, profile, {}, context));
  if (std::ranges::any_of(locked.differences, &install::LockDifference::missing))
    return fail(install::differences_error(locked.differences));
  CK_CHECK(install::execute(locked.plan, profile, context));
  return std::move(locked);
}

}  // namespace

Result<std::vector<store::Point>> sessions_of(const store::Point& recorded, store::Store& store) {
  CK_TRY(points, store.points(recorded.experiment));
  CK_TRY(document, document_of(recorded));
  std::vector<store::Point> sessions;
  for (auto& point : points) {
    if (point.state != store::PointState::ok || !point.replay_of.empty()) continue;
    CK_TRY(other, document_of(point));
    if (other.value("plan", Json()) == document.value("plan", Json()))
      sessions.push_back(std::move(point));
  }
  return sessions;
}

Status tell_unequal(const store::Point& recorded, const PointRequest& request,
                    const run::RunPlan& plan, const install::Lock& lock,
                    install::Context& context) {
  CK_TRY(document, document_of(recorded));
  const Json now = make_document(request, plan, lock, context);
  for (const auto& difference : host_differences(document, now)) {
    context.events.on(Warning{"cannot be held equal: " + difference.what + ": " + difference.now +
                              " instead of " + difference.recorded});
  }
  return {};
}

Result<RestoredPoint> restore_point(const std::string& experiment, const std::string& point,
                                    install::Context& outer) {
  RestoredPoint restored;
  CK_TRY(recorded, recorded_point(experiment, point, outer.store));
  restored.recorded = std::move(recorded);
  CK_TRY(lock, recorded_lock(restored.recorded));
  CK_TRY(recorded_plan, plan_of(restored.recorded));
  const bool collective = !recorded_plan.surroundings.empty();
  CK_TRY(repositories,
         RecordedRepositories::open(lock,
                                    collective ? RecordedRepositories::Rule::same_commit
                                               : RecordedRepositories::Rule::same_content,
                                    outer));
  restored.repositories = std::move(repositories);
  restored.context = &restored.repositories->context();
  auto& context = *restored.context;
  CK_TRY(profile, install::load_profile(recorded_plan.profile, context));
  CK_TRY(locked, restore(lock, recorded_plan, profile, context));
  restored.plan = plan_with(
      plan_with(recorded_plan, restored.repositories->moved(), context.home.root.string()),
      locked.ids);
  restored.lock = install::make_lock(locked.plan, context);
  for (const auto& difference : locked.differences)
    restored.differences.push_back({difference.what, difference.recorded, difference.now});
  return restored;
}

Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& outer) {
  CK_TRY(restored, restore_point(request.experiment, request.point, outer));
  auto& context = *restored.context;
  ReplayReport report;
  report.recorded = std::move(restored.recorded);
  PointRequest point;
  point.experiment = report.recorded.experiment;
  point.sampling.repetitions = request.repetitions.value_or(
      std::max(1, static_cast<int>(report.recorded.repetitions.size())));
  point.replay_of = report.recorded.uid;
  point.request = request.request;
  CK_CHECK(give_secrets(request.secrets, restored.lock, restored.plan, context));
  CK_CHECK(tell_unequal(report.recorded, point, restored.plan, restored.lock, context));
  CK_TRY(outcome, execute_point(point, restored.plan, restored.lock, output, context));
  report.now = std::move(outcome.point);
  report.failure = std::move(outcome.failure);
  if (report.failure) return report;
  CK_TRY(sessions, sessions_of(report.recorded, context.store));
  CK_TRY(comparison, compare(report.recorded, report.now, context.store.blobs(),
                             {.margin = request.margin, .sessions = std::move(sessions)}));
  report.comparison = std::move(comparison);
  auto& environment = report.comparison.environment;
  environment.insert(environment.end(), restored.differences.begin(), restored.differences.end());
  return report;
}

}  // namespace ck::experiment
