#pragma once
/// Private to this layer: addresses of git remotes, which hostile repositories may name too.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::catalog {

/// Allowed are https, http, ssh and file URLs, USER@HOST:PATH and absolute paths; `invalid` for
/// anything else, such as git's transports that run commands, options, or control characters.
Status check_remote_url(std::string_view url);

/// The same without user name and password (a user name alone stays where ssh needs it).
std::string without_credentials(std::string_view url);

/// Whether two addresses differ in no more than credentials, a final '/' or ".git".
bool is_same_remote(std::string_view a, std::string_view b);

}  // namespace ck::catalog
