#include "measure/outliers.hpp"

#include <cmath>

#include "measure/sample.hpp"

namespace ck::measure {
namespace {

constexpr std::size_t kFewest = 5;
constexpr double kFar = 3.5;

/// What a normal distribution's standard deviation would be, from middle values; 0 without spread.
double scale_of(std::span<const double> samples, double middle) {
  const double mad = median_absolute_deviation(samples);
  if (mad > 0) return mad / 0.6745;
  double sum = 0;
  double count = 0;
  for (const double sample : samples) {
    if (std::isnan(sample)) continue;
    sum += std::abs(sample - middle);
    count += 1;
  }
  return count > 0 ? 1.2533 * sum / count : 0;
}

}  // namespace

std::vector<std::size_t> find_outliers(std::span<const double> samples) {
  std::vector<std::size_t> outliers;
  if (samples.size() < kFewest) return outliers;
  const double middle = median(samples);
  const double scale = scale_of(samples, middle);
  if (!(scale > 0)) return outliers;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::abs(samples[i] - middle) > kFar * scale) outliers.push_back(i);
  }
  return outliers;
}

}  // namespace ck::measure
