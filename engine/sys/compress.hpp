#pragma once
/// zstd compression of texts in memory (logs, listings).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::sys {

std::string compress(std::string_view bytes, int level = 3);

/// `invalid` on damaged input or when it would grow above `max_bytes`.
Result<std::string> decompress(std::string_view bytes, std::uint64_t max_bytes = 1u << 30);

/// What `bytes` say beyond `base`, a text that they resemble: a few bytes for the same text. Only
/// `decompress_beside` with the same base reads it.
std::string compress_beside(std::string_view base, std::string_view bytes, int level = 3);
Result<std::string> decompress_beside(std::string_view base, std::string_view bytes,
                                      std::uint64_t max_bytes = 1u << 30);

/// The same for many texts in a row: making room for each takes longer than reading it.
class Decompressor {
 public:
  Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();

  Result<std::string> beside(std::string_view base, std::string_view bytes,
                             std::uint64_t max_bytes = 1u << 30);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ck::sys
