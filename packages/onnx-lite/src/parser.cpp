#include "parser.hpp"

#include "fields.hpp"
#include "onnx_lite/io.hpp"

namespace onnx_lite {

using wire::Field;
using wire::Reader;
using wire::Type;

void expect(bool right, const Field& field, const Reader& reader) {
  if (!right)
    reader.fail("field " + std::to_string(field.number) + " has wire type " +
                std::to_string(static_cast<int>(field.type)));
}

std::int64_t integer(const Field& field, const Reader& reader) {
  expect(field.type == Type::varint, field, reader);
  return static_cast<std::int64_t>(field.scalar);
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

Model parse(std::string_view bytes) {
  Model model;
  Parser().model(Field{0, Type::bytes, 0, bytes, 0}, model);
  return model;
}

}  // namespace onnx_lite
