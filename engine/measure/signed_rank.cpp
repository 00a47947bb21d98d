#include <algorithm>
#include <numeric>

#include "measure/ranks.hpp"
#include "measure/shift.hpp"

namespace ck::measure {
namespace {

constexpr std::size_t kMostExact = 60;

/// Probabilities of each sum when every rank is in it or not, as a coin says.
std::vector<double> sums_of(const std::vector<std::size_t>& ranks) {
  const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<double> probabilities(all + 1, 0.0);
  probabilities[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : ranks) {
    reached += rank;
    for (std::size_t sum = reached + 1; sum-- > 0;) {
      const double with = sum >= rank ? probabilities[sum - rank] : 0;
      probabilities[sum] = (probabilities[sum] + with) / 2;
    }
  }
  return probabilities;
}

double p_value_of(std::span<const double> differences) {
  std::vector<double> distances;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    distances.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (distances.empty()) return 1;
  const auto ranks = ranks_of(distances);
  double statistic = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) statistic += positive[i] ? ranks[i] : 0;
  if (ranks.size() <= kMostExact) {
    // Shared ranks are halves: twice as much is whole.
    std::vector<std::size_t> doubled;
    for (const double rank : ranks) doubled.push_back(static_cast<std::size_t>(2 * rank + 0.5));
    return exact_p_value(sums_of(doubled), static_cast<std::size_t>(2 * statistic + 0.5));
  }
  const auto n = static_cast<double>(ranks.size());
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - tie_correction(distances) / 48;
  return normal_p_value(statistic, n * (n + 1) / 4, std::sqrt(variance));
}

std::size_t cut_for(std::size_t count, double confidence) {
  if (count <= kMostExact) {
    std::vector<std::size_t> ranks(count);
    std::iota(ranks.begin(), ranks.end(), std::size_t{1});
    return cut_of(sums_of(ranks), confidence);
  }
  const auto n = static_cast<double>(count);
  return normal_cut(n * (n + 1) / 4, std::sqrt(n * (n + 1) * (2 * n + 1) / 24), confidence);
}

}  // namespace

Shift signed_rank(std::span<const double> differences, double confidence) {
  const auto numbers = sorted_numbers(differences);
  Shift shift;
  shift.count = numbers.size();
  std::vector<double> averages;  // Walsh's
  averages.reserve(numbers.size() * (numbers.size() + 1) / 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (std::size_t j = i; j < numbers.size(); ++j)
      averages.push_back(std::midpoint(numbers[i], numbers[j]));
  }
  shift.interval = interval_of(averages, cut_for(numbers.size(), confidence));
  shift.estimate = middle_of(averages);
  shift.p_value = p_value_of(numbers);
  return shift;
}

}  // namespace ck::measure
