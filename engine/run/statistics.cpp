#include "run/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace ck::run {
namespace {

constexpr double kConfidence = 0.95;

/// How many order statistics to cut from each end so that the rest still covers the median with 95
/// %: the largest k with 2 * P(Binomial(n, 1/2) < k) <= 5 %. 0 when even the whole range covers
/// less.
std::size_t binomial_cut(std::size_t count) {
  const auto n = static_cast<double>(count);
  // In logarithms: 0.5^n underflows from 1,075 samples on.
  const double log_half_power = n * std::log(0.5);
  double cumulative = 0;
  std::size_t cut = 0;
  for (std::size_t k = 0; k < count / 2; ++k) {
    const auto i = static_cast<double>(k);
    cumulative +=
        std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) + log_half_power);
    if (2 * cumulative > 1 - kConfidence) break;
    cut = k + 1;
  }
  return cut;
}

}  // namespace

Summary summarize(std::span<const double> samples) {
  const auto sorted = measure::sorted_numbers(samples);
  Summary summary;
  if (sorted.empty()) return summary;
  summary.count = sorted.size();
  summary.minimum = sorted.front();
  summary.maximum = sorted.back();
  summary.mean =
      std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
  summary.median = measure::quantile(sorted, 0.5);
  summary.deviation = measure::deviation(sorted, summary.mean);
  const std::size_t cut = binomial_cut(sorted.size());
  const std::size_t first = cut == 0 ? 0 : cut - 1;
  summary.median_95 = {sorted[first], sorted[sorted.size() - 1 - first]};
  return summary;
}

}  // namespace ck::run
