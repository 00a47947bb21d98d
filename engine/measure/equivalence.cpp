#include "measure/equivalence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/normal.hpp"

namespace ck::measure {
namespace {

/// A hair below 90 %, which three samples against three reach exactly: rounding must not decide.
constexpr double kConfidence = 0.9 - 1e-9;
/// A little above what is promised: the intervals of ranks come in steps.
constexpr double kPower = 0.82;
/// Asymptotic efficiency of rank tests beside the t test for normal data: 3 / pi.
constexpr double kEfficiency = 0.955;
constexpr double kMostSamples = 1e6;

bool all_positive(std::span<const double> samples) {
  return std::ranges::all_of(samples, [](double sample) { return sample > 0; });
}

std::vector<double> logarithms(std::span<const double> samples) {
  std::vector<double> result;
  for (const double sample : samples) result.push_back(std::log(sample));
  return result;
}

std::vector<double> relative_to(std::span<const double> samples, double unit) {
  std::vector<double> result;
  for (const double sample : samples) result.push_back(unit == 0 ? sample : sample / unit);
  return result;
}

/// Distances from the margin's bound that more samples must resolve: at least a quarter of the
/// margin, or an estimate that sits on the bound would ask for any number.
double gap_of(double estimate, double margin) {
  return std::max(std::abs(margin - std::abs(estimate)), margin / 4);
}

std::size_t rounded_up(double number) {
  return static_cast<std::size_t>(std::ceil(std::clamp(number, 1.0, kMostSamples)));
}

/// Of logarithms, or of values as they are.
RatioTest test_of(const Shift& shift, double margin, bool logarithmic) {
  RatioTest test;
  const double high = logarithmic ? std::log1p(margin) : margin;
  test.result = equivalence(shift.interval, {-high, high});
  const auto as_ratio = [&](double value) { return logarithmic ? std::exp(value) : 1 + value; };
  test.ratio = as_ratio(shift.estimate);
  test.interval_90 = {as_ratio(shift.interval.low), as_ratio(shift.interval.high)};
  return test;
}

/// How many more of the second list would decide: the interval's width goes with
/// sqrt(1 / m + 1 / n), and only n can grow.
std::size_t more_of_second(const Shift& shift, std::size_t first, std::size_t second,
                           double bound) {
  if (first == 0) return 0;
  const double half = (shift.interval.high - shift.interval.low) / 2;
  const double gap = gap_of(shift.estimate, bound);
  const auto m = static_cast<double>(first);
  const auto n = static_cast<double>(second);
  if (!std::isfinite(half)) return m * 20 > n ? rounded_up(std::max(20 / m, 5.0) - n) : 0;
  const double wanted = (1 / m + 1 / n) * gap * gap / (half * half) - 1 / m;
  return wanted > 0 ? rounded_up(1 / wanted - n) : 0;
}

}  // namespace

Equivalence equivalence(const Interval& interval_90, const Interval& margin) {
  if (margin.low <= interval_90.low && interval_90.high <= margin.high)
    return Equivalence::equivalent;
  const bool apart = interval_90.high < margin.low || interval_90.low > margin.high;
  return apart ? Equivalence::different : Equivalence::undecided;
}

RatioTest ratio_test(std::span<const double> recorded, std::span<const double> now, double margin) {
  const bool logarithmic = all_positive(recorded) && all_positive(now);
  const double unit = std::abs(median(recorded));
  const auto before = logarithmic ? logarithms(recorded) : relative_to(recorded, unit);
  const auto after = logarithmic ? logarithms(now) : relative_to(now, unit);
  const Shift shift = rank_sum(before, after, kConfidence);
  RatioTest test = test_of(shift, margin, logarithmic);
  if (test.result != Equivalence::undecided) return test;
  const double bound = logarithmic ? std::log1p(margin) : margin;
  test.needed = more_of_second(shift, before.size(), after.size(), bound);
  return test;
}

DifferenceTest difference_test(std::span<const double> recorded, std::span<const double> now,
                               double margin) {
  const Shift shift = rank_sum(recorded, now, kConfidence);
  DifferenceTest test;
  test.result = equivalence(shift.interval, {-margin, margin});
  test.difference = shift.estimate;
  test.interval_90 = shift.interval;
  if (test.result == Equivalence::undecided)
    test.needed = more_of_second(shift, recorded.size(), now.size(), margin);
  return test;
}

RatioTest ratio_test(double expected, std::span<const double> now, double margin) {
  const bool logarithmic = expected > 0 && all_positive(now);
  std::vector<double> differences;
  for (const double sample : now) {
    const double unit = expected == 0 ? 1 : std::abs(expected);
    differences.push_back(logarithmic ? std::log(sample / expected) : (sample - expected) / unit);
  }
  const Shift shift = signed_rank(differences, kConfidence);
  RatioTest test = test_of(shift, margin, logarithmic);
  if (test.result != Equivalence::undecided) return test;
  const double half = (shift.interval.high - shift.interval.low) / 2;
  const double gap = gap_of(shift.estimate, logarithmic ? std::log1p(margin) : margin);
  const auto n = static_cast<double>(differences.size());
  test.needed = rounded_up(std::isfinite(half) ? n * (half * half / (gap * gap) - 1) : 5 - n);
  return test;
}

std::size_t samples_for_equivalence(double spread, double margin) {
  const double z = normal_quantile((1 + kConfidence) / 2) + normal_quantile(kPower);
  const double error = std::log1p(margin) / 2 / z;
  // Never fewer than an interval of 90 % needs on two sides.
  return std::max<std::size_t>(4, rounded_up(2 * spread * spread / (kEfficiency * error * error)));
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double smallest = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto rank = static_cast<double>(order.size() - i);
    smallest = std::min(smallest, p_values[order[i]] * static_cast<double>(order.size()) / rank);
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace ck::measure
