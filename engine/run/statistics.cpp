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

double deviation_of(const std::vector<double>& samples, double mean) {
  if (samples.size() < 2) return 0;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  return std::sqrt(squares / static_cast<double>(samples.size() - 1));
}

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) return std::nan("");
  const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = static_cast<std::size_t>(std::ceil(position));
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

Summary summarize(std::span<const double> samples) {
  std::vector<double> sorted;
  std::ranges::copy_if(samples, std::back_inserter(sorted),
                       [](double sample) { return !std::isnan(sample); });
  Summary summary;
  if (sorted.empty()) return summary;
  std::ranges::sort(sorted);
  summary.count = sorted.size();
  summary.minimum = sorted.front();
  summary.maximum = sorted.back();
  summary.mean =
      std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
  summary.median = quantile(sorted, 0.5);
  summary.deviation = deviation_of(sorted, summary.mean);
  const std::size_t cut = binomial_cut(sorted.size());
  const std::size_t first = cut == 0 ? 0 : cut - 1;
  summary.median_95 = {sorted[first], sorted[sorted.size() - 1 - first]};
  return summary;
}

}  // namespace ck::run
