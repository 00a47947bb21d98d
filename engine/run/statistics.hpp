#pragma once
/// What a list of samples says. Nothing is dropped and nothing is assumed to be normal.

#include <cstddef>
#include <span>

#include "measure/sample.hpp"

namespace ck::run {

struct Summary {
  std::size_t count = 0;
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double median = 0;
  double deviation = 0;  ///< sample standard deviation (n - 1); 0 for one sample
  /// 95 % interval of the median from order statistics (binomial; exact, no distribution assumed);
  /// [minimum, maximum] when there are fewer than 6 samples, which then covers less.
  measure::Interval median_95;
};

/// NaNs are left out of everything, `count` included.
Summary summarize(std::span<const double> samples);

}  // namespace ck::run
