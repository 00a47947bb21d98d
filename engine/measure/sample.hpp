#pragma once
/// One list of numbers: order statistics. Nothing is assumed to be normal.

#include <span>
#include <vector>

namespace ck::measure {

/// An interval [low, high].
struct Interval {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

/// The samples without NaNs, sorted.
std::vector<double> sorted_numbers(std::span<const double> samples);

/// The q-quantile (0 <= q <= 1), linear between order statistics (Hyndman and Fan, "Sample
/// Quantiles in Statistical Packages", The American Statistician 50, 1996: type 7). NaN of nothing.
double quantile(std::span<const double> sorted, double q);

/// Of samples in any order; NaNs are left out.
double median(std::span<const double> samples);

/// Sample standard deviation (n - 1) around a mean; 0 for fewer than two samples. No NaNs.
double deviation(std::span<const double> samples, double mean);

/// Median absolute deviation from the median, unscaled (times 1.4826 it estimates the standard
/// deviation of normal data; Hampel, "The Influence Curve", JASA 69, 1974).
double median_absolute_deviation(std::span<const double> samples);

/// 95 % or other interval of the median by the bootstrap's percentile method, in the limit of
/// infinitely many resamples, which needs no random numbers: a resample's median is not above the
/// k-th of n samples when at least half of n draws are, a binomial tail (Efron, "Bootstrap
/// Methods", Annals of Statistics 7, 1979, section 3). For even n the lower and the upper middle
/// take the place of their mean, which makes it slightly wider. NaNs are left out; NaN bounds of
/// nothing, one sample's value twice.
Interval bootstrap_median(std::span<const double> samples, double confidence = 0.95);

}  // namespace ck::measure
