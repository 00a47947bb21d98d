#include "arithmetic.hpp"

#include <bit>
#include <cstdint>

namespace train {

double exponential(double x) {
  constexpr double kLn2High = 0x1.62e42fefa0000p-1;  // ln 2 in two parts: k * high is exact
  constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;
  constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  if (x < -700.0) return 0.0;
  const double scaled = x * kInverseLn2;
  const auto k = static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double kd = static_cast<double>(k);
  const double r = (x - kd * kLn2High) - kd * kLn2Low;
  double sum = 1.0;  // Taylor series in Horner's form, |r| <= ln(2)/2
  for (int n = 13; n > 0; --n) sum = 1.0 + sum * r / static_cast<double>(n);
  const double power_of_two = std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
  return sum * power_of_two;
}

void multiply_add(std::size_t rows, std::size_t columns, std::size_t depth, View a, const float* b,
                  float* c) {
  for (std::size_t r = 0; r < rows; ++r) {
    float* const __restrict out = c + r * columns;
    for (std::size_t d = 0; d < depth; ++d) {
      const float factor = a.data[r * a.row_stride + d * a.column_stride];
      const float* const __restrict row = b + d * columns;
      for (std::size_t i = 0; i < columns; ++i) out[i] += factor * row[i];
    }
  }
}

void transpose(std::size_t rows, std::size_t columns, const float* in, float* out) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out[c * rows + r] = in[r * columns + c];
}

}  // namespace train
