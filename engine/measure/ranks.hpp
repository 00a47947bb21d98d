#pragma once
/// Ranks and order statistics that rank tests share. Internal to measure.

#include <cmath>
#include <span>
#include <vector>

#include "measure/sample.hpp"

namespace ck::measure {

/// Ranks from 1 of the values; equal ones share the mean of theirs.
std::vector<double> ranks_of(std::span<const double> values);

/// Sum of t^3 - t over groups of t equal values: what ties take from the variance of rank sums.
double tie_correction(std::span<const double> values);

/// How many of the smallest and largest values an interval of this confidence leaves out, given the
/// probabilities of a statistic that counts the values below the true shift; 0 when even all values
/// together do not reach it.
std::size_t cut_of(const std::vector<double>& probabilities, double confidence);

/// The same from the statistic's mean and deviation, taken as normal.
std::size_t normal_cut(double mean, double deviation, double confidence);

/// Median of all values, and the interval that leaves `cut` at each end out. Reorders the values.
Interval interval_of(std::vector<double>& values, std::size_t cut);
double middle_of(std::vector<double>& values);

/// Two-sided p of a statistic with this mean and deviation, with continuity correction.
double normal_p_value(double statistic, double mean, double deviation);

/// Two-sided p of an exactly known distribution: twice the smaller tail, at most 1.
double exact_p_value(const std::vector<double>& probabilities, std::size_t statistic);

}  // namespace ck::measure
