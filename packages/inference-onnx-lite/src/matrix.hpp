#pragma once

#include <cstddef>
#include <vector>

namespace inference {

/// The right factor of a product, row by row, rows padded with zeros to a multiple of kBlock so
/// that the inner loop needs no special case at the end.
struct PackedMatrix {
  static constexpr std::size_t kBlock = 8;

  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;
  std::vector<float> values;

  /// Takes on these extents with all values 0.
  /// Throws onnx_lite::Error above 2^28 elements (1 GiB).
  void clear(std::size_t new_rows, std::size_t new_columns);
  /// Copies a rows x columns matrix whose element (r, c) is data[r * row_step + c * column_step].
  void assign(std::size_t new_rows, std::size_t new_columns, const float* data,
              std::size_t row_step, std::size_t column_step);
};

/// c = a * b; a has `rows` rows of b.rows floats, c has `rows` rows of b.columns floats.
/// Each element's sum runs in ascending order, whatever `rows` is: an image's result does not
/// depend on the batch it is in.
void multiply(std::size_t rows, const float* a, const PackedMatrix& b, float* c);

}  // namespace inference
