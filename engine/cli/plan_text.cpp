#include "cli/plan_text.hpp"

#include <fmt/format.h>

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
  for (const auto& [name, value] : plan.variables)
    text += "  " + name + "=" + shell_quoted(value) + "\n";
  text += " ";
  for (const auto& argument : plan.argv) text += " " + shell_quoted(argument);
  return text + "\n";
}

std::string metric_text(double value, const std::string& unit) {
  if (unit == "ns") return human_duration_ns(value);
  if (unit == "bytes") return human_bytes(value);
  if (unit == "fraction") return fmt::format("{:.2f} %", 100 * value);
  const std::string number = fmt::format("{:.6g}", value);
  return unit.empty() || unit == "count" ? number : number + " " + unit;
}

std::string metrics_text(const std::vector<experiment::MetricSummary>& metrics) {
  const bool several =
      std::ranges::any_of(metrics, [](const auto& metric) { return metric.summary.count > 1; });
  if (!several) {
    TextTable table({{"METRIC"}, {"VALUE", TextTable::Align::right}});
    for (const auto& [key, summary] : metrics)
      table.add_row({printable(key.name), metric_text(summary.median, key.unit)});
    return table.to_string();
  }
  const auto right = TextTable::Align::right;
  TextTable table({{"METRIC"},
                   {"N", right},
                   {"MEDIAN", right},
                   {"95 % INTERVAL", right},
                   {"MIN", right},
                   {"MAX", right}});
  for (const auto& [key, summary] : metrics) {
    const auto& interval = summary.median_95;
    table.add_row({printable(key.name), std::to_string(summary.count),
                   metric_text(summary.median, key.unit),
                   "[" + metric_text(interval.low, key.unit) + ", " +
                       metric_text(interval.high, key.unit) + "]",
                   metric_text(summary.minimum, key.unit), metric_text(summary.maximum, key.unit)});
  }
  return table.to_string();
}

}  // namespace ck::cli
