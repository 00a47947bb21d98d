#pragma once
/// Did it reproduce? Compares two points of the same plan.

#include <optional>
#include <string>
#include <vector>

#include "experiment/measured.hpp"
#include "run/plan.hpp"
#include "store/store.hpp"

namespace ck::experiment {

/// How two sides of one thing relate.
enum class Agreement {
  identical,         ///< same bytes, same number
  within_tolerance,  ///< differs less than its descriptor allows; if measured, is shown to
  equivalent,        ///< a measured quantity shown to be the same but for the margin
  improved,          ///< shown to be off by more than the margin, in the better direction
  inconclusive,      ///< neither is shown; the detail says how many more runs would
  unclaimed,         ///< recorded too seldom to say how far it varies: has no say
  differs,
  missing,  ///< one side does not have it
};
std::string_view name_of(Agreement agreement);

struct OutputComparison {
  std::string name;
  Agreement agreement = Agreement::identical;
  std::string detail;  ///< "line 17: 3 instead of 5", "sha256 ab12… instead of cd34…"
};
struct MetricComparison {
  store::MetricKey key;
  Agreement agreement = Agreement::identical;
  double recorded = 0;  ///< medians
  double now = 0;
  std::string detail;   ///< "1.230 ms [1.200 ms, 1.310 ms] instead of 0.8000 ms: +54 %"
  std::string reason;   ///< the test in words, or why there is none; empty for exact agreement
  bool decides = true;  ///< whether it counts for the verdict
};
/// What is not the same in the environments: versions, hashes, host, variables.
struct EnvironmentDifference {
  std::string what;
  std::string recorded;
  std::string now;
};

struct Comparison {
  enum class Verdict {
    reproduced,
    within_tolerance,  ///< reproduced, some numbers within the tolerance they declare
    trend_only,        ///< nothing is worse, but some measured quantity is better than recorded
    inconclusive,      ///< nothing differs, but something could not be shown to be the same
    differs
  };
  Verdict verdict = Verdict::reproduced;
  std::vector<OutputComparison> outputs;
  std::vector<MetricComparison> metrics;
  std::vector<EnvironmentDifference> environment;
};
std::string_view name_of(Comparison::Verdict verdict);

/// Outputs decide by their comparator (hash, numeric tolerance), in every repetition. Accuracy
/// (role "accuracy") has to be equal, or as near as the metric's own tolerance says; so has what is
/// the same in each of several repetitions on either side and has a tolerance. Measured metrics of
/// the program (times, rates, memory) decide by a test of equivalence on the ratio of now to
/// recorded
/// (`measure::ratio_test`): reproduced is what is shown to lie within the margin, and not what
/// merely is not shown to lie outside. A tolerance of their own is that margin, an absolute one of
/// the difference, unless another margin is asked for. What the engine measures itself
/// (wall_time …) is shown but does not decide, nor do optional metrics: the program says which of
/// its numbers matter.
struct CompareOptions {
  /// As a share; without it the tolerance of each metric gives one, else the author's own spread.
  std::optional<double> margin;
  /// Other sessions of the same plan by the author, `recorded` among them or not.
  std::vector<store::Point> sessions;
};
/// A point without one execution that ended well has no result: the verdict is then `differs`.
/// `invalid` for a point whose document has no plan.
Result<Comparison> compare(const store::Point& recorded, const store::Point& now,
                           store::Blobs& blobs, const CompareOptions& options = {});

/// The margin that the author's own spread gives a metric; `sessions` as above.
std::optional<Margin> recorded_margin(const store::MetricKey& key, const store::Point& recorded,
                                      const std::vector<store::Point>& sessions);

/// Whether a ratio of now to recorded is one for the better; never where no direction is.
bool is_better(const store::MetricKey& key, double ratio);

/// Facts of two records (documents) that are not the same: version of ck, facts of the host.
std::vector<EnvironmentDifference> host_differences(const Json& recorded, const Json& now);

/// Whether a verdict means that it was reproduced.
bool is_reproduced(Comparison::Verdict verdict);

}  // namespace ck::experiment
