#pragma once

#include "tensor.hpp"

#include <functional>
#include <onnx_lite/model.hpp>
#include <span>

namespace inference {

/// A node's inputs at a run, in its order; nullptr for an optional input that is left out.
using Operands = std::span<const FloatTensor* const>;

/// Computes a node's output. Throws onnx_lite::Error if the inputs' extents do not fit.
using Kernel = std::function<void(Operands, FloatTensor& output)>;

/// A node's inputs that are known when the model is loaded, in its order; nullptr for the others.
using Constants = std::span<const onnx_lite::Tensor* const>;

/// Makes the kernel of a node for a model of operator set `opset`.
/// Throws onnx_lite::Error naming the operator and the node if the operator, or an attribute's
/// value, is not supported.
Kernel make_kernel(const onnx_lite::Node& node, Constants constants, std::int64_t opset);

}  // namespace inference
