#include "base/integrity.hpp"

// As in sha256.cpp: these functions take in one algorithm, EVP (and SHA512) all of libcrypto.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace ck {
namespace {

constexpr std::string_view kStart = "sha512-";
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string sha512_integrity(std::string_view bytes) {
  std::array<unsigned char, 64> digest{};
  SHA512_CTX context{};
  if (SHA512_Init(&context) != 1 || SHA512_Update(&context, bytes.data(), bytes.size()) != 1 ||
      SHA512_Final(digest.data(), &context) != 1) {
    throw std::runtime_error("libcrypto cannot compute SHA-512");
  }
  std::string text(kStart);
  unsigned bits = 0;
  unsigned count = 0;
  for (const unsigned char byte : digest) {
    bits = (bits << 8u | byte) & 0xffffu;
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63u];
  }
  text += kDigits[bits << (6 - count) & 63u];
  return text + "==";
}

bool is_integrity(std::string_view text) {
  // SHA-512 has 86 digits of base64 and two of padding.
  return text.starts_with(kStart) && text.size() == kStart.size() + 88 && text.ends_with("==") &&
         text.substr(kStart.size(), 86).find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace ck
