#pragma once
/// Bytes as lower-case hexadecimal digits, and back.

#include <string>
#include <string_view>

namespace ck {

/// Two digits a byte.
std::string hex_of(std::string_view bytes);

/// The bytes of such digits; of an odd number the last one is left out.
std::string bytes_of_hex(std::string_view digits);

}  // namespace ck
