#include "base/integrity.hpp"

#include <openssl/sha.h>

#include <array>

namespace ck {

std::string sha512_integrity(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<unsigned char, 64> digest{};
  SHA512(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string text = "sha512-";
  unsigned bits = 0;
  unsigned count = 0;
  for (const unsigned char byte : digest) {
    bits = (bits << 8u | byte) & 0xffffu;
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63u];
  }
  text += kDigits[bits << (6 - count) & 63u];
  return text + "==";
}

}  // namespace ck
