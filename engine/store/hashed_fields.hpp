#pragma once
/// Private to this layer: hashes of what a row says, and chains of them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "base/sha256.hpp"

namespace ck::store {

/// Hashes fields so that no two different lists of them give the same bytes: each text is preceded
/// by its length.
class HashedFields {
 public:
  explicit HashedFields(std::string_view what) {
    constexpr std::size_t kUsual = 8u << 10;  // a point's, so that it seldom has to grow
    bytes_.reserve(kUsual);
    text(what);
  }

  HashedFields& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  HashedFields& number(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  std::string finish() const { return sha256_hex(bytes_); }

 private:
  std::string bytes_;  ///< hashed at once: a call for each of thousands of fields takes far longer
};

/// The hash of a row in a chain: over that of the row before and its own content, all as bytes.
inline std::string chained_hash(std::string_view before, std::string_view content) {
  return bytes_of_hex(sha256_hex(std::string(before) + std::string(content)));
}

}  // namespace ck::store
