#pragma once
/// What the JSON documents of several reports are made of. Private to the files that write them.

#include "base/error.hpp"
#include "base/json.hpp"

namespace ck::cli {

/// {"schema": …}
Json titled(const char* schema);

/// null for what JSON has no number for
Json finite(double value);

Json error_json(const Error& error);

/// Each item as `convert` writes it. Where it is used, the JSON library is known.
template <typename Items, typename Convert, typename Document = Json>
Document list(const Items& items, const Convert& convert) {
  Document array = Document::array();
  for (const auto& item : items) array.push_back(convert(item));
  return array;
}

}  // namespace ck::cli
