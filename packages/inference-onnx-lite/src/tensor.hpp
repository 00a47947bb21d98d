#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inference {

using Dims = std::vector<std::int64_t>;

/// What flows between operators: floats, row by row.
struct FloatTensor {
  Dims dims;
  std::vector<float> values;

  /// Takes on these extents; keeps memory it already has. The values are left unspecified.
  /// Throws onnx_lite::Error above 2^28 elements (1 GiB).
  void reshape(Dims new_dims);
};

/// "[2, 3, 8, 8]", for messages.
std::string to_string(const Dims& dims);

/// `value` as an index or count; callers have made sure that it is not negative.
inline std::size_t unsigned_of(std::int64_t value) { return static_cast<std::size_t>(value); }

}  // namespace inference
