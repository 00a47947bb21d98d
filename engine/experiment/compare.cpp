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

std::string number(double value, const std::string& unit) {
  if (unit == "ns") return human_duration_ns(value);
  if (unit == "bytes") return human_bytes(value);
  const std::string text = fmt::format("{:.6g}", value);
  return unit.empty() || unit == "fraction" ? text : text + " " + unit;
}

std::string described(const run::Summary& summary, const std::string& unit) {
  std::string text = number(summary.median, unit);
  if (summary.count > 1) {
    text += " [" + number(summary.median_95.low, unit) + ", " +
            number(summary.median_95.high, unit) + "]";
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

void compare_texts(const Json& recorded, const Json& now, const std::string& what,
                   std::vector<EnvironmentDifference>& differences) {
  if (recorded == now) return;
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  differences.push_back({what, text(recorded), text(now)});
}

/// Facts of the two machines, and the version of ck.
Result<std::vector<EnvironmentDifference>> compare_hosts(const store::Point& recorded,
                                                         const store::Point& now) {
  CK_TRY(old_document, parse_json(recorded.document, "document of point " + recorded.uid));
  CK_TRY(new_document, parse_json(now.document, "document of point " + now.uid));
  std::vector<EnvironmentDifference> differences;
  const Json empty = Json::object();
  compare_texts(old_document.value("ck_version", empty), new_document.value("ck_version", empty),
                "ck version", differences);
  const Json old_host = old_document.value("host", empty);
  const Json new_host = new_document.value("host", empty);
  for (const auto& [name, value] : old_host.items()) {
    compare_texts(value, new_host.contains(name) ? new_host[name] : Json(), "host " + name,
                  differences);
  }
  return differences;
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
  CK_TRY(differences, compare_hosts(recorded, now));
  comparison.environment = std::move(differences);
  comparison.verdict = verdict_of(comparison);
  return comparison;
}

}  // namespace ck::experiment
