#pragma once
/// ck search, ls, find and load.

#include "app/session.hpp"

namespace ck::app {

struct SearchRequest {
  model::ComponentPattern pattern;
  model::TagQuery tags;
  std::optional<std::size_t> limit;
};
struct SearchReport {
  std::vector<catalog::Component> components;
  std::vector<catalog::BrokenComponent> broken;  ///< in the repositories searched
  std::vector<std::string> hints;  ///< when nothing was found: unknown tags with near ones
};
/// An unknown kind is `not_found` with the kinds there are; an answer may be empty.
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
