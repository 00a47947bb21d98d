#pragma once
/// What an archive may write, decided on text alone before anything is touched.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::sys {

/// An entry's name as a plain relative path: "./", "//" and a final '/' are dropped; "" is the top
/// itself. `denied` for absolute names, `..`, control characters, and names that would leave the
/// folder if '\' were a separator.
Result<std::string> entry_path(std::string_view name);

/// The path without its first `count` parts; nothing when it has no more than that.
std::optional<std::string> strip_parts(const std::string& path, unsigned count);

/// `denied` unless a symbolic link at `path` leads inside: a relative target whose `..` all stand
/// in front and are no more than the link is deep. Such links stay inside however they are chained.
Status check_link_target(const std::string& path, std::string_view target);

/// The relative target with which a link at `path` means what the absolute `target` means when the
/// top folder is the root: how Debian packages link.
std::string target_below_top(const std::string& path, std::string_view target);

}  // namespace ck::sys
