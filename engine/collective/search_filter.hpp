#pragma once
/// What CK's search asks of the description of an entry beside tags (`ck.kernel.search_filter` and
/// `search_string_filter`).

#include <string>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"

namespace ck::collective {

struct SearchFilter {
  Json part = Json::object();  ///< `search_dict`: the description holds all of it
  std::string text;            ///< `search_string`: a value, with * and ?; without `part` only
  std::string name;            ///< `search_by_name`: `data_name`, with * and ?
  bool ignore_case = false;

  bool empty() const { return part.empty() && text.empty() && name.empty(); }
  bool matches(const Json& description) const;
};

/// `unsupported` for filters by date, which names them: to pass them over would find too much.
Result<SearchFilter> search_filter(const Json& request);

}  // namespace ck::collective
