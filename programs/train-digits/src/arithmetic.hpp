#pragma once

// The arithmetic of training. Every result is the same on every machine with IEEE floats: each sum
// is formed in one fixed order, nothing is fused (the build says -ffp-contract=off), and no
// function of libm is used whose last bit depends on the processor. sqrt is exact by IEEE 754.

#include <cfloat>
#include <cstddef>

static_assert(FLT_EVAL_METHOD == 0, "floats must be computed as floats");

namespace train {

/// e^x with a relative error below 1e-13; 0 below -700, for x up to 700.
double exponential(double x);

/// A matrix inside a larger array: element (r, c) is data[r * row_stride + c * column_stride].
struct View {
  const float* data;
  std::size_t row_stride;
  std::size_t column_stride;
};

/// c += a * b, with a of rows x depth, b of depth x columns and c of rows x columns, the latter two
/// stored row by row without gaps. Each element's sum runs over the depth in ascending order.
void multiply_add(std::size_t rows, std::size_t columns, std::size_t depth, View a, const float* b,
                  float* c);

/// `out` becomes the transpose of the rows x columns matrix `in`.
void transpose(std::size_t rows, std::size_t columns, const float* in, float* out);

}  // namespace train
