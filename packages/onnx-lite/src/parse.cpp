#include "fields.hpp"
#include "onnx_lite/io.hpp"
#include "wire.hpp"

#include <bit>
#include <optional>

namespace onnx_lite {

namespace {

using wire::Field;
using wire::Reader;
using wire::Type;

// An empty message takes two bytes in a file and a hundred in memory; without a limit a hostile
// file of 1 GB would need 50 times that.
constexpr std::size_t kMaxParts = 1'000'000;

/// Decodes messages, counting the strings and sub-messages it has made.
class Parser {
 public:
  void model(const Field& field, Model& out);

 private:
  void graph(const Field& field, Graph& out);
  Node node(const Field& field);
  Attribute attribute(const Field& field);
  Tensor tensor(const Field& field);
  ValueInfo value_info(const Field& field);
  void type(const Field& field, ValueInfo& out);
  void tensor_type(const Field& field, ValueInfo& out);
  std::vector<Dimension> shape(const Field& field);
  OpsetImport opset(const Field& field);

  Reader open(const Field& field, const char* where);
  std::string text(const Field& field, const Reader& reader);

  std::size_t parts_ = 0;
};

void expect(bool right, const Field& field, const Reader& reader) {
  if (!right)
    reader.fail("field " + std::to_string(field.number) + " has wire type " +
                std::to_string(static_cast<int>(field.type)));
}

std::int64_t integer(const Field& field, const Reader& reader) {
  expect(field.type == Type::varint, field, reader);
  return static_cast<std::int64_t>(field.scalar);
}

float float_from_bits(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

float real(const Field& field, const Reader& reader) {
  expect(field.type == Type::fixed32, field, reader);
  return float_from_bits(field.scalar);
}

/// Repeated numbers come packed in one field or as one field each.
void append_integers(const Field& field, const Reader& reader, std::vector<std::int64_t>& out) {
  if (field.type != Type::bytes) {
    out.push_back(integer(field, reader));
    return;
  }
  Reader packed(field.bytes, field.offset, "a list of integers");
  while (!packed.at_end()) out.push_back(static_cast<std::int64_t>(packed.varint()));
}

void append_reals(const Field& field, const Reader& reader, std::vector<float>& out) {
  if (field.type != Type::bytes) {
    out.push_back(real(field, reader));
    return;
  }
  Reader packed(field.bytes, field.offset, "a list of floats");
  out.reserve(out.size() + field.bytes.size() / 4);
  while (!packed.at_end()) out.push_back(float_from_bits(packed.little_endian(4)));
}

Reader Parser::open(const Field& field, const char* where) {
  Reader reader(field.bytes, field.offset, where);
  if (field.type != Type::bytes) reader.fail("expected a message");
  if (++parts_ > kMaxParts) reader.fail("more than " + std::to_string(kMaxParts) + " parts");
  return reader;
}

std::string Parser::text(const Field& field, const Reader& reader) {
  expect(field.type == Type::bytes, field, reader);
  if (++parts_ > kMaxParts) reader.fail("more than " + std::to_string(kMaxParts) + " parts");
  return std::string(field.bytes);
}

void Parser::model(const Field& field, Model& out) {
  Reader reader = open(field, "the model");
  bool has_graph = false;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case model_field::kIrVersion:
        out.ir_version = integer(part, reader);
        break;
      case model_field::kProducerName:
        out.producer_name = text(part, reader);
        break;
      case model_field::kProducerVersion:
        out.producer_version = text(part, reader);
        break;
      case model_field::kOpsetImport:
        out.opsets.push_back(opset(part));
        break;
      case model_field::kGraph:
        graph(part, out.graph);
        has_graph = true;
        break;
      default:
        break;
    }
  }
  if (!has_graph) reader.fail("there is no graph");
}

OpsetImport Parser::opset(const Field& field) {
  Reader reader = open(field, "an opset import");
  OpsetImport out;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case opset_field::kDomain:
        out.domain = text(part, reader);
        break;
      case opset_field::kVersion:
        out.version = integer(part, reader);
        break;
      default:
        break;
    }
  }
  return out;
}

void Parser::graph(const Field& field, Graph& out) {
  Reader reader = open(field, "the graph");
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case graph_field::kNode:
        out.nodes.push_back(node(part));
        break;
      case graph_field::kName:
        out.name = text(part, reader);
        break;
      case graph_field::kInitializer:
        out.initializers.push_back(tensor(part));
        break;
      case graph_field::kInput:
        out.inputs.push_back(value_info(part));
        break;
      case graph_field::kOutput:
        out.outputs.push_back(value_info(part));
        break;
      default:
        break;
    }
  }
}

Node Parser::node(const Field& field) {
  Reader reader = open(field, "a node");
  Node out;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case node_field::kInput:
        out.inputs.push_back(text(part, reader));
        break;
      case node_field::kOutput:
        out.outputs.push_back(text(part, reader));
        break;
      case node_field::kName:
        out.name = text(part, reader);
        break;
      case node_field::kOpType:
        out.op_type = text(part, reader);
        break;
      case node_field::kAttribute:
        out.attributes.push_back(attribute(part));
        break;
      case node_field::kDomain:
        out.domain = text(part, reader);
        break;
      default:
        break;
    }
  }
  return out;
}

/// What an attribute's message holds; which member counts is said by `type`.
struct RawAttribute {
  std::int64_t type = attribute_type::kUndefined;
  std::int64_t integer = 0;
  float real = 0;
  std::string text;
  std::vector<std::int64_t> integers;
  std::vector<float> reals;
  std::optional<Tensor> tensor;
};

Attribute::Value attribute_value(RawAttribute&& raw) {
  switch (raw.type) {
    case attribute_type::kFloat:
      return raw.real;
    case attribute_type::kInt:
      return raw.integer;
    case attribute_type::kString:
      return std::move(raw.text);
    case attribute_type::kFloats:
      return std::move(raw.reals);
    case attribute_type::kInts:
      return std::move(raw.integers);
    case attribute_type::kTensor:
      if (raw.tensor) return std::move(*raw.tensor);
      break;
    default:
      break;
  }
  return UnsupportedAttribute{raw.type};
}

Attribute Parser::attribute(const Field& field) {
  Reader reader = open(field, "an attribute");
  Attribute out;
  RawAttribute raw;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case attribute_field::kName:
        out.name = text(part, reader);
        break;
      case attribute_field::kType:
        raw.type = integer(part, reader);
        break;
      case attribute_field::kFloat:
        raw.real = real(part, reader);
        break;
      case attribute_field::kInt:
        raw.integer = integer(part, reader);
        break;
      case attribute_field::kString:
        raw.text = text(part, reader);
        break;
      case attribute_field::kTensor:
        raw.tensor = tensor(part);
        break;
      case attribute_field::kFloats:
        append_reals(part, reader, raw.reals);
        break;
      case attribute_field::kInts:
        append_integers(part, reader, raw.integers);
        break;
      default:
        break;
    }
  }
  out.value = attribute_value(std::move(raw));
  return out;
}

/// A tensor's data as found, before its type and extents are known.
struct RawTensor {
  std::int64_t type = 0;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::optional<Field> raw;
};

template <typename Element>
std::vector<Element> decode_raw(const Field& field) {
  Reader reader(field.bytes, field.offset, "a tensor's raw data");
  std::vector<Element> out;
  out.reserve(field.bytes.size() / sizeof(Element));
  while (!reader.at_end()) {
    const std::uint64_t bits = reader.little_endian(sizeof(Element));
    if constexpr (std::is_same_v<Element, float>)
      out.push_back(float_from_bits(bits));
    else
      out.push_back(static_cast<Element>(bits));
  }
  return out;
}

void set_values(Tensor& out, RawTensor&& raw, const Reader& reader) {
  switch (raw.type) {
    case static_cast<std::int64_t>(ElementType::float32):
      out.values = raw.raw ? decode_raw<float>(*raw.raw) : std::move(raw.reals);
      break;
    case static_cast<std::int64_t>(ElementType::int64):
      out.values = raw.raw ? decode_raw<std::int64_t>(*raw.raw) : std::move(raw.integers);
      break;
    default:
      reader.fail("tensor " + quote(out.name) + " has element type " + std::to_string(raw.type) +
                  "; only float (1) and int64 (7) are supported");
  }
  const std::size_t wanted = element_count(out.dims);
  const std::size_t found =
      std::visit([](const auto& values) { return values.size(); }, out.values);
  if (wanted != found)
    reader.fail("tensor " + quote(out.name) + " has room for " + std::to_string(wanted) +
                " elements, but its data has " + std::to_string(found));
}

Tensor Parser::tensor(const Field& field) {
  Reader reader = open(field, "a tensor");
  Tensor out;
  RawTensor raw;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case tensor_field::kDims:
        append_integers(part, reader, out.dims);
        break;
      case tensor_field::kDataType:
        raw.type = integer(part, reader);
        break;
      case tensor_field::kFloatData:
        append_reals(part, reader, raw.reals);
        break;
      case tensor_field::kInt64Data:
        append_integers(part, reader, raw.integers);
        break;
      case tensor_field::kName:
        out.name = text(part, reader);
        break;
      case tensor_field::kRawData:
        expect(part.type == Type::bytes, part, reader);
        raw.raw = part;
        break;
      case tensor_field::kSegment:
        reader.fail("tensors in segments are not supported");
      case tensor_field::kExternalData:
        reader.fail("tensors in files of their own are not supported");
      case tensor_field::kDataLocation:
        if (integer(part, reader) != 0)
          reader.fail("tensors in files of their own are not supported");
        break;
      default:
        break;
    }
  }
  set_values(out, std::move(raw), reader);
  return out;
}

ValueInfo Parser::value_info(const Field& field) {
  Reader reader = open(field, "a value description");
  ValueInfo out;
  while (!reader.at_end()) {
    const Field part = reader.next();
    switch (part.number) {
      case value_field::kName:
        out.name = text(part, reader);
        break;
      case value_field::kType:
        type(part, out);
        break;
      default:
        break;
    }
  }
  return out;
}

void Parser::type(const Field& field, ValueInfo& out) {
  Reader reader = open(field, "a value's type");
  while (!reader.at_end()) {
    const Field part = reader.next();
    if (part.number == type_field::kTensorType) tensor_type(part, out);
  }
}

void Parser::tensor_type(const Field& field, ValueInfo& out) {
  Reader reader = open(field, "a value's tensor type");
  while (!reader.at_end()) {
    const Field part = reader.next();
    if (part.number == tensor_type_field::kElementType) {
      const std::int64_t type = integer(part, reader);
      if (type != static_cast<std::int64_t>(ElementType::float32) &&
          type != static_cast<std::int64_t>(ElementType::int64))
        reader.fail("value " + quote(out.name) + " has element type " + std::to_string(type) +
                    "; only float (1) and int64 (7) are supported");
      out.element_type = static_cast<ElementType>(type);
    } else if (part.number == tensor_type_field::kShape) {
      out.shape = shape(part);
    }
  }
}

std::vector<Dimension> Parser::shape(const Field& field) {
  Reader reader = open(field, "a shape");
  std::vector<Dimension> out;
  while (!reader.at_end()) {
    const Field part = reader.next();
    if (part.number != shape_field::kDimension) continue;
    Dimension dimension = std::string();
    Reader inner = open(part, "a dimension");
    while (!inner.at_end()) {
      const Field item = inner.next();
      if (item.number == dimension_field::kValue) dimension = integer(item, inner);
      if (item.number == dimension_field::kName) dimension = text(item, inner);
    }
    out.push_back(std::move(dimension));
  }
  return out;
}

}  // namespace

Model parse(std::string_view bytes) {
  Model model;
  Parser().model(Field{0, Type::bytes, 0, bytes, 0}, model);
  return model;
}

}  // namespace onnx_lite
