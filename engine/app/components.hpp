#pragma once
/// ck search, ls, find and load.

#include "app/session.hpp"

namespace ck::app {

struct SearchRequest {
  model::ComponentPattern pattern;
  model::TagQuery tags;
  std::optional<std::size_t> limit;
  std::size_t skip = 0;  ///< so many of the first are left out
  /// What descriptions have to hold: a JSON object in the words of CK's search (see
  /// `collective::search_filter`).
  std::string wanted = "{}";
  std::optional<double> time_out_s = {};  ///< of reading descriptions
};
struct SearchReport {
  std::vector<catalog::Component> components;
  bool timed_out = false;                        ///< there may be more
  std::vector<catalog::BrokenComponent> broken;  ///< in the repositories searched
  std::vector<std::string> hints;  ///< when nothing was found: unknown tags with near ones
};
/// An unknown kind is `not_found` with the kinds there are; an answer may be empty. Descriptions
/// are read only if something is `wanted` of them.
Result<SearchReport> search(Session& session, const SearchRequest& request);

struct FindReport {
  catalog::Component component;
  std::vector<catalog::Component> shadowed;
};
Result<FindReport> find(Session& session, const model::ComponentPattern& pattern);

struct LoadReport {
  catalog::Component component;
  std::string document;  ///< JSON as written (indented); CK entries with inheritance applied
};
Result<LoadReport> load(Session& session, const model::ComponentPattern& pattern);

}  // namespace ck::app
