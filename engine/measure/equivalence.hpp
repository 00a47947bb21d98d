#pragma once
/// "The same within a margin", as a test of its own: absence of a significant difference shows
/// nothing.

#include <cstddef>
#include <span>
#include <vector>

#include "measure/shift.hpp"

namespace ck::measure {

enum class Equivalence {
  equivalent,  ///< the 90 % interval lies within the margin
  different,   ///< it lies outside
  undecided    ///< it holds a bound of the margin
};

/// Two one-sided tests at 5 % each are the inclusion of the 90 % interval (Schuirmann, "A
/// Comparison of the Two One-Sided Tests Procedure …", Journal of Pharmacokinetics and
/// Biopharmaceutics 15, 1987): with a true shift at a bound it says `equivalent` in at most 5 %.
Equivalence equivalence(const Interval& interval_90, const Interval& margin);

/// Two sides of one quantity as a ratio, now over recorded.
struct RatioTest {
  Equivalence result = Equivalence::undecided;
  double ratio = 1;        ///< Hodges-Lehmann
  Interval interval_90;    ///< of the ratio
  std::size_t needed = 0;  ///< about how many more samples now would decide, while undecided; 0
                           ///< when no number does, since the recorded ones are too few
};

/// Whether `now` is `recorded` but for a factor between 1 / (1 + margin) and 1 + margin: rank-sum
/// interval of the logarithms. Where a sample is not above 0, differences relative to the recorded
/// median take their place.
RatioTest ratio_test(std::span<const double> recorded, std::span<const double> now, double margin);

/// Two sides of one quantity as a difference, now less recorded.
struct DifferenceTest {
  Equivalence result = Equivalence::undecided;
  double difference = 0;   ///< Hodges-Lehmann
  Interval interval_90;    ///< of the difference
  std::size_t needed = 0;  ///< as of `RatioTest`
};

/// Whether `now` is `recorded` but for at most `margin`, in the unit of both: rank-sum interval.
DifferenceTest difference_test(std::span<const double> recorded, std::span<const double> now,
                               double margin);

/// `ratio_test` for one list against an expected value: signed-rank interval of the logarithms.
RatioTest ratio_test(double expected, std::span<const double> now, double margin);

/// Samples on each side with which lists of this spread (standard deviation of the logarithm) are
/// called equivalent in at least 80 % when the true ratio is half the margin away.
std::size_t samples_for_equivalence(double spread, double margin);

/// p-values adjusted for their number, in the order given: those at most q have a false discovery
/// rate of at most q (Benjamini and Hochberg, "Controlling the False Discovery Rate", JRSS B 57,
/// 1995).
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace ck::measure
