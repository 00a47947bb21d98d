#include "experiment/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "experiment/archive.hpp"
#include "experiment/compare_outputs.hpp"
#include "experiment/measured.hpp"

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
  if (summary.median_95.low < summary.median_95.high) {
    text += " [" + human_metric(summary.median_95.low, unit) + ", " +
            human_metric(summary.median_95.high, unit) + "]";
  }
  return text;
}

std::string change(double recorded, double now) {
  if (recorded == 0) return {};
  return fmt::format(": {:+.1f} %", 100 * (now - recorded) / std::abs(recorded));
}

/// The two points and what else there is to compare a metric by.
struct Sides {
  const store::Point& recorded;
  const store::Point& now;
  const CompareOptions& options;
};

std::optional<Margin> margin_for(const store::MetricKey& key, const Sides& sides) {
  if (sides.options.margin) return Margin{*sides.options.margin, "as asked for"};
  return recorded_margin(key, sides.recorded, sides.options.sessions);
}

/// What a test says: `same` where it shows that.
Agreement agreement_of(measure::Equivalence result, bool better, Agreement same) {
  if (result == measure::Equivalence::equivalent) return same;
  if (result == measure::Equivalence::undecided) return Agreement::inconclusive;
  return better ? Agreement::improved : Agreement::differs;
}

bool has_tolerance(const model::Metric* metric) {
  return metric != nullptr && (metric->absolute_tolerance || metric->relative_tolerance);
}

/// The test of a difference in words.
std::string difference_text(const measure::DifferenceTest& test, double tolerance,
                            const std::string& unit) {
  const std::string behind = unit.empty() ? "" : " " + unit;
  const std::string text = fmt::format(
      "off by {:+.4g} [{:+.4g}, {:+.4g}]{}, tolerance {:.4g}{} (of the program)", test.difference,
      test.interval_90.low, test.interval_90.high, behind, tolerance, behind);
  if (test.result != measure::Equivalence::undecided) return text;
  return text + needed_text(test.needed);
}

/// A measured quantity whose descriptor says how far it may be off, the wider of the two.
Agreement agree_within_tolerance(const model::Metric& metric, const store::MetricKey& key,
                                 const std::vector<double>& recorded,
                                 const std::vector<double>& now, std::string& reason) {
  const double size = std::abs(measure::median(recorded));
  const double relative = metric.relative_tolerance.value_or(0);
  const double absolute = metric.absolute_tolerance.value_or(0);
  if (size > 0 && relative * size >= absolute) {
    const auto test = measure::ratio_test(recorded, now, relative);
    reason = text_of(test, {relative, "the program's tolerance"});
    return agreement_of(test.result, is_better(key, test.ratio), Agreement::within_tolerance);
  }
  const auto test = measure::difference_test(recorded, now, absolute);
  reason = difference_text(test, absolute, key.unit);
  return agreement_of(test.result, is_better(key, 1 + test.difference),
                      Agreement::within_tolerance);
}

/// A measured quantity: agreement, and the test in words.
Agreement agree_by_test(const model::Metric* metric, const store::MetricKey& key,
                        const Sides& sides, std::string& reason) {
  const auto recorded = steady_samples(sides.recorded, key);
  const auto now = steady_samples(sides.now, key);
  if (!sides.options.margin && has_tolerance(metric))
    return agree_within_tolerance(*metric, key, recorded, now, reason);
  const auto margin = margin_for(key, sides);
  if (!margin) {
    const std::string times =
        recorded.size() == 1 ? "once" : fmt::format("{} times", recorded.size());
    reason = "recorded " + times + ", so how far it varies is not known (--margin=SHARE)";
    return Agreement::unclaimed;
  }
  const auto test = measure::ratio_test(recorded, now, margin->share);
  reason = text_of(test, *margin);
  return agreement_of(test.result, is_better(key, test.ratio), Agreement::equivalent);
}

Agreement agree_by_tolerance(const model::Metric& metric, double recorded, double now) {
  const double allowed = std::max(metric.absolute_tolerance.value_or(0),
                                  metric.relative_tolerance.value_or(0) * std::abs(recorded));
  return std::abs(now - recorded) <= allowed ? Agreement::within_tolerance : Agreement::differs;
}

/// Whether samples say that they do not vary; one alone says nothing about it.
bool are_constant(const std::vector<double>& samples) {
  return samples.size() > 1 &&
         std::ranges::adjacent_find(samples, std::ranges::not_equal_to{}) == samples.end();
}

/// Whether there is nothing to be tested: two medians say it all.
bool is_exact(const store::MetricKey& key, const Sides& sides) {
  return key.role == "accuracy" || (are_constant(steady_samples(sides.recorded, key)) &&
                                    are_constant(steady_samples(sides.now, key)));
}

/// What is not a matter of measuring: equal, or exact and within the tolerance that is declared.
std::optional<Agreement> agree_exactly(const model::Metric* metric, const MetricSummary& recorded,
                                       const MetricSummary& now, const Sides& sides) {
  const auto& old_summary = recorded.summary;
  const auto& new_summary = now.summary;
  const bool equal =
      old_summary.minimum == new_summary.minimum && old_summary.maximum == new_summary.maximum;
  if (equal && old_summary.minimum == old_summary.maximum) return Agreement::identical;
  const bool tolerance_counts = recorded.key.role == "accuracy" || !sides.options.margin;
  if (has_tolerance(metric) && tolerance_counts && is_exact(recorded.key, sides))
    return agree_by_tolerance(*metric, old_summary.median, new_summary.median);
  if (recorded.key.role == "accuracy") return equal ? Agreement::identical : Agreement::differs;
  return std::nullopt;
}

MetricComparison compare_metric(const run::RunPlan& plan, const MetricSummary& recorded,
                                const std::vector<MetricSummary>& all_now, const Sides& sides) {
  const auto metric = std::ranges::find(plan.metrics, recorded.key.name, &model::Metric::name);
  const auto* declared = metric == plan.metrics.end() ? nullptr : &*metric;
  MetricComparison comparison;
  comparison.key = recorded.key;
  comparison.recorded = recorded.summary.median;
  comparison.decides = declared != nullptr && declared->required;
  const auto now = std::ranges::find_if(all_now, [&](const MetricSummary& candidate) {
    return candidate.key.name == recorded.key.name && candidate.key.unit == recorded.key.unit;
  });
  if (now == all_now.end()) {
    comparison.agreement = Agreement::missing;
    comparison.detail = "not measured this time";
    return comparison;
  }
  comparison.now = now->summary.median;
  const auto& unit = recorded.key.unit;
  comparison.detail = described(now->summary, unit);
  const auto exact = agree_exactly(declared, recorded, *now, sides);
  if (exact != Agreement::identical) {
    comparison.detail += " instead of " + described(recorded.summary, unit) +
                         change(comparison.recorded, comparison.now);
  }
  comparison.agreement =
      exact ? *exact : agree_by_test(declared, recorded.key, sides, comparison.reason);
  comparison.decides = comparison.decides && comparison.agreement != Agreement::unclaimed;
  return comparison;
}

/// A fact as text; of a list only what the other one does not have.
std::string described(const Json& fact, const Json& other) {
  if (fact.is_null()) return "unknown";
  if (fact.is_string()) return fact.get<std::string>();
  return to_text(without_common(fact, other));
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
  for (auto& difference : host_differences(old_document, new_document))
    differences.push_back(std::move(difference));
  return differences;
}

bool ended_well(const store::Point& point) {
  return std::ranges::any_of(point.repetitions, &store::Repetition::ok);
}

Comparison::Verdict verdict_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::identical:
    case Agreement::equivalent:
    case Agreement::unclaimed:
      return Comparison::Verdict::reproduced;
    case Agreement::within_tolerance:
      return Comparison::Verdict::within_tolerance;
    case Agreement::improved:
      return Comparison::Verdict::trend_only;
    case Agreement::inconclusive:
      return Comparison::Verdict::inconclusive;
    case Agreement::differs:
    case Agreement::missing:
      break;
  }
  return Comparison::Verdict::differs;
}

/// The worst of all that decides.
Comparison::Verdict verdict_of(const Comparison& comparison) {
  auto verdict = Comparison::Verdict::reproduced;
  for (const auto& output : comparison.outputs)
    verdict = std::max(verdict, verdict_of(output.agreement));
  for (const auto& metric : comparison.metrics) {
    if (metric.decides) verdict = std::max(verdict, verdict_of(metric.agreement));
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
    case Agreement::equivalent:
      return "equivalent";
    case Agreement::improved:
      return "improved";
    case Agreement::inconclusive:
      return "inconclusive";
    case Agreement::unclaimed:
      return "unclaimed";
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
    case Comparison::Verdict::trend_only:
      return "trend only";
    case Comparison::Verdict::inconclusive:
      return "inconclusive";
    case Comparison::Verdict::differs:
      return "differs";
  }
  return "differs";
}

bool is_better(const store::MetricKey& key, double ratio) {
  if (key.direction == "lower") return ratio < 1;
  return key.direction == "higher" && ratio > 1;
}

std::optional<Margin> recorded_margin(const store::MetricKey& key, const store::Point& recorded,
                                      const std::vector<store::Point>& sessions) {
  const auto samples = steady_samples(recorded, key);
  std::vector<std::vector<double>> all;
  bool contained = false;
  for (const auto& session : sessions) {
    all.push_back(steady_samples(session, key));
    contained = contained || session.uid == recorded.uid;
  }
  if (!contained) all.push_back(samples);
  return author_margin(all, samples);
}

bool is_reproduced(Comparison::Verdict verdict) {
  return verdict == Comparison::Verdict::reproduced ||
         verdict == Comparison::Verdict::within_tolerance;
}

std::vector<EnvironmentDifference> host_differences(const Json& recorded, const Json& now) {
  std::vector<EnvironmentDifference> differences;
  compare_facts(recorded.value("ck_version", Json()), now.value("ck_version", Json()), "ck version",
                differences);
  const Json old_host = host_of(recorded);
  const Json new_host = host_of(now);
  for (const auto& [name, fact] : old_host.items())
    compare_facts(fact, new_host.value(name, Json()), "host " + name, differences);
  for (const auto& [name, fact] : new_host.items()) {
    if (!old_host.contains(name)) compare_facts(Json(), fact, "host " + name, differences);
  }
  return differences;
}

Result<Comparison> compare(const store::Point& recorded, const store::Point& now,
                           store::Blobs& blobs, const CompareOptions& options) {
  CK_TRY(plan, plan_of(recorded));
  Comparison comparison;
  for (const auto& output : plan.outputs) {
    comparison.outputs.push_back(compare_repetitions(output, recorded, now, blobs));
  }
  const auto summaries = summarize(now);
  const Sides sides{recorded, now, options};
  for (const auto& metric : summarize(recorded)) {
    comparison.metrics.push_back(compare_metric(plan, metric, summaries, sides));
  }
  CK_TRY(differences, compare_surroundings(recorded, now));
  comparison.environment = std::move(differences);
  // Two failures may agree in all that they left behind; neither is a result to reproduce.
  const bool results = ended_well(recorded) && ended_well(now);
  comparison.verdict = results ? verdict_of(comparison) : Comparison::Verdict::differs;
  return comparison;
}

}  // namespace ck::experiment
