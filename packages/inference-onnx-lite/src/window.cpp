#include "window.hpp"

#include <onnx_lite/error.hpp>
#include <string>

namespace inference {

using onnx_lite::Error;

Window Window::take(Attributes& attributes, std::optional<Dims> kernel) {
  constexpr std::int64_t kMax = 1 << 15;  // keeps every product below in range
  if (attributes.take<std::string>("auto_pad", "NOTSET") != "NOTSET")
    throw Error("attribute 'auto_pad' is not supported; pads have to be given as numbers");
  Window window;
  const std::int64_t missing = 0;
  window.kernel = kernel ? attributes.take<Dims>("kernel_shape", *kernel)
                         : attributes.take_list("kernel_shape", 2, missing, 1, kMax);
  if (kernel && window.kernel != *kernel)
    throw Error("attribute 'kernel_shape' is " + to_string(window.kernel) + ", the weights have " +
                to_string(*kernel));
  window.strides = attributes.take_list("strides", 2, 1, 1, kMax);
  window.dilations = attributes.take_list("dilations", 2, 1, 1, kMax);
  window.pads = attributes.take_list("pads", 4, 0, 0, kMax);
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (window.kernel[axis] < 1 || window.kernel[axis] > kMax)
      throw Error("a kernel of " + to_string(window.kernel) + " is not supported");
  return window;
}

std::int64_t Window::output_extent(std::size_t axis, std::int64_t input_extent) const {
  const std::int64_t reach = dilations[axis] * (kernel[axis] - 1) + 1;
  const std::int64_t padded = input_extent + pads[axis] + pads[axis + 2];
  if (reach > padded)
    throw Error("a kernel that reaches over " + std::to_string(reach) +
                " pixels does not fit into " + std::to_string(padded));
  return (padded - reach) / strides[axis] + 1;
}

}  // namespace inference
