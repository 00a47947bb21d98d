#include "experiment/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "experiment/archive.hpp"
#include "experiment/compare_outputs.hpp"

namespace ck::experiment {
namespace {

const store::StoredOutput* find_output(const store::Repetition& repetition,
                                       const std::string& name) {
  const auto found = std::ranges::find(repetition.outputs, name, &store::StoredOutput::name);
  return found == repetition.outputs.end() ? nullptr : &*found;
}

bool is_good(Agreement agreement) {
  return agreement != Agreement::differs && agreement != Agreement::missing;
}

/// Every repetition now against the first recorded one; the first disagreement speaks for all.
OutputComparison compare_repetitions(const model::Output& output, const store::Point& recorded,
                                     const store::Point& now, store::Blobs& blobs) {
  const auto* wanted = recorded.repetitions.empty()
                           ? nullptr
                           : find_output(recorded.repetitions.front(), output.name);
  OutputComparison result{output.name, Agreement::missing, "nothing was run"};
  for (const auto& repetition : now.repetitions) {
    OutputComparison comparison =
        compare_output(output, wanted, find_output(repetition, output.name), blobs);
    const bool first = &repetition == &now.repetitions.front();
    if (first || !is_good(comparison.agreement) ||
        comparison.agreement == Agreement::within_tolerance) {
      result = std::move(comparison);
    }
    if (!is_good(result.agreement)) break;
  }
  return result;
}

std::string described(const run::Summary& summary, const std::string& unit) {
  std::string text = human_metric(summary.median, unit);
  if (summary.count > 1) {
    text += " [" + human_metric(summary.median_95.low, unit) + ", " +
            human_metric(summary.median_95.high, unit) + "]";
  }
  return text;
}

std::string change(double recorded, double now) {
  if (recorded == 0) return {};
  return fmt::format(": {:+.1f} %", 100 * (now - recorded) / std::abs(recorded));
}

Agreement agree_by_interval(const run::Summary& recorded, const run::Summary& now,
                            const std::string& direction, const CompareOptions& options) {
  const double slack = options.margin * std::abs(recorded.median);
  const bool above = now.median_95.low > recorded.median_95.high + slack;
  const bool below = now.median_95.high < recorded.median_95.low - slack;
  if (!above && !below) return Agreement::overlapping;
  if ((below && direction == "lower") || (above && direction == "higher"))
    return Agreement::improved;
  const bool enough = recorded.count >= options.enough && now.count >= options.enough;
  return enough ? Agreement::differs : Agreement::inconclusive;
}

Agreement agree_by_tolerance(const model::Metric& metric, double recorded, double now) {
  const double allowed = std::max(metric.absolute_tolerance.value_or(0),
                                  metric.relative_tolerance.value_or(0) * std::abs(recorded));
  return std::abs(now - recorded) <= allowed ? Agreement::within_tolerance : Agreement::differs;
}

Agreement agree(const model::Metric* metric, const MetricSummary& recorded,
                const MetricSummary& now, const CompareOptions& options) {
  const auto& old_summary = recorded.summary;
  const auto& new_summary = now.summary;
  const bool equal =
      old_summary.minimum == new_summary.minimum && old_summary.maximum == new_summary.maximum;
  if (equal && old_summary.minimum == old_summary.maximum) return Agreement::identical;
  if (metric != nullptr && (metric->absolute_tolerance || metric->relative_tolerance)) {
    return agree_by_tolerance(*metric, old_summary.median, new_summary.median);
  }
  if (recorded.key.role == "accuracy") return equal ? Agreement::identical : Agreement::differs;
  return agree_by_interval(old_summary, new_summary, recorded.key.direction, options);
}

MetricComparison compare_metric(const run::RunPlan& plan, const MetricSummary& recorded,
                                const std::vector<MetricSummary>& all_now,
                                const CompareOptions& options) {
  const auto metric = std::ranges::find(plan.metrics, recorded.key.name, &model::Metric::name);
  const bool declared = metric != plan.metrics.end();
  MetricComparison comparison;
  comparison.key = recorded.key;
  comparison.recorded = recorded.summary.median;
  comparison.decides = declared && metric->required;
  const auto now = std::ranges::find_if(all_now, [&](const MetricSummary& candidate) {
    return candidate.key.name == recorded.key.name && candidate.key.unit == recorded.key.unit;
  });
  if (now == all_now.end()) {
    comparison.agreement = Agreement::missing;
    comparison.detail = "not measured this time";
    return comparison;
  }
  comparison.now = now->summary.median;
  comparison.agreement = agree(declared ? &*metric : nullptr, recorded, *now, options);
  const auto& unit = recorded.key.unit;
  comparison.detail = described(now->summary, unit);
  if (comparison.agreement != Agreement::identical) {
    comparison.detail += " instead of " + described(recorded.summary, unit) +
                         change(comparison.recorded, comparison.now);
  }
  return comparison;
}

/// A fact as text; of a list only what the other one does not have.
std::string described(const Json& fact, const Json& other) {
  if (fact.is_null()) return "unknown";
  if (fact.is_string()) return fact.get<std::string>();
  if (!fact.is_array() || !other.is_array()) return fact.dump();
  Json own = Json::array();
  for (const auto& item : fact) {
    if (std::ranges::find(other, item) == other.end()) own.push_back(item);
  }
  return own.dump();
}

void compare_facts(const Json& recorded, const Json& now, const std::string& what,
                   std::vector<EnvironmentDifference>& differences) {
  if (recorded != now)
    differences.push_back({what, described(recorded, now), described(now, recorded)});
}

/// How the last execution ended; nothing that was not executed.
Json ending_of(const store::Point& point) {
  return point.repetitions.empty() ? Json() : Json(point.repetitions.back().ending);
}

Json host_of(const Json& document) {
  Json host = document.value("host", Json());
  return host.is_object() ? host : Json::object();
}

/// How the programs ended, facts of the two machines, and the version of ck.
Result<std::vector<EnvironmentDifference>> compare_surroundings(const store::Point& recorded,
                                                                const store::Point& now) {
  CK_TRY(old_document, document_of(recorded));
  CK_TRY(new_document, document_of(now));
  std::vector<EnvironmentDifference> differences;
  compare_facts(ending_of(recorded), ending_of(now), "ending", differences);
  compare_facts(old_document.value("ck_version", Json()), new_document.value("ck_version", Json()),
                "ck version", differences);
  const Json old_host = host_of(old_document);
  const Json new_host = host_of(new_document);
  for (const auto& [name, fact] : old_host.items())
    compare_facts(fact, new_host.value(name, Json()), "host " + name, differences);
  for (const auto& [name, fact] : new_host.items()) {
    if (!old_host.contains(name)) compare_facts(Json(), fact, "host " + name, differences);
  }
  return differences;
}

bool ended_well(const store::Point& point) {
  return std::ranges::any_of(point.repetitions, &store::Repetition::ok);
}

Comparison::Verdict verdict_of(const Comparison& comparison) {
  auto verdict = Comparison::Verdict::reproduced;
  const auto count = [&](Agreement agreement) {
    if (!is_good(agreement)) verdict = Comparison::Verdict::differs;
    if (agreement == Agreement::within_tolerance && verdict == Comparison::Verdict::reproduced) {
      verdict = Comparison::Verdict::within_tolerance;
    }
  };
  for (const auto& output : comparison.outputs) count(output.agreement);
  for (const auto& metric : comparison.metrics) {
    if (metric.decides) count(metric.agreement);
  }
  return verdict;
}

}  // namespace

std::string_view name_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::identical:
      return "identical";
    case Agreement::within_tolerance:
      return "within tolerance";
    case Agreement::overlapping:
      return "overlapping";
    case Agreement::improved:
      return "improved";
    case Agreement::inconclusive:
      return "inconclusive";
    case Agreement::differs:
      return "differs";
    case Agreement::missing:
      return "missing";
  }
  return "differs";
}

std::string_view name_of(Comparison::Verdict verdict) {
  switch (verdict) {
    case Comparison::Verdict::reproduced:
      return "reproduced";
    case Comparison::Verdict::within_tolerance:
      return "within tolerance";
    case Comparison::Verdict::differs:
      return "differs";
  }
  return "differs";
}

Result<Comparison> compare(const store::Point& recorded, const store::Point& now,
                           store::Blobs& blobs, const CompareOptions& options) {
  CK_TRY(plan, plan_of(recorded));
  Comparison comparison;
  for (const auto& output : plan.outputs) {
    comparison.outputs.push_back(compare_repetitions(output, recorded, now, blobs));
  }
  const auto summaries = summarize(now);
  for (const auto& metric : summarize(recorded)) {
    comparison.metrics.push_back(compare_metric(plan, metric, summaries, options));
  }
  CK_TRY(differences, compare_surroundings(recorded, now));
  comparison.environment = std::move(differences);
  // Two failures may agree in all that they left behind; neither is a result to reproduce.
  const bool results = ended_well(recorded) && ended_well(now);
  comparison.verdict = results ? verdict_of(comparison) : Comparison::Verdict::differs;
  return comparison;
}

}  // namespace ck::experiment
