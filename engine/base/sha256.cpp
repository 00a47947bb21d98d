#include "base/sha256.hpp"

// EVP, which these functions are deprecated in favour of, takes in all of libcrypto: tables that
// cost each start a quarter of a millisecond, and a configuration file read at the first hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/hex.hpp"

namespace ck {
namespace {

/// SHA-256 cannot fail in a working libcrypto with memory left, so callers have no error to handle;
/// but going on would hand out wrong identities.
void ensure(bool success) {
  if (!success) throw std::runtime_error("libcrypto cannot compute SHA-256");
}

}  // namespace

struct Sha256::State {
  SHA256_CTX context{};

  State() { ensure(SHA256_Init(&context) == 1); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const void* data, std::size_t size) {
  ensure(SHA256_Update(&state_->context, data, size) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  ensure(SHA256_Final(digest.data(), &state_->context) == 1);
  return hex_of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace ck
