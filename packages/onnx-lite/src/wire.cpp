#include "wire.hpp"

#include <bit>

namespace onnx_lite::wire {

namespace {

std::uint64_t decode_little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

}  // namespace

void Reader::fail(const std::string& problem) const {
  throw Error("not a readable ONNX file: " + problem + ", in " + where_ + " at byte " +
              std::to_string(offset_ + position_));
}

std::string_view Reader::take(std::uint64_t size) {
  const std::size_t left = data_.size() - position_;
  if (size > left)
    fail("wanted " + std::to_string(size) + " bytes, only " + std::to_string(left) + " are left");
  const auto part = data_.substr(position_, static_cast<std::size_t>(size));
  position_ += part.size();
  return part;
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1)[0]);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  fail("a number has more than 64 bits");
}

std::uint64_t Reader::little_endian(std::size_t size) { return decode_little_endian(take(size)); }

Field Reader::next() {
  const std::uint64_t key = varint();
  const std::uint64_t number = key >> 3;
  if (number == 0 || number >= (1U << 29)) fail("bad field number " + std::to_string(number));
  Field field;
  field.number = static_cast<std::uint32_t>(number);
  switch (key & 7) {
    case 0:
      field.type = Type::varint;
      break;
    case 1:
      field.type = Type::fixed64;
      break;
    case 2:
      field.type = Type::bytes;
      break;
    case 5:
      field.type = Type::fixed32;
      break;
    default:
      fail("bad wire type " + std::to_string(key & 7));
  }
  const std::uint64_t size = field.type == Type::bytes ? varint() : 0;
  field.offset = offset_ + position_;
  switch (field.type) {
    case Type::varint:
      field.scalar = varint();
      break;
    case Type::fixed64:
      field.scalar = little_endian(8);
      break;
    case Type::fixed32:
      field.scalar = little_endian(4);
      break;
    case Type::bytes:
      field.bytes = take(size);
      break;
  }
  return field;
}

void append_little_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void Writer::varint(std::uint64_t value) {
  while (value >= 0x80) {
    data_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    value >>= 7;
  }
  data_.push_back(static_cast<char>(value));
}

void Writer::key(std::uint32_t number, Type type) {
  varint((std::uint64_t{number} << 3) | static_cast<std::uint64_t>(type));
}

void Writer::integer(std::uint32_t number, std::int64_t value) {
  if (value != 0) integer_always(number, value);
}

void Writer::integer_always(std::uint32_t number, std::int64_t value) {
  key(number, Type::varint);
  varint(static_cast<std::uint64_t>(value));
}

void Writer::float_always(std::uint32_t number, float value) {
  key(number, Type::fixed32);
  append_little_endian(data_, std::bit_cast<std::uint32_t>(value), 4);
}

void Writer::text(std::uint32_t number, std::string_view value) {
  if (!value.empty()) bytes_always(number, value);
}

void Writer::bytes_always(std::uint32_t number, std::string_view value) {
  key(number, Type::bytes);
  varint(value.size());
  data_.append(value);
}

}  // namespace onnx_lite::wire
