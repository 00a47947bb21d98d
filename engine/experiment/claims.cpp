#include "experiment/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "experiment/compare.hpp"
#include "experiment/conditions.hpp"
#include "experiment/measured.hpp"
#include "experiment/sampling.hpp"

namespace ck::experiment {
namespace {

constexpr std::string_view kSchema = "ck.claims/1";
constexpr double kRelationMargin = 0.10;
constexpr double kRelationSeconds = 300;
constexpr double kNumberSeconds = 60;
/// Of the interval's half width in the margin: the more precise, the fewer verdicts stay open.
constexpr double kPrecisionShare = 1.0 / 3;
constexpr std::size_t kFewestRuns = 10;  ///< as `Sampling` has it
constexpr int kMostRepetitions = 1'000'000;
constexpr double kNanoseconds = 1e9;

ClaimSubject subject_from_json(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  ClaimSubject subject{reader.string("experiment"), reader.optional_string("point").value_or("")};
  reader.finish();
  return subject;
}

void read_positive(ObjectReader& reader, std::string_view key, std::optional<double>& into) {
  into = reader.optional_number(key);
  if (into && !(*into > 0)) reader.problem(key, "must be above 0");
}

void read_cost(ObjectReader& reader, Claim& claim) {
  std::optional<double> cost;
  read_positive(reader, "cost_seconds", cost);
  claim.cost_seconds = cost.value_or(0);
  const Json* reduced = reader.optional("reduced");
  if (reduced == nullptr) return;
  ObjectReader less(*reduced, reader.path_of("reduced"), reader.problems());
  if (const auto count = less.optional_integer("repetitions", 1, kMostRepetitions))
    claim.reduced_repetitions = static_cast<int>(*count);
  read_positive(less, "cost_seconds", claim.reduced_cost_seconds);
  less.finish();
}

/// How many times faster, if the claim says so: "ratio", or "at_least" for that much or more.
void read_factor(ObjectReader& reader, Claim& claim) {
  for (const char* key : {"ratio", "at_least"}) {
    const auto factor = reader.optional_number(key);
    if (!factor) continue;
    if (claim.expected) reader.problem(key, "cannot stand beside 'ratio'");
    if (*factor <= 1)
      reader.problem(key, "must be above 1: how many times faster", "exchange 'faster' and 'than'");
    claim.expected = factor;
    claim.at_least = std::string_view(key) == "at_least";
  }
}

/// "relation": {"faster": …, "than": …, "ratio": 1.5}
void read_relation(const Json& value, ObjectReader& parent, Claim& claim) {
  ObjectReader reader(value, parent.path_of("relation"), parent.problems());
  if (const Json* faster = reader.required("faster"))
    claim.subject = subject_from_json(*faster, reader.path_of("faster"), reader.problems());
  claim.than.emplace();
  if (const Json* than = reader.required("than"))
    claim.than = subject_from_json(*than, reader.path_of("than"), reader.problems());
  read_factor(reader, claim);
  reader.finish();
}

Claim claim_from_json(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  Claim claim;
  claim.name = reader.string("name");
  claim.text = reader.optional_string("text").value_or("");
  read_positive(reader, "margin", claim.margin);
  if (const auto count = reader.optional_integer("repetitions", 1, kMostRepetitions))
    claim.repetitions = static_cast<int>(*count);
  read_cost(reader, claim);
  if (const Json* relation = reader.optional("relation")) {
    claim.metric = reader.optional_string("metric").value_or("");
    read_relation(*relation, reader, claim);
  } else {
    claim.metric = reader.string("metric");
    claim.subject = {reader.string("experiment"), reader.optional_string("point").value_or("")};
    claim.expected = reader.optional_number("expected");
  }
  reader.finish();
  return claim;
}

/// `--claim=NAME` and reports mean one claim by its name.
void refuse_namesake(const std::vector<Claim>& claims, const std::string& path,
                     JsonProblems& problems) {
  const auto& name = claims.back().name;
  const auto before = std::ranges::find(claims, name, &Claim::name) - claims.begin();
  if (name.empty() || static_cast<std::size_t>(before) + 1 == claims.size()) return;
  problems.add(path + "/name",
               "is '" + name + "', as that of /claims/" + std::to_string(before) + " is",
               "give each claim another name");
}

ClaimVerdict verdict_of(const measure::RatioTest& test, const store::MetricKey& key) {
  switch (test.result) {
    case measure::Equivalence::equivalent:
      return ClaimVerdict::reproduced;
    case measure::Equivalence::different:
      return is_better(key, test.ratio) ? ClaimVerdict::trend_only : ClaimVerdict::differs;
    case measure::Equivalence::undecided:
      break;
  }
  return ClaimVerdict::inconclusive;
}

/// What the claim says that it takes.
std::optional<double> budget_of(const Claim& claim, bool reduced) {
  if (reduced && claim.reduced_cost_seconds) return claim.reduced_cost_seconds;
  return claim.cost_seconds > 0 ? std::optional(claim.cost_seconds) : std::nullopt;
}

std::optional<int> repetitions_of(const Claim& claim, bool reduced) {
  return reduced && claim.reduced_repetitions ? claim.reduced_repetitions : claim.repetitions;
}

/// How long one recorded run took.
std::optional<double> seconds_of_run(const store::Point& recorded) {
  std::vector<double> seconds;
  for (const auto& repetition : recorded.repetitions) {
    if (repetition.ok) seconds.push_back(static_cast<double>(repetition.wall_ns) / kNanoseconds);
  }
  return seconds.empty() ? std::nullopt : std::optional(measure::median(seconds));
}

/// The metric's key in a point, or `not_found` listing what there is.
Result<store::MetricKey> key_of(const store::Point& point, const std::string& metric) {
  std::vector<std::string> names;
  for (const auto& key : point.keys) {
    if (key.name == metric) return key;
    names.push_back(key.name);
  }
  Error error(ErrorCode::not_found, "point " + point.uid + " has no metric '" + metric + "'");
  if (const auto hint = did_you_mean(near_misses(metric, names))) error.hint(*hint);
  return fail(std::move(error));
}

/// What a run wrote otherwise than the recorded one did, if anything: its numbers are those of
/// something else then.
Result<std::optional<std::string>> wrong_output(const store::Point& recorded,
                                                const store::Point& now, store::Blobs& blobs) {
  CK_TRY(comparison, compare(recorded, now, blobs));
  for (const auto& output : comparison.outputs) {
    if (output.agreement != Agreement::differs && output.agreement != Agreement::missing) continue;
    return std::optional("output " + output.name + " is not as recorded (" + output.detail +
                         "), so its numbers do not count");
  }
  return std::optional<std::string>();
}

/// The recorded point of a number, and how it is to be judged.
struct Number {
  store::Point recorded;
  store::MetricKey key;
  std::optional<Margin> margin;
};

Result<Number> number_of(const Claim& claim, store::Store& store) {
  Number number;
  CK_TRY(recorded, recorded_point(claim.subject.experiment, claim.subject.point, store));
  number.recorded = std::move(recorded);
  CK_TRY(key, key_of(number.recorded, claim.metric));
  number.key = key;
  CK_TRY(sessions, sessions_of(number.recorded, store));
  number.margin = margin_of(claim, key, number.recorded, sessions);
  return number;
}

/// How often a number will be run, as far as its record tells.
double runs_for(const Sampling& sampling, const Number& number) {
  if (!sampling.precision) return sampling.repetitions;
  const auto samples = steady_samples(number.recorded, number.key);
  return static_cast<double>(
      measure::samples_for(measure::describe(samples, 0), {*sampling.precision, kFewestRuns}));
}

/// What was measured for a number, judged.
Status judge_measured(const Number& number, const store::Point& now, store::Blobs& blobs,
                      ClaimResult& result) {
  CK_TRY(wrong, wrong_output(number.recorded, now, blobs));
  if (wrong) {
    result.detail = *wrong;
    return {};
  }
  CK_CHECK(key_of(now, result.claim.metric));
  auto judged = judge_number(result.claim, number.key, *number.margin, number.recorded, now);
  result.verdict = judged.verdict;
  result.detail = std::move(judged.detail);
  return {};
}

Result<ClaimResult> verify_number(const Claim& claim, bool reduced, const std::string& request,
                                  const run::PassThrough& output, install::Context& context) {
  ClaimResult result{claim, ClaimVerdict::differs, {}, {}};
  // Told before anything is built or measured for nothing.
  CK_TRY(number, number_of(claim, context.store));
  if (!number.margin) {
    result.verdict = ClaimVerdict::inconclusive;
    result.detail =
        "not measured: the claim has no margin, and the record is too short to give one";
    return result;
  }
  CK_TRY(restored, restore_point(claim.subject.experiment, number.recorded.uid, context));
  PointRequest point;
  point.experiment = number.recorded.experiment;
  point.replay_of = number.recorded.uid;
  point.request = request;
  point.sampling = sampling_for(claim, reduced, *number.margin);
  CK_CHECK(hold_equal(number.recorded, restored.differences, restored.plan, restored.lock, point,
                      *restored.context));
  CK_TRY(outcome, execute_point(point, restored.plan, restored.lock, output, *restored.context));
  result.points = {outcome.point.uid};
  if (outcome.failure) {
    if (outcome.failure->code == ErrorCode::interrupted) return fail(std::move(*outcome.failure));
    result.detail = outcome.failure->message;
    return result;
  }
  CK_CHECK(judge_measured(number, outcome.point, restored.context->store.blobs(), result));
  return result;
}

/// Both are measured in turns, under the conditions of the faster one's record; what is not as in
/// either record is told.
Status hold_both_equal(const RestoredPoint& slow, const RestoredPoint& fast,
                       PointRequest& request) {
  CK_CHECK(
      hold_equal(fast.recorded, fast.differences, fast.plan, fast.lock, request, *fast.context));
  CK_TRY(conditions, condition_differences(slow.recorded, request.sampling));
  conditions.insert(conditions.end(), slow.differences.begin(), slow.differences.end());
  return tell_unequal(slow.recorded, conditions, request, slow.plan, slow.lock, *slow.context);
}

double relation_margin(const Claim& claim) {
  return claim.margin.value_or(claim.at_least ? 0 : kRelationMargin);
}

/// What the measuring is to decide: the subject's numbers over those of `than`.
std::optional<measure::ClaimedRatio> claimed_ratio(const Claim& claim,
                                                   const store::Point& recorded) {
  if (!claim.expected) return std::nullopt;
  const std::string metric = claim.metric.empty() ? primary_metric(recorded.keys) : claim.metric;
  const auto key = std::ranges::find(recorded.keys, metric, &store::MetricKey::name);
  const bool more_is_better = key != recorded.keys.end() && key->direction == "higher";
  return measure::ClaimedRatio{more_is_better ? *claim.expected : 1 / *claim.expected,
                               relation_margin(claim)};
}

/// How many times better the subject is, from the ratio of its numbers.
measure::Interval factor_of(const measure::Interval& ratio, bool less_is_better) {
  if (!less_is_better) return ratio;
  return {1 / ratio.high, 1 / ratio.low};
}

/// "is 24.1 times [20.3, 28.9] as fast, claimed at least 20".
std::string factor_text(const measure::Comparison& comparison, bool less_is_better,
                        const Claim& claim) {
  const double ratio = less_is_better ? 1 / comparison.ratio : comparison.ratio;
  const auto factor = factor_of(comparison.interval_95, less_is_better);
  return fmt::format("that is {:.3g} times [{:.3g}, {:.3g}] as fast, claimed {}{:g}", ratio,
                     factor.low, factor.high, claim.at_least ? "at least " : "",
                     claim.expected.value_or(1));
}

Result<ClaimResult> verify_relation(const Claim& claim, bool reduced, const std::string& request,
                                    const run::PassThrough& output, install::Context& context) {
  ClaimResult result{claim, ClaimVerdict::differs, {}, {}};
  CK_TRY(slow, restore_point(claim.than->experiment, claim.than->point, context));
  CK_TRY(fast, restore_point(claim.subject.experiment, claim.subject.point, context));
  VersusRequest versus;
  versus.metric = claim.metric;
  versus.point.experiment = fast.recorded.experiment;
  versus.point.request = request;
  versus.point.sampling.budget_seconds = budget_of(claim, reduced).value_or(kRelationSeconds);
  CK_CHECK(hold_both_equal(slow, fast, versus.point));
  versus.rule.claimed = claimed_ratio(claim, slow.recorded);
  for (auto* one : {&slow, &fast}) {
    versus.variants.push_back({"experiment:" + one->recorded.experiment,
                               std::move(one->plan),
                               std::move(one->lock),
                               {},
                               one->context,
                               one->recorded.experiment,
                               one->recorded.uid});
  }
  CK_TRY(outcome, execute_versus(versus, output, context));
  for (const auto& point : outcome.points) result.points.push_back(point.uid);
  if (outcome.failure) {
    if (outcome.failure->code == ErrorCode::interrupted) return fail(std::move(*outcome.failure));
    result.detail = outcome.failure->message;
    return result;
  }
  CK_TRY(wrong_slow,
         wrong_output(slow.recorded, outcome.points.at(0), slow.context->store.blobs()));
  CK_TRY(wrong_fast,
         wrong_output(fast.recorded, outcome.points.at(1), fast.context->store.blobs()));
  if (wrong_slow || wrong_fast) {
    result.detail = wrong_slow ? *wrong_slow : *wrong_fast;
    return result;
  }
  const auto& measured = outcome.results.front();
  const bool less_is_better = measured.direction != "higher";
  result.verdict = judge_relation(measured.comparison, less_is_better, claim);
  result.detail = text_of(measured);
  if (claim.expected)
    result.detail += "; " + factor_text(measured.comparison, less_is_better, claim);
  if (result.verdict == ClaimVerdict::inconclusive)
    result.detail +=
        fmt::format("; {} were too short a time (cost_seconds), or the machine too busy",
                    human_duration_ns(versus.point.sampling.budget_seconds * 1e9));
  return result;
}

}  // namespace

Result<std::vector<Claim>> claims_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  const std::string schema = reader.string("schema");
  if (!schema.empty() && schema != kSchema)
    reader.problem("schema", "is '" + printable(schema) + "', but must be 'ck.claims/1'");
  std::vector<Claim> claims;
  reader.each("claims", [&](const Json& one, const std::string& path) {
    claims.push_back(claim_from_json(one, path, problems));
    refuse_namesake(claims, path, problems);
  });
  if (claims.empty()) reader.problem("claims", "must hold one claim at least");
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return claims;
}

std::string_view name_of(ClaimVerdict verdict) {
  switch (verdict) {
    case ClaimVerdict::reproduced:
      return "reproduced";
    case ClaimVerdict::trend_only:
      return "trend only";
    case ClaimVerdict::inconclusive:
      return "inconclusive";
    case ClaimVerdict::differs:
      break;
  }
  return "differs";
}

Sampling sampling_for(const Claim& claim, bool reduced, const Margin& margin) {
  Sampling sampling;
  if (const auto repetitions = repetitions_of(claim, reduced)) {
    sampling.repetitions = *repetitions;
    return sampling;
  }
  sampling.metric = claim.metric;
  sampling.precision = margin.share * kPrecisionShare;
  sampling.budget_seconds = budget_of(claim, reduced).value_or(kNumberSeconds);
  return sampling;
}

std::optional<double> seconds_for(const Claim& claim, bool reduced, store::Store& store) {
  if (const auto told = budget_of(claim, reduced)) return told;
  if (claim.than) return kRelationSeconds;
  const auto number = number_of(claim, store);
  if (!number) return std::nullopt;
  if (!number->margin) return 0;  // nothing will be measured
  const auto seconds = seconds_of_run(number->recorded);
  if (!seconds) return std::nullopt;
  const auto sampling = sampling_for(claim, reduced, *number->margin);
  const double all = runs_for(sampling, *number) * *seconds;
  return sampling.precision ? std::min(all, sampling.budget_seconds) : all;
}

std::optional<Margin> margin_of(const Claim& claim, const store::MetricKey& key,
                                const store::Point& recorded,
                                const std::vector<store::Point>& sessions) {
  if (claim.margin) return Margin{*claim.margin, "of the claim"};
  return recorded_margin(key, recorded, sessions);
}

NumberVerdict judge_number(const Claim& claim, const store::MetricKey& key, const Margin& margin,
                           const store::Point& recorded, const store::Point& now) {
  const auto samples = steady_samples(now, key);
  const auto before = steady_samples(recorded, key);
  const auto test = claim.expected ? measure::ratio_test(*claim.expected, samples, margin.share)
                                   : measure::ratio_test(before, samples, margin.share);
  const double expected = claim.expected.value_or(measure::median(before));
  return {verdict_of(test, key),
          claim.metric + " is " + human_metric(measure::median(samples), key.unit) +
              " instead of " + human_metric(expected, key.unit) + ": " + text_of(test, margin)};
}

ClaimVerdict judge_relation(const measure::Comparison& comparison, bool less_is_better,
                            const Claim& claim) {
  const auto better = less_is_better ? measure::Judgement::lower : measure::Judgement::higher;
  const auto worse = less_is_better ? measure::Judgement::higher : measure::Judgement::lower;
  if (comparison.judgement == worse || comparison.judgement == measure::Judgement::same)
    return ClaimVerdict::differs;
  if (comparison.judgement != better) return ClaimVerdict::inconclusive;
  if (!claim.expected) return ClaimVerdict::reproduced;
  const auto factor = factor_of(comparison.interval_95, less_is_better);
  const measure::Interval off{std::log(factor.low / *claim.expected),
                              std::log(factor.high / *claim.expected)};
  const double bound = std::log1p(relation_margin(claim));
  if (claim.at_least && off.low >= -bound) return ClaimVerdict::reproduced;
  if (claim.at_least)
    return off.high < -bound ? ClaimVerdict::trend_only : ClaimVerdict::inconclusive;
  switch (measure::equivalence(off, {-bound, bound})) {
    case measure::Equivalence::equivalent:
      return ClaimVerdict::reproduced;
    case measure::Equivalence::different:
      return ClaimVerdict::trend_only;
    case measure::Equivalence::undecided:
      break;
  }
  return ClaimVerdict::inconclusive;
}

Result<ClaimResult> verify_claim(const Claim& claim, bool reduced, const std::string& request,
                                 const run::PassThrough& output, install::Context& context) {
  auto result = claim.than ? verify_relation(claim, reduced, request, output, context)
                           : verify_number(claim, reduced, request, output, context);
  if (!result) result.error().in("claim " + claim.name);
  return result;
}

}  // namespace ck::experiment
