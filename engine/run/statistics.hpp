#pragma once
/// What a list of samples says. Nothing is dropped and nothing is assumed to be normal.

#include <cstddef>
#include <span>

namespace ck::run {

/// An interval [low, high].
struct Interval {
  double low = 0;
  double high = 0;
};

struct Summary {
  std::size_t count = 0;
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double median = 0;
  double deviation = 0;  ///< sample standard deviation (n - 1); 0 for one sample
  /// 95 % interval of the median from order statistics (binomial; exact, no distribution assumed);
  /// [minimum, maximum] when there are fewer than 6 samples, which then covers less.
  Interval median_95;
};

/// NaNs are left out of everything, `count` included.
Summary summarize(std::span<const double> samples);

/// The q-quantile (0 <= q <= 1), linear between order statistics (Hyndman and Fan type 7).
double quantile(std::span<const double> sorted, double q);

}  // namespace ck::run
