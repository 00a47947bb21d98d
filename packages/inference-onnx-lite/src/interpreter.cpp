#include "interpreter.hpp"

#include <limits>
#include <map>
#include <onnx_lite/error.hpp>
#include <onnx_lite/graph.hpp>

namespace inference {

namespace {

using onnx_lite::Error;
using onnx_lite::quote;

constexpr std::size_t kMissing = std::numeric_limits<std::size_t>::max();

/// Operator sets whose meaning of the supported operators is implemented.
constexpr std::int64_t kOldestOpset = 7;
constexpr std::int64_t kNewestOpset = 21;

std::int64_t opset_of(const onnx_lite::Model& model) {
  for (const auto& opset : model.opsets) {
    if (!opset.domain.empty() && opset.domain != "ai.onnx") continue;
    if (opset.version < kOldestOpset || opset.version > kNewestOpset)
      throw Error("the model is for operator set " + std::to_string(opset.version) +
                  "; supported are " + std::to_string(kOldestOpset) + " to " +
                  std::to_string(kNewestOpset));
    return opset.version;
  }
  throw Error("the model does not say which operator set it is for");
}

/// The graph's only input that is not a constant.
const onnx_lite::ValueInfo& input_of(
    const onnx_lite::Graph& graph,
    const std::map<std::string, const onnx_lite::Tensor*>& constants) {
  const onnx_lite::ValueInfo* input = nullptr;
  for (const auto& candidate : graph.inputs) {
    if (constants.contains(candidate.name)) continue;
    if (input != nullptr)
      throw Error("the model has more than one input: " + quote(input->name) + " and " +
                  quote(candidate.name));
    input = &candidate;
  }
  if (input == nullptr) throw Error("the model has no input");
  if (input->element_type != onnx_lite::ElementType::float32)
    throw Error("the input " + quote(input->name) + " is not of floats");
  return *input;
}

/// Values of int64 exist as constants only, and only Reshape takes them.
void expect_floats(const onnx_lite::Node& node, std::size_t input,
                   const onnx_lite::Tensor* constant) {
  if (constant == nullptr || std::holds_alternative<std::vector<float>>(constant->values)) return;
  if (node.op_type != "Reshape" || input != 1)
    throw Error(onnx_lite::describe(node) + ": input " + quote(constant->name) +
                " is of int64, supported are floats");
}

Dims dims_of(const onnx_lite::ValueInfo& value) {
  Dims dims;
  for (const auto& dimension : value.shape) {
    const auto* extent = std::get_if<std::int64_t>(&dimension);
    if (extent != nullptr && *extent < 0)
      throw Error("the input " + quote(value.name) + " has the extent " + std::to_string(*extent));
    dims.push_back(extent == nullptr ? -1 : *extent);
  }
  return dims;
}

}  // namespace

Interpreter::Interpreter(const onnx_lite::Model& model) {
  const onnx_lite::Graph& graph = model.graph;
  const auto order = onnx_lite::execution_order(graph);
  const std::int64_t opset = opset_of(model);
  std::map<std::string, const onnx_lite::Tensor*> constants;
  for (const auto& tensor : graph.initializers) constants.emplace(tensor.name, &tensor);
  const auto& input = input_of(graph, constants);
  if (graph.outputs.size() != 1)
    throw Error("the model has " + std::to_string(graph.outputs.size()) + " outputs, expected one");

  std::map<std::string, std::size_t> places;
  const auto place_of = [&](const std::string& name) {
    return places.emplace(name, places.size()).first->second;
  };
  input_dims_ = dims_of(input);
  input_ = place_of(input.name);
  for (const std::size_t index : order) {
    const onnx_lite::Node& node = graph.nodes[index];
    Step step{onnx_lite::describe(node), {}, {}, 0, {}};
    std::vector<const onnx_lite::Tensor*> known;
    for (const auto& name : node.inputs) {
      const auto found = constants.find(name);
      known.push_back(found == constants.end() ? nullptr : found->second);
      expect_floats(node, known.size() - 1, known.back());
      step.inputs.push_back(name.empty() ? kMissing : place_of(name));
    }
    step.kernel = make_kernel(node, known, opset);
    step.output = place_of(node.outputs.front());
    step.operands.resize(step.inputs.size());
    steps_.push_back(std::move(step));
  }
  output_ = place_of(graph.outputs.front().name);
  values_.resize(places.size());
  for (const auto& [name, tensor] : constants) {
    const auto place = places.find(name);
    const auto* values = std::get_if<std::vector<float>>(&tensor->values);
    if (place != places.end() && values != nullptr)
      values_[place->second] = FloatTensor{tensor->dims, *values};
  }
}

const FloatTensor& Interpreter::run() {
  for (Step& step : steps_) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i)
      step.operands[i] = step.inputs[i] == kMissing ? nullptr : &values_[step.inputs[i]];
    try {
      step.kernel(step.operands, values_[step.output]);
    } catch (const Error& error) {
      throw Error(step.description + ": " + error.what());
    }
  }
  return values_[output_];
}

}  // namespace inference
