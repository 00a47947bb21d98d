#pragma once
/// Everything that is said about one list of samples in measured order.

#include <cstddef>
#include <span>
#include <vector>

#include "measure/modes.hpp"
#include "measure/sample.hpp"

namespace ck::measure {

/// `warm_up` and `outliers` refer to the list as measured; all else leaves the warm-up out, and
/// keeps outliers.
struct Description {
  std::size_t count = 0;    ///< samples after the warm-up that are numbers
  std::size_t warm_up = 0;  ///< first samples that are kept but not counted
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double median = 0;
  double deviation = 0;                  ///< sample standard deviation (n - 1); 0 for one sample
  double median_absolute_deviation = 0;  ///< unscaled
  double p05 = 0;
  double p25 = 0;
  double p75 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  Interval median_95;  ///< bootstrap
  std::vector<Mode> modes;
  std::vector<std::size_t> outliers;  ///< indices, ascending
};

/// All zero without a number among the samples.
Description describe(std::span<const double> samples, std::size_t warm_up);

/// Half the width of the interval over the size of the median: 0.01 for "± 1 %". Infinite for a
/// median of 0 with an interval around it, and when there is nothing.
double relative_half_width(const Description& description);

/// When to stop sampling.
struct StopRule {
  double half_width = 0.01;  ///< of the 95 % interval of the median, relative to it
  std::size_t fewest = 10;   ///< samples after the warm-up; fewer say nothing about their spread
};

/// Whether the samples are precise enough.
bool precise_enough(const Description& description, const StopRule& rule);

/// About how many samples in all reach the rule, if they go on as they are: the width falls with
/// the square root of their number. At least `rule.fewest`.
std::size_t samples_for(const Description& description, const StopRule& rule);

}  // namespace ck::measure
