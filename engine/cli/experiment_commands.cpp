#include "app/experiments.hpp"
#include "app/substitution.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/counted.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/collective_options.hpp"
#include "cli/command.hpp"
#include "cli/experiment_json.hpp"
#include "cli/measurement_text.hpp"

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

std::string verdict_word(const Output& output, const experiment::Comparison& comparison) {
  const std::string word(experiment::name_of(comparison.verdict));
  return experiment::is_reproduced(comparison.verdict) ? output.good(word) : output.bad(word);
}

/// Why each metric agrees or not; metrics of one reason share a line.
std::string reasons_text(const std::vector<experiment::MetricComparison>& metrics) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const auto& metric : metrics) {
    if (metric.reason.empty()) continue;
    auto known = std::ranges::find(reasons, metric.reason,
                                   &std::pair<std::string, std::vector<std::string>>::first);
    if (known == reasons.end()) known = reasons.insert(known, {metric.reason, {}});
    known->second.push_back(printable(metric.key.name));
  }
  std::string text;
  for (const auto& [reason, names] : reasons)
    text += join(names, ", ") + ": " + printable(reason) + "\n";
  return text;
}

/// What the verdict rests on: ", by 2 outputs and 1 metric".
std::string deciders_text(const experiment::Comparison& comparison) {
  const auto metrics =
      std::ranges::count_if(comparison.metrics, &experiment::MetricComparison::decides);
  if (comparison.outputs.empty() && metrics == 0)
    return ", in that it ran: it has no output or metric that decides";
  return ", by " + counted(static_cast<std::int64_t>(comparison.outputs.size()), "output") +
         " and " + counted(metrics, "metric");
}

void print_replay(Call& call, const experiment::ReplayReport& report) {
  const auto& comparison = report.comparison;
  TextTable table({{"WHAT"}, {"AGREEMENT"}, {"NOW"}});
  for (const auto& output : comparison.outputs) {
    table.add_row({"output " + printable(output.name),
                   std::string(experiment::name_of(output.agreement)), printable(output.detail)});
  }
  for (const auto& metric : comparison.metrics) {
    const std::string agreement(experiment::name_of(metric.agreement));
    table.add_row({printable(metric.key.name), metric.decides ? agreement : "(" + agreement + ")",
                   printable(metric.detail)});
  }
  std::string text = table.empty() ? "" : table.to_string();
  text += reasons_text(comparison.metrics);
  for (const auto& difference : comparison.environment) {
    text += "not the same: " + printable(difference.what) + ": " + printable(difference.now) +
            " instead of " + printable(difference.recorded) + "\n";
  }
  text += "point " + report.now.uid + " replays " + report.recorded.uid +
          " of experiment:" + report.recorded.experiment + ": " +
          verdict_word(call.output, comparison) + deciders_text(comparison) + "\n";
  call.output.data(text);
}

/// --with KEY=CHOICE, and --with.KEY=CHOICE as often as wanted.
Result<std::vector<app::Substitution>> substitutions_of(const Call& call) {
  std::vector<app::Substitution> substitutions;
  if (const auto one = call.line.given("with")) {
    const auto equals = one->find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(
          Error(ErrorCode::usage, "--with=" + *one + " does not say what to replace by what")
              .hint("for example --with compiler=clang"));
    }
    substitutions.push_back({one->substr(0, equals), one->substr(equals + 1)});
  }
  for (const auto& [what, choice] : prefixed(call.line, "with"))
    substitutions.push_back({what, choice});
  return substitutions;
}

Result<int> replay(Call& call) {
  experiment::ReplayRequest request;
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty()) {
    return fail(Error(ErrorCode::usage, "which experiment?")
                    .hint("ck replay experiment:NAME; 'ck ls experiment' lists them"));
  }
  request.experiment = name;
  request.point = call.line.get("point");
  constexpr int kMostRepetitions = 1'000'000;
  CK_TRY(repetitions, call.line.integer("repetitions", 1, kMostRepetitions));
  request.repetitions = repetitions;
  CK_TRY(margin, call.line.share("margin"));
  request.margin = margin;
  request.request = call.line.typed;
  request.secrets = prefixed(call.line, "secret");
  run::PassThrough output;
  if (call.output.verbose()) {
    output = {[&call](std::string_view bytes) { call.output.pass_through(bytes, false); },
              [&call](std::string_view bytes) { call.output.pass_through(bytes, true); }};
  }
  CK_TRY(substitutions, substitutions_of(call));
  auto ran = substitutions.empty() ? app::replay(call.session, request, output)
                                   : app::replay_with(call.session, request, substitutions, output);
  CK_TRY(report, std::move(ran));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else if (report.failure) {
    return fail(*report.failure);
  } else {
    print_replay(call, report);
  }
  if (report.failure) return exit_code(report.failure->code);
  return experiment::is_reproduced(report.comparison.verdict) ? 0 : exit_code(ErrorCode::differs);
}

}  // namespace

Result<int> list_experiments(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  CK_TRY(report,
         app::list_experiments(call.session, name, model::TagQuery::parse(call.line.get("tags"))));
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

std::vector<Command> experiment_commands() {
  return {
      {"replay",
       "rebuild a recorded point, run it again and say whether it reproduced",
       {"replay experiment:NAME [--point=UID] [--repetitions=N] [--margin=SHARE]",
        "replay experiment:NAME --with KEY=CHOICE [--with.KEY=CHOICE …]"},
       "Ends with a verdict: reproduced or within tolerance (exit code 0), trend only, "
       "inconclusive\n"
       "or differs (exit code 4). Outputs are compared as the program declares. Measured numbers\n"
       "have to be shown to be the same but for a margin (90 % interval of the ratio within it):\n"
       "--margin, else the author's own spread, between the recorded sessions if there are three,\n"
       "else inside the one. Trend only: better than recorded by more than that. Inconclusive "
       "tells\n"
       "how many more runs would decide. Numbers in brackets have no say: ck's own, and what was\n"
       "recorded fewer than 5 times. Secrets are not recorded: give them again with\n"
       "--secret.NAME=VALUE. --with replaces a dependency (compiler=clang: one with that tag, or "
       "what\n"
       "--dep. takes) or a parameter; all else stays as it was recorded.",
       {{{"point", "UID", "which point (default: the last one that ended well)"},
         {"repetitions", "N", "how often to run (default: as often as recorded)"},
         {"margin", "SHARE", "how far measured numbers may be off (default: as the author's do)"},
         {"with", "KEY=CHOICE", "another dependency or parameter than recorded"}},
        {"secret", "with"},
        false},
       {"ck replay experiment:hello"},
       replay},
  };
}

}  // namespace ck::cli
