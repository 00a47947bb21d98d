#include "measure/description.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure/outliers.hpp"

namespace ck::measure {
namespace {

/// No plan asks for more than this.
constexpr double kMostSamples = 1e9;

}  // namespace

Description describe(std::span<const double> samples, std::size_t warm_up) {
  Description result;
  result.warm_up = std::min(warm_up, samples.size());
  const auto steady = samples.subspan(result.warm_up);
  const auto sorted = sorted_numbers(steady);
  if (sorted.empty()) return result;
  result.count = sorted.size();
  result.minimum = sorted.front();
  result.maximum = sorted.back();
  result.mean =
      std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
  result.median = quantile(sorted, 0.5);
  result.deviation = deviation(sorted, result.mean);
  result.median_absolute_deviation = median_absolute_deviation(sorted);
  result.p05 = quantile(sorted, 0.05);
  result.p25 = quantile(sorted, 0.25);
  result.p75 = quantile(sorted, 0.75);
  result.p90 = quantile(sorted, 0.90);
  result.p95 = quantile(sorted, 0.95);
  result.p99 = quantile(sorted, 0.99);
  result.median_95 = bootstrap_median(sorted);
  result.modes = find_modes(sorted);
  for (const std::size_t index : find_outliers(steady))
    result.outliers.push_back(index + result.warm_up);
  return result;
}

double relative_half_width(const Description& description) {
  const double half = (description.median_95.high - description.median_95.low) / 2;
  if (description.count == 0) return std::numeric_limits<double>::infinity();
  if (half == 0) return 0;
  return description.median == 0 ? std::numeric_limits<double>::infinity()
                                 : half / std::abs(description.median);
}

bool precise_enough(const Description& description, const StopRule& rule) {
  return description.count >= rule.fewest && relative_half_width(description) <= rule.half_width;
}

std::size_t samples_for(const Description& description, const StopRule& rule) {
  const double factor = relative_half_width(description) / rule.half_width;
  const double wanted = static_cast<double>(description.count) * factor * factor;
  const double bounded = std::isfinite(wanted) ? std::min(wanted, kMostSamples) : kMostSamples;
  return std::max(rule.fewest, static_cast<std::size_t>(std::ceil(bounded)));
}

}  // namespace ck::measure
