#include "measure/normal.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace ck::measure {
namespace {

constexpr std::array kA{-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                        1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
constexpr std::array kB{-5.447609879822406e+01, 1.615858368580409e+02,  -1.556989798598866e+02,
                        6.680131188771972e+01,  -1.328068155288572e+01, 1.0};
constexpr std::array kC{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                        -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
constexpr std::array kD{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                        3.754408661907416e+00, 1.0};

template <std::size_t Size>
double polynomial(const std::array<double, Size>& coefficients, double x) {
  double value = 0;
  for (const double coefficient : coefficients) value = value * x + coefficient;
  return value;
}

double approximate_quantile(double p) {
  constexpr double kTail = 0.02425;
  if (p < kTail) {
    const double q = std::sqrt(-2 * std::log(p));
    return polynomial(kC, q) / polynomial(kD, q);
  }
  if (p > 1 - kTail) return -approximate_quantile(1 - p);
  const double q = p - 0.5;
  return q * polynomial(kA, q * q) / polynomial(kB, q * q);
}

}  // namespace

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double normal_quantile(double p) {
  const double z = approximate_quantile(p);
  const double error = (normal_cdf(z) - p) * std::sqrt(2 * std::numbers::pi) * std::exp(z * z / 2);
  return z - error / (1 + z * error / 2);
}

}  // namespace ck::measure
