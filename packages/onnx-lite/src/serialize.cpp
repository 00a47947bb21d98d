#include "fields.hpp"
#include "onnx_lite/io.hpp"
#include "wire.hpp"

#include <bit>
#include <type_traits>

namespace onnx_lite {

namespace {

using wire::Writer;

template <typename Element>
std::string raw_bytes(const std::vector<Element>& values) {
  using Bits = std::conditional_t<sizeof(Element) == 4, std::uint32_t, std::uint64_t>;
  std::string out;
  out.reserve(values.size() * sizeof(Element));
  for (const Element value : values)
    wire::append_little_endian(out, std::bit_cast<Bits>(value), sizeof(Element));
  return out;
}

std::string encode(const Tensor& tensor) {
  Writer out;
  for (const std::int64_t extent : tensor.dims) out.integer_always(tensor_field::kDims, extent);
  const bool is_float = std::holds_alternative<std::vector<float>>(tensor.values);
  out.integer(tensor_field::kDataType,
              static_cast<std::int64_t>(is_float ? ElementType::float32 : ElementType::int64));
  out.text(tensor_field::kName, tensor.name);
  std::visit(
      [&](const auto& values) {
        if (values.size() != element_count(tensor.dims))
          throw Error("tensor " + quote(tensor.name) + " has room for " +
                      std::to_string(element_count(tensor.dims)) + " elements, but holds " +
                      std::to_string(values.size()));
        out.bytes_always(tensor_field::kRawData, raw_bytes(values));
      },
      tensor.values);
  return out.data();
}

/// Writes the one field that holds the value, and returns the attribute's type number.
struct AttributeEncoder {
  Writer& out;
  const std::string& name;

  std::int64_t operator()(const UnsupportedAttribute&) const {
    throw Error("attribute " + quote(name) + " is of a kind that cannot be written");
  }
  std::int64_t operator()(std::int64_t value) const {
    out.integer_always(attribute_field::kInt, value);
    return attribute_type::kInt;
  }
  std::int64_t operator()(float value) const {
    out.float_always(attribute_field::kFloat, value);
    return attribute_type::kFloat;
  }
  std::int64_t operator()(const std::string& value) const {
    out.bytes_always(attribute_field::kString, value);
    return attribute_type::kString;
  }
  std::int64_t operator()(const std::vector<std::int64_t>& values) const {
    for (const std::int64_t value : values) out.integer_always(attribute_field::kInts, value);
    return attribute_type::kInts;
  }
  std::int64_t operator()(const std::vector<float>& values) const {
    for (const float value : values) out.float_always(attribute_field::kFloats, value);
    return attribute_type::kFloats;
  }
  std::int64_t operator()(const Tensor& tensor) const {
    out.bytes_always(attribute_field::kTensor, encode(tensor));
    return attribute_type::kTensor;
  }
};

std::string encode(const Attribute& attribute) {
  Writer out;
  out.text(attribute_field::kName, attribute.name);
  const std::int64_t type = std::visit(AttributeEncoder{out, attribute.name}, attribute.value);
  out.integer(attribute_field::kType, type);
  return out.data();
}

std::string encode(const Node& node) {
  Writer out;
  for (const auto& name : node.inputs) out.bytes_always(node_field::kInput, name);
  for (const auto& name : node.outputs) out.bytes_always(node_field::kOutput, name);
  out.text(node_field::kName, node.name);
  out.text(node_field::kOpType, node.op_type);
  for (const auto& attribute : node.attributes)
    out.bytes_always(node_field::kAttribute, encode(attribute));
  out.text(node_field::kDomain, node.domain);
  return out.data();
}

std::string encode(const Dimension& dimension) {
  Writer out;
  if (const auto* extent = std::get_if<std::int64_t>(&dimension))
    out.integer_always(dimension_field::kValue, *extent);
  else
    out.text(dimension_field::kName, std::get<std::string>(dimension));
  return out.data();
}

std::string encode(const ValueInfo& value) {
  Writer shape;
  for (const auto& dimension : value.shape)
    shape.bytes_always(shape_field::kDimension, encode(dimension));
  Writer tensor_type;
  tensor_type.integer(tensor_type_field::kElementType,
                      static_cast<std::int64_t>(value.element_type));
  tensor_type.bytes_always(tensor_type_field::kShape, shape.data());
  Writer type;
  type.bytes_always(type_field::kTensorType, tensor_type.data());
  Writer out;
  out.text(value_field::kName, value.name);
  out.bytes_always(value_field::kType, type.data());
  return out.data();
}

std::string encode(const Graph& graph) {
  Writer out;
  for (const auto& node : graph.nodes) out.bytes_always(graph_field::kNode, encode(node));
  out.text(graph_field::kName, graph.name);
  for (const auto& tensor : graph.initializers)
    out.bytes_always(graph_field::kInitializer, encode(tensor));
  for (const auto& value : graph.inputs) out.bytes_always(graph_field::kInput, encode(value));
  for (const auto& value : graph.outputs) out.bytes_always(graph_field::kOutput, encode(value));
  return out.data();
}

std::string encode(const OpsetImport& opset) {
  Writer out;
  out.text(opset_field::kDomain, opset.domain);
  out.integer(opset_field::kVersion, opset.version);
  return out.data();
}

}  // namespace

std::string serialize(const Model& model) {
  Writer out;
  out.integer(model_field::kIrVersion, model.ir_version);
  out.text(model_field::kProducerName, model.producer_name);
  out.text(model_field::kProducerVersion, model.producer_version);
  out.bytes_always(model_field::kGraph, encode(model.graph));
  for (const auto& opset : model.opsets) out.bytes_always(model_field::kOpsetImport, encode(opset));
  return out.data();
}

}  // namespace onnx_lite
