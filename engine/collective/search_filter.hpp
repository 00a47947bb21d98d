#pragma once
/// What CK's search asks of the description of an entry beside tags (`ck.kernel.search_filter` and
/// `search_string_filter`, CK_FORMAT section 3). All that is asked for must hold: CK itself passes
/// over everything else, tags too, where there is a `search_string`.

#include <string>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/path.hpp"

namespace ck::collective {

struct SearchFilter {
  Json part = Json::object();  ///< `search_dict`, `search_flat_dict`: the description holds it all
  std::string text;            ///< `search_string`: a value somewhere in it, with * and ?
  std::string name;            ///< `search_by_name`: `data_name`, with * and ?
  bool ignore_case = false;

  bool empty() const { return part.empty() && text.empty() && name.empty(); }
  /// `own` is the entry's description as written, in which CK looks for `text`; `effective` the
  /// same with what it inherits, in which CK looks for `part` and which nothing else needs.
  /// `folder` is the entry's, whose `.cm/info.json` tells the name; without one the description
  /// does.
  bool matches(const Json& own, const Json& effective, const fs::path& folder) const;
};

/// `unsupported` for filters by date, which names them: to pass them over would find too much.
/// `invalid` for a flat key that is none.
Result<SearchFilter> search_filter(const Json& request);

}  // namespace ck::collective
