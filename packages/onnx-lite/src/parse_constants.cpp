#include "fields.hpp"
#include "parser.hpp"

#include <bit>
#include <optional>
#include <type_traits>

namespace onnx_lite {

using wire::Field;
using wire::Reader;
using wire::Type;

namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

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

}  // namespace onnx_lite
