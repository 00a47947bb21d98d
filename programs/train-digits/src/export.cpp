#include "export.hpp"

#include "arithmetic.hpp"

#include <string>
#include <utility>

namespace train {

namespace {

using onnx_lite::Attribute;
using onnx_lite::Node;
using onnx_lite::Tensor;
using Integers = std::vector<std::int64_t>;

std::int64_t signed_of(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Builds the chain of nodes; each reads what the one before it wrote.
class Exporter {
 public:
  explicit Exporter(std::string first_value) : value_(std::move(first_value)) {}

  void add(const Dense& dense) {
    if (!flat_) node("Flatten", {}, {{"axis", std::int64_t{1}}});
    flat_ = true;
    const std::string name = "gemm" + std::to_string(++gemms_);
    // Outputs x inputs, as most exporters write it; OpenCV 4.6 reads a second Gemm only this way.
    std::vector<float> weights(dense.weights.values.size());
    transpose(dense.inputs, dense.outputs, dense.weights.values.data(), weights.data());
    constant(name + ".weight", {signed_of(dense.outputs), signed_of(dense.inputs)},
             std::move(weights));
    constant(name + ".bias", {signed_of(dense.outputs)}, dense.bias.values);
    node("Gemm", {name + ".weight", name + ".bias"}, {{"transB", std::int64_t{1}}});
  }

  void add(const Conv3x3& conv) {
    const std::string name = "conv" + std::to_string(++convs_);
    constant(name + ".weight", {signed_of(conv.outputs), signed_of(conv.in_extent.channels), 3, 3},
             conv.weights.values);
    constant(name + ".bias", {signed_of(conv.outputs)}, conv.bias.values);
    node("Conv", {name + ".weight", name + ".bias"},
         {{"kernel_shape", Integers{3, 3}}, {"pads", Integers{1, 1, 1, 1}}});
  }

  void add(const Relu&) { node("Relu", {}, {}); }

  void add(const MaxPool2&) {
    node("MaxPool", {}, {{"kernel_shape", Integers{2, 2}}, {"strides", Integers{2, 2}}});
  }

  onnx_lite::Graph finish(const std::string& output) {
    node("Softmax", {}, {{"axis", std::int64_t{1}}});
    graph_.nodes.back().outputs = {output};
    return std::move(graph_);
  }

 private:
  void constant(const std::string& name, Integers dims, std::vector<float> values) {
    graph_.initializers.push_back(Tensor{name, std::move(dims), std::move(values)});
  }

  void node(const std::string& type, const std::vector<std::string>& constants,
            std::vector<Attribute> attributes) {
    const std::string name = type + "_" + std::to_string(graph_.nodes.size() + 1);
    Node node{name, type, "", {value_}, {name + ".out"}, std::move(attributes)};
    node.inputs.insert(node.inputs.end(), constants.begin(), constants.end());
    value_ = node.outputs.front();
    graph_.nodes.push_back(std::move(node));
  }

  onnx_lite::Graph graph_;
  std::string value_;
  bool flat_ = false;
  int gemms_ = 0;
  int convs_ = 0;
};

}  // namespace

onnx_lite::Model to_onnx(const Network& network, std::string_view name) {
  constexpr std::int64_t kIrVersion = 7;
  constexpr std::int64_t kOpset = 13;
  constexpr std::int64_t kSide = digits::kSide;
  const std::string input = "image";
  const std::string output = "probabilities";
  Exporter exporter(input);
  for (const Layer& layer : network.layers)
    std::visit([&](const auto& l) { exporter.add(l); }, layer);
  onnx_lite::Model model;
  model.ir_version = kIrVersion;
  model.producer_name = "train-digits";
  model.producer_version = "1.0.0";
  model.opsets = {{"", kOpset}};
  model.graph = exporter.finish(output);
  model.graph.name = std::string(name);
  model.graph.inputs = {
      {input, onnx_lite::ElementType::float32, {std::string("N"), std::int64_t{1}, kSide, kSide}}};
  model.graph.outputs = {{output,
                          onnx_lite::ElementType::float32,
                          {std::string("N"), std::int64_t{digits::kClasses}}}};
  return model;
}

}  // namespace train
