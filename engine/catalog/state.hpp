#pragma once
/// Private to this layer: what an open catalog holds.

#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/index.hpp"
#include "catalog/refresh.hpp"

namespace ck::catalog {

struct Catalog::State {
  std::vector<Repository> repositories;
  Index index;
  Contents contents;

  Result<std::vector<Component>> search(const SearchQuery& query);
  Result<std::vector<std::string>> kinds();
  /// The error for a component that is not there: why it cannot be read, or what there is instead.
  Error not_found(const model::ComponentPattern& pattern);

  bool wants(const IndexedFolder& folder, const model::ComponentPattern& pattern) const;
  Component component(const IndexedFolder& folder, IndexedComponent&& row) const;
  Status visit_candidates(const SearchQuery& query, const Index::Visit& visit);
  fs::path folder_if_meant(const BrokenComponent& one,
                           const model::ComponentPattern& pattern) const;
  Error add_suggestions(Error error, const model::ComponentPattern& pattern);

  /// The repository a component lies in.
  const Repository* repository_of(const Component& component) const;
  Result<std::string> descriptor_text(const Component& component) const;
  /// A CK entry with what it inherits; `depth` bases have been passed already.
  Result<Json> effective_ck_document(const Component& component, int depth);
};

}  // namespace ck::catalog
