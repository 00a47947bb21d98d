#include "matrix.hpp"

#include <algorithm>
#include <cstring>
#include <onnx_lite/error.hpp>
#include <string>

namespace inference {

namespace {

// Four floats in one register, on x86-64 and arm64 alike (a GCC and clang extension).
using Floats4 = float __attribute__((vector_size(16)));

Floats4 load(const float* from) {
  Floats4 value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// Rows x 8 elements of the product, held in registers over the whole depth.
template <std::size_t Rows>
void multiply_block(const float* a, const PackedMatrix& b, std::size_t column, float* c) {
  Floats4 low[Rows] = {};
  Floats4 high[Rows] = {};
  const float* row = b.values.data() + column;
  for (std::size_t d = 0; d < b.rows; ++d, row += b.stride) {
    const Floats4 b_low = load(row);
    const Floats4 b_high = load(row + 4);
    for (std::size_t r = 0; r < Rows; ++r) {
      const float factor = a[r * b.rows + d];
      low[r] += factor * b_low;
      high[r] += factor * b_high;
    }
  }
  const std::size_t count = std::min(PackedMatrix::kBlock, b.columns - column);
  for (std::size_t r = 0; r < Rows; ++r) {
    float sums[PackedMatrix::kBlock];
    std::memcpy(sums, &low[r], sizeof low[r]);
    std::memcpy(sums + 4, &high[r], sizeof high[r]);
    std::copy_n(sums, count, c + r * b.columns + column);
  }
}

template <std::size_t Rows>
void multiply_rows(const float* a, const PackedMatrix& b, float* c) {
  for (std::size_t column = 0; column < b.columns; column += PackedMatrix::kBlock)
    multiply_block<Rows>(a, b, column, c);
}

}  // namespace

void PackedMatrix::clear(std::size_t new_rows, std::size_t new_columns) {
  rows = new_rows;
  columns = new_columns;
  stride = (columns + kBlock - 1) / kBlock * kBlock;
  constexpr std::size_t kMaxElements = std::size_t{1} << 28;
  if (rows != 0 && stride > kMaxElements / rows)
    throw onnx_lite::Error("a matrix of " + std::to_string(rows) + " x " + std::to_string(columns) +
                           " is too large");
  values.assign(rows * stride, 0.0F);
}

void PackedMatrix::assign(std::size_t new_rows, std::size_t new_columns, const float* data,
                          std::size_t row_step, std::size_t column_step) {
  clear(new_rows, new_columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      values[r * stride + c] = data[r * row_step + c * column_step];
}

void multiply(std::size_t rows, const float* a, const PackedMatrix& b, float* c) {
  std::size_t r = 0;
  for (; r + 4 <= rows; r += 4) multiply_rows<4>(a + r * b.rows, b, c + r * b.columns);
  for (; r < rows; ++r) multiply_rows<1>(a + r * b.rows, b, c + r * b.columns);
}

}  // namespace inference
