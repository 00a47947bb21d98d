#pragma once
/// Did it reproduce? Compares two points of the same plan.

#include <string>
#include <vector>

#include "run/plan.hpp"
#include "store/store.hpp"

namespace ck::experiment {

/// How two sides of one thing relate.
enum class Agreement {
  identical,         ///< same bytes, same number
  within_tolerance,  ///< differs less than its descriptor allows
  overlapping,       ///< a measured quantity whose intervals overlap
  improved,          ///< outside the interval, in the better direction
  inconclusive,      ///< outside, but too few samples to know how far chance goes
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
  std::string detail;   ///< "1.23 ms [1.20, 1.31] instead of 0.80 ms [0.79, 0.83]: +54 %"
  bool decides = true;  ///< whether it counts for the verdict
};
/// What is not the same in the environments: versions, hashes, host, variables.
struct EnvironmentDifference {
  std::string what;
  std::string recorded;
  std::string now;
};

struct Comparison {
  enum class Verdict { reproduced, within_tolerance, differs };
  Verdict verdict = Verdict::reproduced;
  std::vector<OutputComparison> outputs;
  std::vector<MetricComparison> metrics;
  std::vector<EnvironmentDifference> environment;
};
std::string_view name_of(Comparison::Verdict verdict);

/// Outputs decide by their comparator (hash, numeric tolerance), in every repetition. Metrics with
/// a tolerance of their own decide by it. Accuracy (role "accuracy") without one must be equal.
/// Measured metrics of the program (times, rates, memory) agree when the 95 % intervals of their
/// medians, widened by `margin` of the recorded median, overlap; being better never fails, and with
/// fewer than `enough` samples on a side a difference is inconclusive. What the engine measures
/// itself (wall_time …) is shown but does not decide, nor do optional metrics: the program says
/// which of its numbers matter.
struct CompareOptions {
  double margin = 0.10;
  std::size_t enough = 5;
};
/// A point without one execution that ended well has no result: the verdict is then `differs`.
/// `invalid` for a point whose document has no plan.
Result<Comparison> compare(const store::Point& recorded, const store::Point& now,
                           store::Blobs& blobs, const CompareOptions& options = {});

}  // namespace ck::experiment
