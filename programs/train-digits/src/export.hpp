#pragma once

#include "network.hpp"

#include <onnx_lite/model.hpp>
#include <string_view>

namespace train {

/// The network as an ONNX model: input "image" of N x 1 x 8 x 8, output "probabilities" of N x 10.
onnx_lite::Model to_onnx(const Network& network, std::string_view name);

}  // namespace train
