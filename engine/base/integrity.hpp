#pragma once
/// Content hashes as npm writes them.

#include <string>
#include <string_view>

namespace ck {

/// "sha512-" and the SHA-512 of the bytes in base64.
std::string sha512_integrity(std::string_view bytes);

/// Whether the text is one: "sha512-", 86 digits of base64 and "==".
bool is_integrity(std::string_view text);

}  // namespace ck
