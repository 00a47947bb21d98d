#include "app/substitution.hpp"

#include <algorithm>
#include <set>

#include "app/collective_substitution.hpp"
#include "app/prepare.hpp"
#include "app/programs.hpp"
#include "app/recorded_choice.hpp"
#include "base/strings.hpp"

namespace ck::app {
namespace {

/// A record, taken apart.
struct Recorded {
  store::Point point;
  run::RunPlan plan;
  install::Lock lock;
};

Result<Recorded> recorded_of(const experiment::ReplayRequest& request, store::Store& store) {
  CK_TRY(point, experiment::recorded_point(request.experiment, request.point, store));
  CK_TRY(plan, experiment::plan_of(point));
  CK_TRY(lock, experiment::lock_of(point));
  return Recorded{std::move(point), std::move(plan), std::move(lock)};
}

/// What can be replaced. Options of CK's run may be new, as dataset_file.
std::vector<std::string> names_of(const Recorded& recorded) {
  std::vector<std::string> names;
  for (const auto& [key, id] : recorded.lock.roots) names.push_back(key);
  for (const auto& [name, value] : recorded.plan.parameters) names.push_back(name);
  if (recorded.plan.surroundings.empty()) return names;
  for (const auto& option : collective_program_options()) {
    if (option.has_effect() && !recorded.plan.parameters.contains(option.name))
      names.push_back(option.name);
  }
  return names;
}

Status check_names(const Recorded& recorded, const std::vector<Substitution>& substitutions) {
  for (const auto& one : substitutions) {
    const auto names = names_of(recorded);
    if (std::ranges::find(names, one.what) != names.end()) continue;
    Error error(ErrorCode::usage, "--with: " + recorded.plan.subject +
                                      " was run without a dependency or parameter '" +
                                      printable(one.what) + "'");
    if (const auto near = did_you_mean(near_misses(one.what, names))) error.hint(*near);
    if (!names.empty()) error.hint("there are: " + join(names, ", "));
    return fail(std::move(error));
  }
  return {};
}

/// A bare name is a tag, so that compiler=clang means what it says.
std::string pin_of(const std::string& choice) {
  const bool letter =
      !choice.empty() && ((choice.front() | 0x20) >= 'a') && ((choice.front() | 0x20) <= 'z');
  return letter && model::is_valid_name(choice) ? "tags:" + choice : choice;
}

/// Variables that the user had set: declared by the program with a fixed default, and recorded
/// with another value. What is made of parameters follows those.
Result<install::Variables> variables_set(Session& session, const Recorded& recorded,
                                         const model::ComponentPattern& pattern) {
  CK_TRY(component, choose_component(session, pattern, {}, {"program"}));
  CK_TRY(context, session.context());
  CK_TRY(descriptor, context->catalog.load(component));
  install::Variables set;
  const auto* program = std::get_if<model::Program>(&descriptor);
  if (program == nullptr) return set;
  for (const auto& [name, value] : program->variables) {
    const auto then = std::ranges::find(recorded.plan.variables, name,
                                        &std::pair<std::string, std::string>::first);
    if (then == recorded.plan.variables.end() || then->second == value) continue;
    if (value.find("${") == std::string::npos) set.emplace_back(name, then->second);
  }
  return set;
}

Result<RunRequest> request_for(Session& session, const Recorded& recorded,
                               const experiment::ReplayRequest& asked,
                               const std::vector<Substitution>& substitutions) {
  CK_TRY(store, session.store());
  CK_TRY(environments, store->environments());
  std::set<std::string> here;
  for (const auto& environment : environments) here.insert(environment.id);
  CK_TRY(request, request_as_planned(recorded.plan, asked.profile));
  request.secrets = asked.secrets;
  CK_TRY(variables, variables_set(session, recorded, request.pattern));
  request.variables = std::move(variables);
  std::set<std::string> replaced;
  for (const auto& one : substitutions) {
    replaced.insert(one.what);
    if (recorded.lock.roots.contains(one.what)) {
      request.pins.emplace_back(one.what, pin_of(one.choice));
    } else {
      request.values[one.what] = one.choice;
    }
  }
  for (const auto& [key, id] : recorded.lock.roots) {
    if (!replaced.contains(key))
      request.pins.emplace_back(key, recorded_choice(recorded.lock, id, here));
  }
  return request;
}

std::string recorded_value(const Recorded& recorded, const std::string& parameter) {
  const auto value = recorded.plan.parameters.find(parameter);
  return value == recorded.plan.parameters.end() ? "nothing" : value->second;
}

/// What stands now in the places that were asked for.
std::vector<experiment::EnvironmentDifference> replaced(
    const Recorded& recorded, const PreparedRun& now,
    const std::vector<Substitution>& substitutions) {
  std::vector<experiment::EnvironmentDifference> differences;
  for (const auto& one : substitutions) {
    const auto then = recorded.lock.roots.find(one.what);
    if (then == recorded.lock.roots.end()) {
      differences.push_back(
          {"parameter " + one.what, recorded_value(recorded, one.what), one.choice});
      continue;
    }
    const auto root = now.lock.roots.find(one.what);
    differences.push_back(
        {"dependency " + one.what, recorded_name(recorded.lock, then->second),
         root == now.lock.roots.end() ? "nothing" : recorded_name(now.lock, root->second)});
  }
  return differences;
}

}  // namespace

Result<experiment::ReplayReport> replay_with(Session& session,
                                             const experiment::ReplayRequest& request,
                                             const std::vector<Substitution>& substitutions,
                                             const run::PassThrough& output) {
  CK_TRY(store, session.store());
  CK_TRY(recorded, recorded_of(request, *store));
  CK_CHECK(check_names(recorded, substitutions));
  const bool collective = !recorded.plan.surroundings.empty();
  CK_TRY(wanted, collective ? collective_request_with(session, request, substitutions)
                            : request_for(session, recorded, request, substitutions));
  CK_TRY(prepared, prepare_run(session, wanted));
  auto& context = *prepared.context;
  auto& argv = prepared.run_plan.argv;
  // What the user had appended to the command.
  for (std::size_t i = argv.size(); !collective && i < recorded.plan.argv.size(); ++i)
    argv.push_back(recorded.plan.argv[i]);

  auto differences = replaced(recorded, prepared, substitutions);
  experiment::PointRequest point;
  point.experiment = recorded.point.experiment;
  point.sampling.repetitions = request.repetitions.value_or(
      std::max(1, static_cast<int>(recorded.point.repetitions.size())));
  point.replay_of = recorded.point.uid;
  point.request = request.request;
  point.hooks = prepared.hooks;
  CK_TRY(conditions, experiment::hold_equal(recorded.point, {}, prepared.run_plan, prepared.lock,
                                            point, context));
  CK_TRY(outcome,
         experiment::execute_point(point, prepared.run_plan, prepared.lock, output, context));
  experiment::ReplayReport report;
  report.recorded = std::move(recorded.point);
  report.level = experiment::ReplayLevel::substitutions;
  report.now = std::move(outcome.point);
  report.failure = std::move(outcome.failure);
  if (report.failure) return report;
  CK_TRY(sessions, experiment::sessions_of(report.recorded, context.store));
  CK_TRY(comparison,
         experiment::compare(report.recorded, report.now, context.store.blobs(),
                             {.margin = request.margin, .sessions = std::move(sessions)}));
  report.comparison = std::move(comparison);
  auto& environment = report.comparison.environment;
  environment.insert(environment.begin(), std::make_move_iterator(differences.begin()),
                     std::make_move_iterator(differences.end()));
  environment.insert(environment.end(), conditions.begin(), conditions.end());
  return report;
}

Result<experiment::ReplayPlan> plan_replay(Session& session,
                                           const experiment::ReplayRequest& request,
                                           const std::vector<Substitution>& substitutions) {
  CK_TRY(context, session.context());
  CK_TRY(plan, experiment::plan_replay(request, *context));
  const bool no_plan = plan.obstacle && plan.obstacle->code == ErrorCode::unsupported;
  if (substitutions.empty() || no_plan) return std::move(plan);
  CK_TRY(recorded, recorded_of(request, context->store));
  CK_CHECK(check_names(recorded, substitutions));
  plan.level = experiment::ReplayLevel::substitutions;
  // What is missing may be what is replaced; it stands among the differences.
  plan.obstacle.reset();
  for (const auto& one : substitutions) {
    const auto then = recorded.lock.roots.find(one.what);
    const bool dependency = then != recorded.lock.roots.end();
    plan.unequal.push_back({(dependency ? "dependency " : "parameter ") + one.what,
                            dependency ? recorded_name(recorded.lock, then->second)
                                       : recorded_value(recorded, one.what),
                            one.choice});
  }
  return std::move(plan);
}

}  // namespace ck::app
