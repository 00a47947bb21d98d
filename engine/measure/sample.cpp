#include "measure/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ck::measure {
namespace {

/// P(Binomial(n, p) >= m), in logarithms: powers of p underflow for long lists.
double binomial_tail(std::size_t n, double p, std::size_t m) {
  if (p >= 1) return 1;
  const auto count = static_cast<double>(n);
  double tail = 0;
  for (std::size_t i = m; i <= n; ++i) {
    const auto hits = static_cast<double>(i);
    tail +=
        std::exp(std::lgamma(count + 1) - std::lgamma(hits + 1) - std::lgamma(count - hits + 1) +
                 hits * std::log(p) + (count - hits) * std::log1p(-p));
  }
  return tail;
}

}  // namespace

std::vector<double> sorted_numbers(std::span<const double> samples) {
  std::vector<double> sorted;
  sorted.reserve(samples.size());
  std::ranges::copy_if(samples, std::back_inserter(sorted),
                       [](double sample) { return !std::isnan(sample); });
  std::ranges::sort(sorted);
  return sorted;
}

double quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = static_cast<std::size_t>(std::ceil(position));
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

double median(std::span<const double> samples) { return quantile(sorted_numbers(samples), 0.5); }

double deviation(std::span<const double> samples, double mean) {
  if (samples.size() < 2) return 0;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  return std::sqrt(squares / static_cast<double>(samples.size() - 1));
}

double median_absolute_deviation(std::span<const double> samples) {
  const double middle = median(samples);
  std::vector<double> distances;
  distances.reserve(samples.size());
  for (const double sample : samples) distances.push_back(std::abs(sample - middle));
  return median(distances);
}

Interval bootstrap_median(std::span<const double> samples, double confidence) {
  const auto sorted = sorted_numbers(samples);
  const std::size_t n = sorted.size();
  if (n == 0) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    return {kNaN, kNaN};
  }
  const double tail = (1 - confidence) / 2;
  const std::size_t middle = (n + 1) / 2;  // of odd n the middle, of even n the lower one
  // The first of the ranks 1 … middle up to which more than `tail` of the resamples' medians lie.
  std::size_t low = 1;
  std::size_t high = middle;
  while (low < high) {
    const std::size_t rank = (low + high) / 2;
    const double share = static_cast<double>(rank) / static_cast<double>(n);
    if (binomial_tail(n, share, middle) > tail) {
      high = rank;
    } else {
      low = rank + 1;
    }
  }
  return {sorted[low - 1], sorted[n - low]};
}

}  // namespace ck::measure
