#include "experiment/replay.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/program.hpp"
#include "collective/recorded_version.hpp"
#include "collective/restore.hpp"
#include "collective/surroundings.hpp"
#include "experiment/capsule_origin.hpp"
#include "install/commit.hpp"
#include "install/installer.hpp"
#include "install/profile.hpp"
#include "install/recorded_repositories.hpp"
#include "sys/noise.hpp"

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

/// A text of an object inside a document, or "".
std::string text_in(const Json& document, const char* object, const char* key) {
  const auto inside = document.find(object);
  if (inside == document.end() || !inside->is_object()) return {};
  const auto text = inside->find(key);
  return text != inside->end() && text->is_string() ? text->get<std::string>() : std::string();
}

/// Which comparison a record is part of; empty: of none.
std::string comparison_of(const Json& document) { return text_in(document, "comparison", "id"); }

}  // namespace

Result<std::vector<store::Point>> sessions_of(const store::Point& recorded, store::Store& store) {
  CK_TRY(points, store.points(recorded.experiment));
  CK_TRY(document, document_of(recorded));
  // The recorded point itself stands for its comparison.
  std::set<std::string> comparisons{comparison_of(document)};
  std::vector<store::Point> sessions;
  for (auto& point : points) {
    if (point.state != store::PointState::ok || !point.replay_of.empty()) continue;
    CK_TRY(other, document_of(point));
    if (other.value("plan", Json()) != document.value("plan", Json())) continue;
    const bool guard = text_in(other, "comparison", "role") == "guard";
    const auto comparison = comparison_of(other);
    const bool counts = !guard && (comparison.empty() || comparisons.insert(comparison).second);
    if (counts || point.uid == recorded.uid) sessions.push_back(std::move(point));
  }
  return sessions;
}

namespace {

/// A recorded point with its repositories as they were: `plan` and `lock` still as recorded.
struct Opened {
  RestoredPoint restored;
  model::Profile profile;

  bool collective() const { return !restored.plan.surroundings.empty(); }
};

Result<Opened> open_recorded(store::Point recorded, const std::string& profile_typed,
                             install::Context& outer) {
  Opened opened;
  auto& restored = opened.restored;
  restored.recorded = std::move(recorded);
  CK_TRY(lock, recorded_lock(restored.recorded));
  restored.lock = std::move(lock);
  CK_TRY(plan, plan_of(restored.recorded));
  restored.plan = std::move(plan);
  CK_CHECK(install::check_recorded_profile(restored.plan.profile, profile_typed));
  const auto rule = opened.collective() ? RecordedRepositories::Rule::same_commit
                                        : RecordedRepositories::Rule::same_content;
  CK_TRY(repositories, RecordedRepositories::open(restored.lock, rule, outer));
  restored.repositories = std::move(repositories);
  restored.context = &restored.repositories->context();
  CK_TRY(profile, install::load_profile(restored.plan.profile, *restored.context));
  opened.profile = std::move(profile);
  return opened;
}

/// Whether a recorded environment is here; software of the machine has no folder of ours, but with
/// Collective Knowledge.
bool is_here(const install::LockedEnvironment& locked, bool collective, const catalog::Home& home) {
  const bool in_store =
      collective || locked.record.origin == store::EnvironmentRecord::Origin::built;
  return !in_store || install::is_complete(home.environment(locked.record.id));
}

bool all_here(const Opened& opened) {
  return std::ranges::all_of(opened.restored.lock.environments, [&](const auto& locked) {
    return is_here(locked, opened.collective(), opened.restored.context->home);
  });
}

/// Whether the point came in a capsule with all that it needs.
Result<bool> came_in_capsule(const store::Point& point, const install::Context& context) {
  CK_TRY(experiment, context.store.experiment(point.experiment));
  return is_from_capsule(experiment.uid, point.uid, context.home);
}

ReplayLevel level_of(bool here, bool capsule,
                     const std::vector<install::LockDifference>& differences) {
  if (std::ranges::any_of(differences, &install::LockDifference::missing))
    return ReplayLevel::inspect;
  if (!differences.empty()) return ReplayLevel::substitutions;
  if (here) return ReplayLevel::same_store;
  return capsule ? ReplayLevel::capsule : ReplayLevel::rebuilt;
}

void add_differences(const std::vector<install::LockDifference>& found,
                     std::vector<EnvironmentDifference>& differences) {
  for (const auto& one : found) differences.push_back({one.what, one.recorded, one.now});
}

int repetitions_of(const ReplayRequest& request, const store::Point& recorded) {
  return request.repetitions.value_or(std::max(1, static_cast<int>(recorded.repetitions.size())));
}

/// What is known to differ before anything is made.
Result<std::vector<install::LockDifference>> differences_ahead(const Opened& opened) {
  const auto& lock = opened.restored.lock;
  auto& context = *opened.restored.context;
  if (!opened.collective()) {
    CK_TRY(locked, install::plan_locked(lock, opened.profile, {}, context));
    return std::move(locked.differences);
  }
  CK_TRY(differences, collective::version_differences(lock, context.home));
  for (const auto& content : lock.contents) {
    CK_TRY(difference, install::content_difference(content, lock, context));
    if (difference) differences.push_back(std::move(*difference));
  }
  return std::move(differences);
}

/// Everything about a replay but what is recorded.
Status look_ahead(const Opened& opened, const ReplayRequest& request, ReplayPlan& plan) {
  const auto& restored = opened.restored;
  CK_TRY(differences, differences_ahead(opened));
  for (const auto& locked : restored.lock.environments) {
    const auto& record = locked.record;
    const bool missing = std::ranges::any_of(differences, [&](const auto& difference) {
      return difference.missing && difference.what == record.component.text();
    });
    plan.needs.push_back(
        {record.component.text() + " " + record.version, record.id,
         !missing && is_here(locked, opened.collective(), restored.context->home)});
  }
  CK_TRY(capsule, came_in_capsule(plan.recorded, *restored.context));
  plan.level = level_of(all_here(opened), capsule, differences);
  if (plan.level == ReplayLevel::inspect) plan.obstacle = install::differences_error(differences);
  PointRequest point;
  point.request = request.request;
  CK_TRY(conditions, hold_conditions(plan.recorded, sys::allowed_cpus(), point.sampling));
  CK_TRY(unequal, host_differences_now(plan.recorded, point, restored.plan, restored.lock,
                                       *restored.context));
  plan.unequal = std::move(unequal);
  plan.unequal.insert(plan.unequal.end(), conditions.begin(), conditions.end());
  add_differences(differences, plan.unequal);
  return {};
}

}  // namespace

std::string_view name_of(ReplayLevel level) {
  switch (level) {
    case ReplayLevel::same_store:
      return "same store";
    case ReplayLevel::rebuilt:
      return "rebuilt";
    case ReplayLevel::capsule:
      return "capsule";
    case ReplayLevel::substitutions:
      return "substitutions";
    case ReplayLevel::inspect:
      break;
  }
  return "inspect";
}

Result<RestoredPoint> restore_point(const std::string& experiment, const std::string& point,
                                    install::Context& outer, const std::string& profile) {
  CK_TRY(recorded, recorded_point(experiment, point, outer.store));
  CK_TRY(opened, open_recorded(std::move(recorded), profile, outer));
  auto& restored = opened.restored;
  auto& context = *restored.context;
  const bool here = all_here(opened);
  CK_TRY(capsule, came_in_capsule(restored.recorded, context));
  CK_TRY(locked, restore(restored.lock, restored.plan, opened.profile, context));
  restored.level = level_of(here, capsule, locked.differences);
  restored.plan = plan_with(plan_with(std::move(restored.plan), restored.repositories->moved(),
                                      context.home.root.string()),
                            locked.ids);
  // The record may be a stranger's: what protects from it is what the profile says here.
  restored.plan.isolation = opened.profile.isolation;
  restored.lock = install::make_lock(locked.plan, context);
  add_differences(locked.differences, restored.differences);
  return std::move(restored);
}

Result<ReplayPlan> plan_replay(const ReplayRequest& request, install::Context& context) {
  ReplayPlan plan;
  CK_TRY(recorded, recorded_point(request.experiment, request.point, context.store));
  plan.recorded = std::move(recorded);
  plan.repetitions = repetitions_of(request, plan.recorded);
  const auto opened = open_recorded(plan.recorded, request.profile, context);
  if (opened) {
    CK_CHECK(look_ahead(*opened, request, plan));
    return plan;
  }
  const auto& error = opened.error();
  const bool lacks = error.code == ErrorCode::unsupported || error.code == ErrorCode::not_found;
  if (!lacks) return fail(error);
  plan.level = ReplayLevel::inspect;
  plan.obstacle = error;
  return plan;
}

Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& outer) {
  CK_TRY(restored, restore_point(request.experiment, request.point, outer, request.profile));
  auto& context = *restored.context;
  ReplayReport report;
  report.recorded = std::move(restored.recorded);
  report.level = restored.level;
  PointRequest point;
  point.experiment = report.recorded.experiment;
  point.sampling.repetitions = repetitions_of(request, report.recorded);
  point.replay_of = report.recorded.uid;
  point.request = request.request;
  CK_CHECK(give_secrets(request.secrets, restored.lock, restored.plan, context));
  CK_TRY(conditions, hold_equal(report.recorded, restored.differences, restored.plan, restored.lock,
                                point, context));
  CK_TRY(outcome, execute_point(point, restored.plan, restored.lock, output, context));
  report.now = std::move(outcome.point);
  report.failure = std::move(outcome.failure);
  if (report.failure) return report;
  CK_TRY(sessions, sessions_of(report.recorded, context.store));
  CK_TRY(comparison, compare(report.recorded, report.now, context.store.blobs(),
                             {.margin = request.margin, .sessions = std::move(sessions)}));
  report.comparison = std::move(comparison);
  auto& environment = report.comparison.environment;
  environment.insert(environment.end(), conditions.begin(), conditions.end());
  environment.insert(environment.end(), restored.differences.begin(), restored.differences.end());
  return report;
}

}  // namespace ck::experiment
