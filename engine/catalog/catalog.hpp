#pragma once
/// Finding components. An index in SQLite answers; each process compares it with the folders of a
/// kind when it first asks for that kind (names, times, sizes: no file is read that did not
/// change), so it is always right.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/repositories.hpp"
#include "model/component.hpp"
#include "model/descriptor.hpp"
#include "model/tags.hpp"

namespace ck::catalog {

/// One component as the index knows it.
struct Component {
  model::ComponentId id;
  std::string version;
  model::Tags tags;
  fs::path path;  ///< absolute folder
  model::RepositoryDescriptor::Format format = model::RepositoryDescriptor::Format::native;
  int repository_rank = 0;
};

/// A component whose descriptor cannot be read; it is left out of answers but never silently.
struct BrokenComponent {
  fs::path file;
  Error error;
};

struct SearchQuery {
  model::ComponentPattern pattern;  ///< wildcards allowed; empty parts match all
  model::TagQuery tags;
  std::optional<std::size_t> limit;
  bool with_variations = false;  ///< tags that only a variation brings count too
};

class Catalog {
 public:
  /// Opens the index over `repositories`. A damaged index is rebuilt, here or when that shows.
  /// `events` must outlive the catalog.
  static Result<Catalog> open(const Home& home, const std::vector<Repository>& repositories,
                              EventSink& events, const sys::Cancel& cancel);
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  /// Sorted by repository name, kind, name.
  Result<std::vector<Component>> search(const SearchQuery& query);

  /// Exactly one component by name or UID. Several repositories may have it: the one of the lowest
  /// rank wins and `shadowed` names the others. Two in one repository: `conflict`. None:
  /// `not_found` with near misses among names of that kind, or the kind among kinds.
  Result<Component> find(const model::ComponentPattern& pattern,
                         std::vector<Component>* shadowed = nullptr);

  /// For dependencies: every component of the kinds that match, whatever the repository; also if
  /// it takes one of its variations to have the tags.
  Result<std::vector<Component>> providers(const model::TagQuery& tags, std::string_view kind,
                                           std::string_view name);

  /// All tags in use with the number of components, for suggestions.
  Result<std::vector<std::pair<std::string, std::int64_t>>> tag_counts();
  Result<std::vector<std::string>> kinds();

  /// The descriptor, read and checked now.
  Result<model::Descriptor> load(const Component& component) const;
  /// The document as written (JSON); CK entries with inheritance applied.
  Result<Json> load_document(const Component& component);
  /// The document as written (JSON), without what a CK entry inherits.
  Result<Json> own_document(const Component& component) const;

  /// Hash of everything in the component's folder: what its content is, whatever git says. Cached
  /// by names, times and sizes.
  Result<std::string> content_hash(const Component& component, const sys::Cancel& cancel = {});

  /// Of the kinds asked for so far.
  const std::vector<BrokenComponent>& broken() const;

 private:
  struct State;
  explicit Catalog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ck::catalog
