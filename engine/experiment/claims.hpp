#pragma once
/// What a paper says, as data, and whether it holds here.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "experiment/replay.hpp"
#include "experiment/versus.hpp"

namespace ck::experiment {

/// A recorded point; an empty uid is the last one of the experiment that ended well.
struct ClaimSubject {
  std::string experiment;
  std::string point;
};

/// Either a number ("latency is 1.2 ms") or a relation ("A is 1.5 times as fast as B").
struct Claim {
  std::string name;
  std::string text;    ///< as the paper has it
  std::string metric;  ///< empty: the primary one, for relations only
  ClaimSubject subject;
  std::optional<ClaimSubject> than;  ///< of a relation: what the subject is faster than
  /// The number, in the metric's unit; absent: what was recorded. Of a relation the factor above 1;
  /// absent: any.
  std::optional<double> expected;
  bool at_least = false;         ///< of a factor: that much or more
  std::optional<double> margin;  ///< a share; absent: the author's own spread (a number), 10 % of a
                                 ///< factor, nothing of one that is `at_least`
  /// Of a number: exactly so often; absent: until it is precise enough for the margin.
  std::optional<int> repetitions;
  double cost_seconds = 0;  ///< about how long it takes; 0: not told. Bounds what is not counted
  std::optional<int> reduced_repetitions;  ///< of a quick look
  std::optional<double> reduced_cost_seconds;
};

/// Reads "ck.claims/1"; names are unique. All problems of the document at once, each with its JSON
/// path.
Result<std::vector<Claim>> claims_from_json(const Json& value, const std::string& source);

enum class ClaimVerdict { reproduced, trend_only, inconclusive, differs };
std::string_view name_of(ClaimVerdict verdict);

struct ClaimResult {
  Claim claim;
  ClaimVerdict verdict = ClaimVerdict::differs;
  std::string detail;               ///< the test in words, or the error
  std::vector<std::string> points;  ///< uids of what was measured for it
};

/// About how many seconds verifying a claim takes: what it says itself, else the budget of a
/// relation (300 s), else of a number how long the recorded runs took, as often as it will be run.
/// Nothing where neither the claim nor a record tells.
std::optional<double> seconds_for(const Claim& claim, bool reduced, store::Store& store);

/// How often a number is measured: as the claim says, else until half the 95 % interval of its
/// median is a third of the margin, within `cost_seconds` (60 s).
Sampling sampling_for(const Claim& claim, bool reduced, const Margin& margin);

/// Measures what the claim is about and judges it. A number is measured again from the recorded
/// point and tested for equivalence; a relation is measured side by side, interleaved. With
/// `reduced` less is measured. A program that fails is a claim that differs; what keeps anything
/// from being run is an error.
Result<ClaimResult> verify_claim(const Claim& claim, bool reduced, const std::string& request,
                                 const run::PassThrough& output, install::Context& context);

/// How far a number may be off: as its claim says, else as its author's own sessions are.
std::optional<Margin> margin_of(const Claim& claim, const store::MetricKey& key,
                                const store::Point& recorded,
                                const std::vector<store::Point>& sessions);

struct NumberVerdict {
  ClaimVerdict verdict = ClaimVerdict::inconclusive;
  std::string detail;  ///< the test in words
};
/// A number measured `now` beside the expected one, or beside the recorded ones. Better by more
/// than the margin is a trend, as in a replay.
NumberVerdict judge_number(const Claim& claim, const store::MetricKey& key, const Margin& margin,
                           const store::Point& recorded, const store::Point& now);

/// A relation's verdict from the ratio of the subject to `than`.
ClaimVerdict judge_relation(const measure::Comparison& comparison, bool less_is_better,
                            const Claim& claim);

}  // namespace ck::experiment
