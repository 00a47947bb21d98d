#pragma once
/// Addresses of remotes, and how they are shown: never with credentials.

#include <optional>
#include <string>
#include <string_view>

namespace ck::sys {

/// A taken-apart address. `git@host:path` is scheme "ssh", "/path" is scheme "file".
struct Url {
  std::string scheme;  ///< lower case
  std::optional<std::string> user;
  std::optional<std::string> password;
  std::string host;  ///< lower case
  std::string port;  ///< "" when not given
  std::string path;
};

/// Nothing for text that is neither an absolute URL, nor `host:path`, nor an absolute path.
std::optional<Url> parse_url(std::string_view text);

/// The address without password, and for everything but ssh (whose user name is no secret) without
/// user name; without query and fragment too.
std::string without_credentials(std::string_view url);

/// "example.org:8443", or "this machine" for files: what messages name.
std::string host_of(std::string_view url);

/// Free text (a library's message) with the user part of every URL in it removed, printable.
std::string scrubbed(std::string_view text);

}  // namespace ck::sys
