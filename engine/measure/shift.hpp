#pragma once
/// By how much two lists differ, without assuming a distribution.

#include <cstddef>
#include <span>

#include "measure/sample.hpp"

namespace ck::measure {

struct Shift {
  std::size_t count = 0;  ///< differences or samples looked at
  double estimate = 0;    ///< Hodges and Lehmann's
  /// Infinite where so few samples cannot give the confidence asked for.
  Interval interval;
  double p_value = 1;  ///< two-sided, of "there is no shift"
};

/// Wilcoxon's signed-rank test of paired differences, with the Hodges-Lehmann estimate (median of
/// the Walsh averages) and Tukey's interval from their order statistics (Hollander, Wolfe and
/// Chicken, "Nonparametric Statistical Methods", 3rd ed. 2014, sections 3.1 to 3.3). Zeros are left
/// out of the test, not of the estimate. Exact up to 60 differences, with ties too (conditional
/// distribution); normal with tie and continuity correction above.
Shift signed_rank(std::span<const double> differences, double confidence = 0.95);

/// How far the second list lies above the first: Wilcoxon's rank-sum test (Mann-Whitney), with the
/// Hodges-Lehmann estimate and Moses' interval from the order statistics of all differences (ibid.,
/// sections 4.1 to 4.3). The test is exact without ties while the product of the two sizes is at
/// most 1,000, the interval under the same condition on the sizes; normal above.
Shift rank_sum(std::span<const double> first, std::span<const double> second,
               double confidence = 0.95);

}  // namespace ck::measure
