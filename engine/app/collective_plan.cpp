#include "app/collective_plan.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/run_command.hpp"
#include "install/commit.hpp"
#include "install/secrets.hpp"

namespace ck::app {
namespace {

using Action = install::PlannedEnvironment::Action;
using Answer = collective::ExplainedNeed::Answer;

constexpr std::size_t kShownId = 12;

Action action_of(Answer answer) {
  if (answer == Answer::registered) return Action::use;
  return answer == Answer::installed ? Action::build : Action::adopt;
}

std::string reason_of(const install::LockedEnvironment& locked, bool here) {
  if (here) return "locked, and here";
  const auto& kind = locked.record.component.kind;
  if (kind == "soft") return "locked, and not here: would be looked for on this machine";
  return std::string("locked, and not here: would be ") +
         (kind == "program" ? "compiled" : "installed");
}

}  // namespace

install::InstallPlan plan_of(const std::vector<collective::ExplainedNeed>& needs) {
  install::InstallPlan plan;
  std::set<std::tuple<std::string, std::string, std::string, model::Values>> known;
  for (const auto& one : needs) {
    const auto& record = one.record;
    if (!known.emplace(record.id, record.component.text(), record.version, record.parameters)
             .second)
      continue;
    install::PlannedEnvironment step;
    step.action = action_of(one.answer);
    step.environment.record = record;
    step.component.id = record.component;
    step.reason = one.need.key + ": " + one.reason;
    plan.steps.push_back(std::move(step));
    if (!record.id.empty()) plan.roots.emplace(one.need.key, record.id);
  }
  return plan;
}

install::PlannedEnvironment program_step(const catalog::Component& program, const Json& document) {
  install::PlannedEnvironment step;
  step.action = Action::build;
  step.component = program;
  step.environment.record.component = program.id;
  step.environment.record.version = collective::text_at(document, "version");
  step.reason = "the program itself";
  return step;
}

Result<install::PlannedEnvironment> package_step(const collective::ChosenPackage& package,
                                                 const std::string& forced_version,
                                                 collective::Workbench& bench) {
  install::PlannedEnvironment step;
  step.action = Action::build;
  step.component = package.component;
  auto& record = step.environment.record;
  record.component = package.component.id;
  record.version = forced_version;
  if (record.version.empty())
    record.version =
        collective::text_at(collective::object_at(package.varied.meta, "customize"), "version");
  for (const auto& variation : package.varied.variations) record.parameters[variation] = "yes";
  step.reason = "asked for: would be installed";
  CK_TRY(records, bench.context().store.environments());
  const auto same = std::ranges::find_if(records, [&](const store::EnvironmentRecord& one) {
    return one.component.uid == record.component.uid && one.version == record.version &&
           one.parameters == record.parameters;
  });
  if (same != records.end())
    step.reason += ", unless env:" + same->id.substr(0, kShownId) + " is the same";
  return step;
}

install::InstallPlan plan_of(const install::Lock& lock, const catalog::Home& home) {
  install::InstallPlan plan;
  for (const auto& locked : lock.environments) {
    const bool here = install::is_complete(home.environment(locked.record.id));
    install::PlannedEnvironment step;
    step.action = here                                     ? Action::use
                  : locked.record.component.kind == "soft" ? Action::adopt
                                                           : Action::build;
    step.environment = install::make_environment(locked.record, home);
    step.inputs = locked.inputs;
    step.component.id = locked.record.component;
    step.reason = reason_of(locked, here);
    plan.steps.push_back(std::move(step));
  }
  plan.roots = {lock.roots.begin(), lock.roots.end()};
  plan.subject = lock.subject;
  return plan;
}

run::RunPlan written_run(const collective::ProgramRequest& program, const Json& document,
                         const std::string& command, const model::Profile& profile) {
  run::RunPlan plan;
  plan.subject = program.component.id.text();
  plan.command = command;
  plan.profile = profile.common.name;
  plan.isolation = profile.isolation;
  plan.limits = profile.limits;
  if (program.timeout_seconds) plan.limits.timeout_seconds = program.timeout_seconds;
  for (const auto& [name, value] : program.environment.items())
    plan.variables.emplace_back(name, collective::text_at(program.environment, name));
  for (const auto& [name, value] : plan.variables) {
    if (install::is_secret(name, value)) plan.secrets.push_back({name, ""});
  }
  for (const auto& [name, value] : program.secrets) {
    install::set_variable(plan.variables, name, value);
    plan.secrets.push_back({name, ""});
  }
  std::ranges::sort(plan.variables);
  const auto run_time = collective::run_time_of(document, command);
  std::string line = collective::text_at(run_time, "run_cmd_main");
  for (const auto& argument : program.arguments) line += " " + shell_quoted(argument);
  if (!line.empty()) plan.argv = {"/bin/bash", "-c", std::move(line)};
  return plan;
}

}  // namespace ck::app
