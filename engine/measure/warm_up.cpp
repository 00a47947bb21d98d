#include "measure/warm_up.hpp"

#include <cmath>

#include "measure/sample.hpp"

namespace ck::measure {
namespace {

constexpr std::size_t kFewest = 6;
/// Longer lists are looked at in their first part only: the search is quadratic.
constexpr std::size_t kLongest = 512;

/// Sum of distances from the median.
double cost_of(std::span<const double> samples) {
  const double middle = median(samples);
  double cost = 0;
  for (const double sample : samples) cost += std::abs(sample - middle);
  return cost;
}

/// The best first change of level at or before `latest`, or 0 if there is none.
std::size_t change_point(std::span<const double> samples, std::size_t latest) {
  const auto n = static_cast<double>(samples.size());
  const double whole = cost_of(samples);
  double best = whole;
  std::size_t at = 0;
  for (std::size_t split = 1; split <= latest; ++split) {
    const double cost = cost_of(samples.first(split)) + cost_of(samples.subspan(split));
    if (cost >= best) continue;
    best = cost;
    at = split;
  }
  if (at == 0) return 0;
  // Scale from what follows the change: the level before it may be one sample, without spread.
  const auto after = samples.subspan(at);
  const double scale = cost_of(after) / static_cast<double>(after.size());
  const double penalty = 4 * std::log(n) + 4;
  return whole - best > penalty * scale ? at : 0;
}

}  // namespace

std::size_t find_warm_up(std::span<const double> samples) {
  if (samples.size() > kLongest) samples = samples.first(kLongest);
  const std::size_t most = samples.size() / 2;
  std::size_t warm_up = 0;
  while (samples.size() - warm_up >= kFewest && warm_up < most) {
    const std::size_t more = change_point(samples.subspan(warm_up), most - warm_up);
    if (more == 0) break;
    warm_up += more;
  }
  return warm_up;
}

}  // namespace ck::measure
