#pragma once
/// SHA-256 as lower-case hex: the identity of every piece of content in the engine.

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ck {

/// Incremental hash. Not copyable; `finish` may be called once. Throws std::runtime_error when
/// libcrypto is broken or out of memory, which no caller can do anything about.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(const void* data, std::size_t size);
  void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }

  /// The 64 lower-case hex digits.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hash of a text held in memory, 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// Whether the text is 64 lower-case hex digits.
bool is_sha256(std::string_view text);

}  // namespace ck
