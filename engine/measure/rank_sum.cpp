#include <algorithm>
#include <numeric>

#include "measure/ranks.hpp"
#include "measure/shift.hpp"

namespace ck::measure {
namespace {

constexpr std::size_t kMostExact = 1000;

/// Probabilities of Mann and Whitney's U for sizes m and n, by the recursion over which list the
/// largest value is from.
std::vector<double> counts_of(std::size_t m, std::size_t n) {
  // row[j]: the distribution for the current number of the first list's and j of the second's.
  std::vector<std::vector<double>> row(n + 1, std::vector<double>(m * n + 1, 0.0));
  for (auto& distribution : row) distribution[0] = 1;
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t j = 1; j <= n; ++j) {
      const auto own = static_cast<double>(i);
      const auto other = static_cast<double>(j);
      std::vector<double> next(m * n + 1, 0.0);
      for (std::size_t u = 0; u <= i * j; ++u) {
        const double from_first = u >= j ? row[j][u - j] : 0;
        next[u] = (own * from_first + other * row[j - 1][u]) / (own + other);
      }
      row[j] = std::move(next);
    }
  }
  return row[n];
}

double deviation_of(double m, double n, double ties) {
  const double all = m + n;
  return std::sqrt(m * n / 12 * (all + 1 - (all > 1 ? ties / (all * (all - 1)) : 0)));
}

double p_value_of(const std::vector<double>& first, const std::vector<double>& second) {
  std::vector<double> all = first;
  all.insert(all.end(), second.begin(), second.end());
  const auto ranks = ranks_of(all);
  const auto m = static_cast<double>(first.size());
  const auto n = static_cast<double>(second.size());
  const double sum =
      std::accumulate(ranks.begin() + static_cast<std::ptrdiff_t>(first.size()), ranks.end(), 0.0);
  const double statistic = sum - n * (n + 1) / 2;
  const double ties = tie_correction(all);
  if (ties == 0 && first.size() * second.size() <= kMostExact) {
    return exact_p_value(counts_of(first.size(), second.size()),
                         static_cast<std::size_t>(statistic + 0.5));
  }
  return normal_p_value(statistic, m * n / 2, deviation_of(m, n, ties));
}

std::size_t cut_for(std::size_t m, std::size_t n, double confidence) {
  if (m * n <= kMostExact) return cut_of(counts_of(m, n), confidence);
  const auto first = static_cast<double>(m);
  const auto second = static_cast<double>(n);
  return normal_cut(first * second / 2, deviation_of(first, second, 0), confidence);
}

}  // namespace

Shift rank_sum(std::span<const double> first, std::span<const double> second, double confidence) {
  const auto low = sorted_numbers(first);
  const auto high = sorted_numbers(second);
  Shift shift;
  shift.count = low.size() + high.size();
  if (low.empty() || high.empty()) {
    std::vector<double> nothing;
    shift.interval = interval_of(nothing, 0);
    return shift;
  }
  std::vector<double> differences;
  differences.reserve(low.size() * high.size());
  for (const double a : low) {
    for (const double b : high) differences.push_back(b - a);
  }
  shift.interval = interval_of(differences, cut_for(low.size(), high.size(), confidence));
  shift.estimate = middle_of(differences);
  shift.p_value = p_value_of(low, high);
  return shift;
}

}  // namespace ck::measure
