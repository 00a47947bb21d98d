#pragma once
/// `${name}` in strings of descriptors.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ck::model {

/// The value of a name, or nothing if there is none.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Replaces each `${name}`; `$$` is a single `$`; any other `$` stays. Values are not expanded
/// again. `invalid` for an unknown name (suggesting one of `known`) or an unclosed brace.
Result<std::string> substitute(std::string_view text, const Lookup& lookup,
                               const std::vector<std::string>& known = {});

/// The names used in a text, in order of appearance.
std::vector<std::string> substitution_names(std::string_view text);

}  // namespace ck::model
