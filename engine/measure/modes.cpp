#include "measure/modes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ck::measure {
namespace {

constexpr std::size_t kFewest = 8;
constexpr std::size_t kPlaces = 512;
constexpr double kValley = 0.75;
constexpr double kLeastShare = 0.1;
constexpr double kLeastSamples = 4;

double bandwidth_of(const std::vector<double>& sorted) {
  const auto n = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
  double squares = 0;
  for (const double sample : sorted) squares += (sample - mean) * (sample - mean);
  const double deviation = std::sqrt(squares / (n - 1));
  const double quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
  const double spread = quartiles > 0 ? std::min(deviation, quartiles) : deviation;
  return 0.9 * spread * std::pow(n, -0.2);
}

/// The density at equal distances from the first sample to the last.
std::vector<double> density_of(const std::vector<double>& sorted, double bandwidth, double step) {
  std::vector<double> density(kPlaces, 0.0);
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const double at = sorted.front() + step * static_cast<double>(i);
    // Farther than 5 bandwidths a sample adds less than 4e-6 of its peak.
    const auto first = std::ranges::lower_bound(sorted, at - 5 * bandwidth);
    for (auto sample = first; sample != sorted.end() && *sample <= at + 5 * bandwidth; ++sample) {
      const double distance = (at - *sample) / bandwidth;
      density[i] += std::exp(-distance * distance / 2);
    }
  }
  return density;
}

/// A hill of the density: its top, and where it begins and ends.
struct Hill {
  std::size_t first = 0;
  std::size_t top = 0;
  std::size_t last = 0;
};

std::vector<Hill> hills_of(const std::vector<double>& density) {
  std::vector<Hill> hills{{0, 0, 0}};
  bool falling = false;
  for (std::size_t i = 1; i < density.size(); ++i) {
    if (falling && density[i] > density[i - 1]) {
      hills.back().last = i - 1;
      hills.push_back({i - 1, i, i});
      falling = false;
    } else if (density[i] < density[i - 1]) {
      falling = true;
    }
    if (density[i] > density[hills.back().top]) hills.back().top = i;
  }
  hills.back().last = density.size() - 1;
  return hills;
}

/// Joins hills until each one left is a mode of its own.
class Joining {
 public:
  Joining(const std::vector<double>& sorted, const std::vector<double>& density, double step)
      : sorted_(sorted), density_(density), step_(step), hills_(hills_of(density)) {}

  std::vector<Mode> modes() {
    while (hills_.size() > 1 && join_one()) {
    }
    std::vector<Mode> modes;
    for (const auto& hill : hills_)
      modes.push_back({place(hill.top), samples_in(hill) / static_cast<double>(sorted_.size())});
    return modes;
  }

 private:
  double place(std::size_t i) const { return sorted_.front() + step_ * static_cast<double>(i); }

  double samples_in(const Hill& hill) const {
    const auto begin =
        hill.first == 0 ? sorted_.begin() : std::ranges::upper_bound(sorted_, place(hill.first));
    const auto end = hill.last == kPlaces - 1 ? sorted_.end()
                                              : std::ranges::upper_bound(sorted_, place(hill.last));
    return static_cast<double>(end - begin);
  }

  bool too_small(const Hill& hill) const {
    const double least = std::max(kLeastSamples, kLeastShare * static_cast<double>(sorted_.size()));
    return samples_in(hill) < least;
  }

  bool shallow(const Hill& left, const Hill& right) const {
    const double lower = std::min(density_[left.top], density_[right.top]);
    return density_[left.last] >= kValley * lower;
  }

  /// Joins the first pair that does not count as two; false when there is none.
  bool join_one() {
    for (std::size_t i = 0; i + 1 < hills_.size(); ++i) {
      Hill& left = hills_[i];
      const Hill& right = hills_[i + 1];
      if (!shallow(left, right) && !too_small(left) && !too_small(right)) continue;
      left.last = right.last;
      if (density_[right.top] > density_[left.top]) left.top = right.top;
      hills_.erase(hills_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      return true;
    }
    return false;
  }

  const std::vector<double>& sorted_;
  const std::vector<double>& density_;
  double step_;
  std::vector<Hill> hills_;
};

}  // namespace

std::vector<Mode> find_modes(std::span<const double> samples) {
  const auto sorted = sorted_numbers(samples);
  if (sorted.empty()) return {};
  const std::vector<Mode> single{{quantile(sorted, 0.5), 1.0}};
  const double range = sorted.back() - sorted.front();
  if (sorted.size() < kFewest || !(range > 0) || !std::isfinite(range)) return single;
  const double bandwidth = bandwidth_of(sorted);
  const double step = range / static_cast<double>(kPlaces - 1);
  // Finer than the places can show: nearly all samples are equal.
  if (!(bandwidth > step / 2)) return single;
  const auto density = density_of(sorted, bandwidth, step);
  return Joining(sorted, density, step).modes();
}

}  // namespace ck::measure
