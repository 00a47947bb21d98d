#include "measure/ranks.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "measure/normal.hpp"

namespace ck::measure {
namespace {

/// Calls `use(first, last)` for each run of equal values of a sorted order.
template <typename Use>
void each_group(std::span<const double> values, const std::vector<std::size_t>& order,
                const Use& use) {
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    use(first, last);
    first = last + 1;
  }
}

std::vector<std::size_t> order_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

double element(std::vector<double>& values, std::size_t index) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace

std::vector<double> ranks_of(std::span<const double> values) {
  const auto order = order_of(values);
  std::vector<double> ranks(values.size());
  each_group(values, order, [&](std::size_t first, std::size_t last) {
    const double shared = static_cast<double>(first + last) / 2 + 1;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = shared;
  });
  return ranks;
}

double tie_correction(std::span<const double> values) {
  double sum = 0;
  each_group(values, order_of(values), [&](std::size_t first, std::size_t last) {
    const auto t = static_cast<double>(last - first + 1);
    sum += t * t * t - t;
  });
  return sum;
}

std::size_t cut_of(const std::vector<double>& probabilities, double confidence) {
  const double tail = (1 - confidence) / 2;
  double below = 0;
  std::size_t cut = 0;
  while (cut < probabilities.size() / 2) {
    below += probabilities[cut];
    if (below > tail) break;
    ++cut;
  }
  return cut;
}

std::size_t normal_cut(double mean, double deviation, double confidence) {
  const double cut = std::floor(mean + normal_quantile((1 - confidence) / 2) * deviation);
  return cut > 0 ? static_cast<std::size_t>(cut) : 0;
}

Interval interval_of(std::vector<double>& values, std::size_t cut) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (cut == 0 || values.empty()) return {-kInfinity, kInfinity};
  const std::size_t bounded = std::min(cut, (values.size() + 1) / 2);
  const double low = element(values, bounded - 1);
  return {low, element(values, values.size() - bounded)};
}

double middle_of(std::vector<double>& values) {
  if (values.empty()) return 0;
  const double upper = element(values, values.size() / 2);
  if (values.size() % 2 == 1) return upper;
  return std::midpoint(element(values, values.size() / 2 - 1), upper);
}

double normal_p_value(double statistic, double mean, double deviation) {
  if (!(deviation > 0)) return 1;
  const double distance = std::max(0.0, std::abs(statistic - mean) - 0.5);
  return std::min(1.0, 2 * normal_cdf(-distance / deviation));
}

double exact_p_value(const std::vector<double>& probabilities, std::size_t statistic) {
  const auto place = probabilities.begin() + static_cast<std::ptrdiff_t>(statistic);
  const double below = std::accumulate(probabilities.begin(), place + 1, 0.0);
  const double above = std::accumulate(place, probabilities.end(), 0.0);
  return std::min(1.0, 2 * std::min(below, above));
}

}  // namespace ck::measure
