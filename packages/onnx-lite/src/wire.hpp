#pragma once

// The protobuf wire format: what is needed to read and write ONNX, and no more.

#include "onnx_lite/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onnx_lite::wire {

enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a message: `scalar` for the three number types, `bytes` for the fourth.
struct Field {
  std::uint32_t number = 0;
  Type type = Type::varint;
  std::uint64_t scalar = 0;
  std::string_view bytes;
  std::size_t offset = 0;  ///< of the field's content in the whole file
};

/// Walks over the fields of one message. Throws Error for anything cut short or malformed.
class Reader {
 public:
  /// `offset`: where `data` begins in the whole file; `where`: the message's name for errors,
  /// which must outlive the reader.
  Reader(std::string_view data, std::size_t offset, const char* where)
      : data_(data), offset_(offset), where_(where) {}

  bool at_end() const { return position_ == data_.size(); }
  /// The next field; call only when not at_end().
  Field next();
  std::uint64_t varint();
  std::uint64_t little_endian(std::size_t size);
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::string_view take(std::uint64_t size);

  std::string_view data_;
  std::size_t position_ = 0;
  std::size_t offset_;
  const char* where_;
};

/// Appends fields to a message.
class Writer {
 public:
  /// Fields with the type's zero value are left out unless stated otherwise, as proto3 does.
  void integer(std::uint32_t number, std::int64_t value);
  void integer_always(std::uint32_t number, std::int64_t value);
  void float_always(std::uint32_t number, float value);
  void text(std::uint32_t number, std::string_view value);
  void bytes_always(std::uint32_t number, std::string_view value);
  const std::string& data() const { return data_; }

 private:
  void key(std::uint32_t number, Type type);
  void varint(std::uint64_t value);

  std::string data_;
};

void append_little_endian(std::string& out, std::uint64_t value, std::size_t size);

}  // namespace onnx_lite::wire
