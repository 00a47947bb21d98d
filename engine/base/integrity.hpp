#pragma once
/// Content hashes as npm writes them.

#include <string>
#include <string_view>

namespace ck {

/// "sha512-" and the SHA-512 of the bytes in base64.
std::string sha512_integrity(std::string_view bytes);

}  // namespace ck
