#include "cli/plan_text.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "base/table.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownId = 12;

std::string action_text(const install::PlannedEnvironment& step) {
  switch (step.action) {
    case install::PlannedEnvironment::Action::use:
      return "use";
    case install::PlannedEnvironment::Action::adopt:
      return "use";
    case install::PlannedEnvironment::Action::build:
      return step.replace ? "rebuild" : "build";
  }
  return "use";
}

std::string shown_value(const std::string& name, const std::string& value, const run::RunPlan& plan,
                        const install::Scrubber& scrubber) {
  const bool secret =
      std::ranges::find(plan.secrets, name, &install::Secret::name) != plan.secrets.end();
  return secret ? "${secret:" + name + "}" : scrubber.scrub(value);
}

std::string isolation_text(const model::Isolation& isolation) {
  if (isolation.level == model::Isolation::Level::none) return "  without a sandbox\n";
  const bool demanded = isolation.level == model::Isolation::Level::demanded;
  return std::string("  in a sandbox") + (isolation.network ? "" : " without a network") +
         (demanded ? ", or not at all" : ", as far as the machine can") +
         "; hidden: " + join(isolation.hidden, " ") + "\n";
}

}  // namespace

std::string plan_text(const install::InstallPlan& plan) {
  TextTable table({{"ACTION"}, {"ID"}, {"COMPONENT"}, {"VERSION"}, {"WHY"}});
  for (const auto& step : plan.steps) {
    const auto& record = step.environment.record;
    table.add_row({action_text(step), record.id.substr(0, kShownId),
                   printable(record.component.text()), printable(record.version),
                   printable(step.reason)});
  }
  return table.to_string();
}

std::string run_plan_text(const run::RunPlan& plan) {
  std::string text = "\nrun " + plan.subject + ", command '" + plan.command + "', profile '" +
                     plan.profile + "'\n";
  const install::Scrubber scrubber = run::scrubber_of(plan);
  for (const auto& [name, value] : plan.variables)
    text += "  " + name + "=" + shell_quoted(shown_value(name, value, plan, scrubber)) + "\n";
  text += " ";
  for (const auto& argument : plan.argv) text += " " + shell_quoted(scrubber.scrub(argument));
  return text + "\n" + isolation_text(plan.isolation);
}

}  // namespace ck::cli
