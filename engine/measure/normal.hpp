#pragma once
/// The standard normal distribution. Internal to measure and its tests.

namespace ck::measure {

/// P(Z <= z).
double normal_cdf(double z);

/// The z with P(Z <= z) = p, 0 < p < 1; relative error below 1e-9 (Acklam's rational approximation
/// with one step of Halley's method, which brings it to the accuracy of erfc).
double normal_quantile(double p);

}  // namespace ck::measure
