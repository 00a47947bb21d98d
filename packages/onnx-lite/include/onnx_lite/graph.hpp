#pragma once

#include "onnx_lite/error.hpp"
#include "onnx_lite/model.hpp"

#include <cstddef>
#include <vector>

namespace onnx_lite {

/// Indices into graph.nodes in an order in which every node comes after those it reads from; the
/// file's order where that is one. Throws Error if a value is defined twice, read but never defined
/// (a graph output included), or if nodes wait for each other in a cycle.
std::vector<std::size_t> execution_order(const Graph& graph);

}  // namespace onnx_lite
