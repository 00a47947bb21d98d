#include "app/experiments.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/counted.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/command.hpp"
#include "cli/experiment_json.hpp"
#include "cli/measurement_text.hpp"
#include "cli/search_options.hpp"

namespace ck::cli {
namespace {

/// What fits on a screen; imported experiments may have thousands of metrics.
constexpr std::size_t kShownMetrics = 25;
constexpr std::size_t kShownPoints = 40;

/// The metrics to show: those of lists ("run.layers[3].time") only when all fit.
std::vector<experiment::MetricSummary> shown_metrics(
    const std::vector<experiment::MetricSummary>& metrics) {
  if (metrics.size() <= kShownMetrics) return metrics;
  std::vector<experiment::MetricSummary> shown;
  for (const auto& metric : metrics) {
    const bool of_list = metric.key.name.find('[') != std::string::npos;
    if (!of_list && shown.size() < kShownMetrics) shown.push_back(metric);
  }
  return shown;
}

std::string left_out(std::size_t count, const std::string& what) {
  return "… and " + counted(static_cast<std::int64_t>(count), "more " + what) +
         "; --json shows all";
}

/// How the run was kept apart, where it was.
std::string isolation_text(const store::Repetition& repetition) {
  const auto detail = parse_json(repetition.detail, "detail of the repetition");
  if (!detail || !detail->is_object() || !detail->contains("isolation")) return "";
  const Json& isolation = (*detail)["isolation"];
  std::vector<std::string> enforced;
  for (const auto& one : isolation.value("enforced", Json::array()))
    enforced.push_back(one.get<std::string>());
  std::string text = "  sandbox " + printable(isolation.value("profile", "")) + ": " +
                     printable(join(enforced, ", ")) + "\n";
  for (const auto& one : isolation.value("missing", Json::array()))
    text += "  sandbox lacks " + printable(one.value("what", "")) + ": " +
            printable(one.value("why", "")) + "\n";
  return text;
}

void print_point(Call& call, const app::ExperimentDetail::PointDetail& detail) {
  const auto& point = detail.point;
  std::string text =
      "\npoint " + point.uid + "  " + printable(point.subject) + "  " +
      std::string(store::name_of(point.state)) + "  " + iso_time(point.created_ns) + "  " +
      counted(static_cast<std::int64_t>(point.repetitions.size()), "repetition") + "\n";
  if (!point.replay_of.empty()) text += "  replays point " + point.replay_of + "\n";
  if (!point.error.empty()) text += "  " + printable(point.error) + "\n";
  if (const auto versus = experiment::versus_text(point); !versus.empty())
    text += "  " + printable(versus) + "\n";
  const auto shown = shown_metrics(detail.metrics);
  const std::string metrics = measurement_text(point, shown, columns_of(call.output));
  for (const auto& line : split(trim(metrics), '\n')) text += "  " + line + "\n";
  const std::size_t hidden = detail.metrics.size() - shown.size();
  if (hidden > 0) text += "  " + left_out(hidden, "metric") + "\n";
  if (!point.repetitions.empty()) {
    text += isolation_text(point.repetitions.front());
    for (const auto& output : point.repetitions.front().outputs) {
      text += "  output " + printable(output.name) + "  sha256 " + output.sha256 + "\n";
    }
  }
  call.output.data(text);
}

}  // namespace

Result<int> list_experiments(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  CK_TRY(report,
         app::list_experiments(call.session, name, model::TagQuery::parse(call.line.get("tags"))));
  CK_TRY(part, part_of(call));
  keep_part(part, report.experiments);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  TextTable table(
      {{"EXPERIMENT"}, {"POINTS", TextTable::Align::right}, {"CHANGED"}, {"OF"}, {"TAGS"}});
  for (const auto& experiment : report.experiments) {
    table.add_row({printable(experiment.name), std::to_string(experiment.points),
                   iso_time(experiment.changed_ns), printable(join(experiment.subjects, ",")),
                   printable(experiment.tags.text())});
  }
  if (!table.empty()) call.output.data(table.to_string());
  return 0;
}

Result<int> show_experiment(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty() || has_wildcard(name)) return list_experiments(call);
  CK_TRY(report, app::show_experiment(call.session, name, call.line.get("point")));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  const auto& experiment = report.experiment;
  const std::string tags = printable(experiment.tags.text());
  call.output.data("experiment:" + printable(experiment.name) + "  " +
                   counted(experiment.points, "point") + (tags.empty() ? "" : "  tags " + tags) +
                   "\n");
  const std::size_t shown = std::min(report.points.size(), kShownPoints);
  for (std::size_t i = 0; i < shown; ++i) print_point(call, report.points[i]);
  if (shown < report.points.size()) {
    call.output.data("\n" + left_out(report.points.size() - shown, "point") +
                     ", --point=UID one\n");
  }
  return 0;
}

Result<int> remove_experiment(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty())
    return fail(Error(ErrorCode::usage, "which experiment?").hint("ck rm experiment:NAME"));
  const bool yes = call.line.has("yes") || call.line.has("force");
  if (!call.output.confirm("remove experiment:" + name + " with all its points?", yes)) return 0;
  CK_TRY(experiment, app::remove_experiment(call.session, name));
  if (call.output.json()) {
    call.output.data(json_text(app::ExperimentsReport{{experiment}}));
  } else {
    call.output.data("removed experiment:" + experiment.name + " (" +
                     counted(experiment.points, "point") + ")\n");
  }
  return 0;
}

}  // namespace ck::cli
