#pragma once

#include "attributes.hpp"
#include "tensor.hpp"

#include <optional>

namespace inference {

/// How a kernel moves over the rows and columns of an image: the attributes that Conv and MaxPool
/// share.
struct Window {
  Dims kernel;     ///< rows, columns
  Dims strides;    ///< rows, columns
  Dims dilations;  ///< rows, columns
  Dims pads;       ///< top, left, bottom, right

  /// Takes the attributes kernel_shape (or `kernel` if the node has none), strides, dilations, pads
  /// and auto_pad (NOTSET only). Throws onnx_lite::Error for values that are not supported.
  static Window take(Attributes& attributes, std::optional<Dims> kernel);

  /// Rows (axis 0) or columns (axis 1) of the output. Throws onnx_lite::Error if the kernel does
  /// not fit into the padded image.
  std::int64_t output_extent(std::size_t axis, std::int64_t input_extent) const;
};

}  // namespace inference
