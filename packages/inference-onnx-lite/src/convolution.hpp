#pragma once

#include "operators.hpp"

namespace inference {

// Factories of the operators that move a window over an image; see make_kernel().
Kernel make_conv(const onnx_lite::Node& node, Constants constants);
Kernel make_max_pool(const onnx_lite::Node& node);

}  // namespace inference
