#pragma once
/// Collective Knowledge's flat keys: a path into nested JSON as one text. It begins with '#'; each
/// step is "#key" into an object or "@index" into an array: {"a": {"b": [5]}} has "##a#b@0".
/// Keys of the document are not escaped, so one that holds '#' or '@' cannot be told from a path.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace ck::collective {

/// Calls `visit` for each scalar (null included) below `value`, in the order of the document, with
/// its flat key; `prefix` stands before it ("#" for a whole document). Empty containers have none.
void each_leaf(const Json& value, const std::string& prefix,
               const std::function<void(const std::string& key, const Json& leaf)>& visit);

/// All scalars as one object of flat keys. With `patterns` (exact keys or shell patterns) only
/// those that match one of them.
Json flatten(const Json& value, std::span<const std::string> patterns = {});

/// The value that a flat key names, or nullptr.
const Json* flat_get(const Json& document, std::string_view key);

/// Sets what a flat key names, making objects and arrays on the way (arrays are filled up with
/// null) and replacing what is of another type. `invalid` for a text that is no flat key and for an
/// index above a million.
Status flat_set(Json& document, std::string_view key, Json value);

}  // namespace ck::collective
