#include "cli/experiment_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/json_parts.hpp"

namespace ck::cli {
namespace {

Json description_json(const measure::Description& description) {
  Json json = {{"count", description.count},
               {"warm_up", description.warm_up},
               {"median", description.median},
               {"median_95_low", description.median_95.low},
               {"median_95_high", description.median_95.high},
               {"relative_half_width", finite(measure::relative_half_width(description))},
               {"minimum", description.minimum},
               {"maximum", description.maximum},
               {"mean", description.mean},
               {"deviation", description.deviation},
               {"median_absolute_deviation", description.median_absolute_deviation},
               {"p05", description.p05},
               {"p25", description.p25},
               {"p75", description.p75},
               {"p90", description.p90},
               {"p95", description.p95},
               {"p99", description.p99}};
  json["modes"] = list(description.modes, [](const measure::Mode& mode) {
    return Json{{"at", mode.at}, {"share", mode.share}};
  });
  return json;
}

/// Of the repetitions that lie far off, with what is visible of the cause.
Json outliers_json(const store::Point& point, const measure::Description& description) {
  return list(description.outliers, [&](std::size_t index) {
    return Json{{"number", point.repetitions[index].number},
                {"causes", experiment::causes_of(point, index)}};
  });
}

Json values_json(const app::SweepValues& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object[name] = value;
  return object;
}

Json metric_json(const experiment::MetricSummary& metric) {
  const auto& summary = metric.summary;
  return {{"name", metric.key.name},
          {"unit", metric.key.unit},
          {"direction", metric.key.direction},
          {"role", metric.key.role},
          {"count", summary.count},
          {"median", summary.median},
          {"mean", summary.mean},
          {"minimum", summary.minimum},
          {"maximum", summary.maximum},
          {"deviation", summary.deviation},
          {"median_95_low", summary.median_95.low},
          {"median_95_high", summary.median_95.high},
          {"steady", description_json(metric.description)}};
}

Json metrics_json(const store::Point& point,
                  const std::vector<experiment::MetricSummary>& metrics) {
  return list(metrics, [&](const experiment::MetricSummary& metric) {
    Json json = metric_json(metric);
    json["steady"]["outliers"] = outliers_json(point, metric.description);
    return json;
  });
}

Json repetition_json(const store::Repetition& repetition,
                     const std::vector<store::MetricKey>& keys) {
  Json json = {{"number", repetition.number},
               {"ok", repetition.ok},
               {"ending", repetition.ending},
               {"started_ns", repetition.started_ns},
               {"wall_ns", repetition.wall_ns},
               {"user_ns", repetition.user_ns},
               {"system_ns", repetition.system_ns},
               {"max_rss_bytes", repetition.max_rss_bytes},
               {"stdout_sha256", repetition.out_sha256},
               {"stderr_sha256", repetition.err_sha256}};
  Json& metrics = json["metrics"] = Json::array();
  for (std::size_t i = 0; i < keys.size() && i < repetition.metrics.size(); ++i) {
    if (std::isnan(repetition.metrics[i])) continue;
    metrics.push_back(
        {{"name", keys[i].name}, {"unit", keys[i].unit}, {"value", finite(repetition.metrics[i])}});
  }
  json["outputs"] = list(repetition.outputs, [](const store::StoredOutput& output) {
    return Json{{"name", output.name},
                {"path", output.path},
                {"sha256", output.sha256},
                {"size_bytes", output.size_bytes},
                {"kept", output.kept}};
  });
  // Noise before and after, faults, switches: kept as JSON text.
  if (auto detail = parse_json(repetition.detail, "detail of a repetition"); detail)
    json["detail"] = std::move(*detail);
  return json;
}

Json point_json(const store::Point& point) {
  Json json = {{"uid", point.uid},
               {"experiment", point.experiment},
               {"subject", point.subject},
               {"state", store::name_of(point.state)},
               {"created_ns", point.created_ns},
               {"ended_ns", point.ended_ns},
               {"replay_of", point.replay_of}};
  if (!point.error.empty()) json["error"] = Json::parse(point.error, nullptr, false);
  json["repetitions"] = list(point.repetitions, [&](const auto& repetition) {
    return repetition_json(repetition, point.keys);
  });
  return json;
}

Json experiment_json(const store::ExperimentSummary& experiment) {
  return {{"uid", experiment.uid},
          {"name", experiment.name},
          {"tags", std::vector<std::string>(experiment.tags.begin(), experiment.tags.end())},
          {"created_ns", experiment.created_ns},
          {"changed_ns", experiment.changed_ns},
          {"points", experiment.points},
          {"subjects", experiment.subjects}};
}

Json document_of(const app::RunReport& report) {
  Json json = titled("ck.run/1");
  json["plan"] = install::to_json(report.plan);
  json["run"] = run::to_json(report.run_plan);
  json["point"] = report.point ? point_json(*report.point) : Json(nullptr);
  json["metrics"] = report.point ? metrics_json(*report.point, report.metrics) : Json::array();
  if (report.point) {
    const Json record = Json::parse(report.point->document, nullptr, false);
    if (record.is_object() && record.contains("sampling")) json["sampling"] = record["sampling"];
  }
  if (!report.observed.empty())
    json["observed"] = list(report.observed, [](const auto& one) { return install::to_json(one); });
  if (report.failure) json["failure"] = error_json(*report.failure);
  return json;
}

Json document_of(const app::ExperimentsReport& report) {
  Json json = titled("ck.experiments/1");
  json["experiments"] = list(report.experiments, experiment_json);
  return json;
}

Json document_of(const app::ExperimentDetail& report) {
  Json json = titled("ck.experiment/1");
  json["experiment"] = experiment_json(report.experiment);
  json["points"] = list(report.points, [](const app::ExperimentDetail::PointDetail& detail) {
    Json one = point_json(detail.point);
    one["metrics"] = metrics_json(detail.point, detail.metrics);
    one["record"] = Json::parse(detail.point.document, nullptr, false);
    return one;
  });
  return json;
}

Json difference_json(const experiment::EnvironmentDifference& difference) {
  return {{"what", difference.what}, {"recorded", difference.recorded}, {"now", difference.now}};
}

Json document_of(const experiment::ReplayReport& report) {
  Json json = titled("ck.replay/1");
  json["recorded"] = point_json(report.recorded);
  json["now"] = point_json(report.now);
  json["level"] = experiment::name_of(report.level);
  if (report.failure) {
    json["failure"] = error_json(*report.failure);
    return json;
  }
  const auto& comparison = report.comparison;
  json["verdict"] = experiment::name_of(comparison.verdict);
  json["outputs"] = list(comparison.outputs, [](const experiment::OutputComparison& output) {
    return Json{{"name", output.name},
                {"agreement", experiment::name_of(output.agreement)},
                {"detail", output.detail}};
  });
  json["metrics"] = list(comparison.metrics, [](const experiment::MetricComparison& metric) {
    return Json{{"name", metric.key.name},
                {"unit", metric.key.unit},
                {"agreement", experiment::name_of(metric.agreement)},
                {"recorded", finite(metric.recorded)},
                {"now", finite(metric.now)},
                {"decides", metric.decides},
                {"detail", metric.detail},
                {"reason", metric.reason}};
  });
  json["environment"] = list(comparison.environment, difference_json);
  return json;
}

Json document_of(const experiment::ReplayPlan& plan) {
  Json json = titled("ck.replay_plan/1");
  json["recorded"] = point_json(plan.recorded);
  json["level"] = experiment::name_of(plan.level);
  json["repetitions"] = plan.repetitions;
  json["needs"] = list(plan.needs, [](const experiment::ReplayPlan::Need& need) {
    return Json{{"what", need.what}, {"id", need.id}, {"here", need.here}};
  });
  json["unequal"] = list(plan.unequal, difference_json);
  if (plan.obstacle) json["obstacle"] = error_json(*plan.obstacle);
  return json;
}

Json document_of(const experiment::ImportReport& report) {
  Json json = titled("ck.import_experiments/1");
  json["experiments"] =
      list(report.experiments, [](const experiment::ImportedExperiment& experiment) {
        return Json{{"name", experiment.name},
                    {"uid", experiment.uid},
                    {"folder", experiment.folder.string()},
                    {"points_added", experiment.added},
                    {"points_known", experiment.known}};
      });
  json["problems"] = list(report.problems, error_json);
  return json;
}

Json document_of(const experiment::ExportReport& report) {
  Json json = titled("ck.export_experiment/1");
  json["experiment"] = report.experiment;
  json["uid"] = report.uid;
  json["entry"] = report.entry.string();
  json["points"] = report.points;
  return json;
}

Json entry_json(const app::ExploreReport& report, const app::ExploreEntry& entry) {
  Json one = {{"values", values_json(entry.values)},
              {"point", entry.point.empty() ? Json(nullptr) : Json(entry.point)},
              {"samples", entry.samples},
              {"on_frontier", entry.on_frontier},
              {"probability", entry.probability},
              {"medians", Json::object()}};
  for (std::size_t i = 0; i < entry.medians.size(); ++i)
    one["medians"][report.objectives[i].name] = entry.medians[i];
  if (!entry.failure.empty()) one["failure"] = entry.failure;
  return one;
}

Json choice_json(const app::ExploreChoice& choice) {
  const auto& without = choice.effect.without;
  Json one = {{"axis", choice.axis},
              {"value", choice.value},
              {"instead", choice.instead},
              {"matters", choice.effect.matters},
              {"fails_without", choice.effect.failed_without}};
  if (!choice.effect.failed_without) {
    one["ratio_without"] = without.ratio;
    one["ratio_without_90"] = {finite(without.interval.low), finite(without.interval.high)};
  }
  return one;
}

}  // namespace

std::string json_text(const app::RunReport& report) { return to_pretty_text(document_of(report)); }

std::string json_text(const app::CompareReport& report) {
  Json json = titled("ck.compare/1");
  json["experiment"] = report.experiment;
  json["variants"] = list(report.outcome.points, [](const store::Point& point) {
    Json one = point_json(point);
    one["metrics"] = metrics_json(point, experiment::summarize(point));
    const Json record = Json::parse(point.document, nullptr, false);
    if (record.is_object() && record.contains("comparison"))
      one["comparison"] = record["comparison"];
    return one;
  });
  const auto& results = report.outcome.results;
  if (results.size() > 1) {
    json["false_discoveries"] = {
        {"method", "Benjamini-Hochberg"},
        {"rate", measure::kFalseDiscoveryRate},
        {"comparisons", results.size()},
        {"called_different",
         std::ranges::count_if(results, &experiment::VersusResult::called_different)}};
  }
  if (report.outcome.failure) json["failure"] = error_json(*report.outcome.failure);
  return to_pretty_text(json);
}

std::string json_text(const app::SweepReport& report) {
  Json json = titled("ck.sweep/1");
  json["id"] = report.id;
  json["experiment"] = report.experiment;
  json["missing"] = report.missing();
  json["seconds_per_point"] =
      report.seconds_per_point ? Json(*report.seconds_per_point) : Json(nullptr);
  json["points"] = list(report.entries, [](const app::SweepReport::Entry& entry) {
    Json one = {{"values", values_json(entry.values)}, {"known", entry.known}};
    one["point"] = entry.point ? Json(entry.point->uid) : Json(nullptr);
    if (entry.point)
      one["metrics"] = metrics_json(*entry.point, experiment::summarize(*entry.point));
    if (entry.failure) one["failure"] = error_json(*entry.failure);
    return one;
  });
  return to_pretty_text(json);
}

std::string json_text(const app::ExploreReport& report) {
  Json json = titled("ck.explore/1");
  json["id"] = report.id;
  json["experiment"] = report.experiment;
  json["places"] = report.places;
  json["axes"] = list(report.axes, [](const auto& axis) {
    return Json{{"name", axis.first}, {"values", axis.second}};
  });
  json["objectives"] = list(report.objectives, [](const app::ExploreObjective& objective) {
    return Json{{"name", objective.name},
                {"unit", objective.unit},
                {"better", objective.greatest ? "higher" : "lower"}};
  });
  json["tried"] =
      list(report.entries, [&](const auto& entry) { return entry_json(report, entry); });
  json["best"] = report.best ? values_json(report.entries[*report.best].values) : Json(nullptr);
  if (!report.choices.empty()) {
    json["choices"] = list(report.choices, choice_json);
    json["what_matters"] = values_json(report.pruned);
  }
  return to_pretty_text(json);
}

std::string json_text(const app::ExperimentsReport& report) {
  return to_pretty_text(document_of(report));
}

std::string json_text(const app::ExperimentDetail& report) {
  return to_pretty_text(document_of(report));
}

std::string json_text(const experiment::ReplayReport& report) {
  return to_pretty_text(document_of(report));
}

std::string json_text(const experiment::ReplayPlan& plan) {
  return to_pretty_text(document_of(plan));
}

std::string json_text(const experiment::ImportReport& report) {
  return to_pretty_text(document_of(report));
}

std::string json_text(const experiment::ExportReport& report) {
  return to_pretty_text(document_of(report));
}

}  // namespace ck::cli
