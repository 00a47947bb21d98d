#pragma once
/// Private to this layer: what an open catalog holds.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/flat_index.hpp"
#include "catalog/index.hpp"
#include "catalog/refresh.hpp"

namespace ck::catalog {

struct Catalog::State {
  State(const Home& where, std::vector<Repository> all, EventSink& sink, const sys::Cancel& stop)
      : home(where), repositories(std::move(all)), events(&sink), cancel(stop) {}
  State(const State&) = delete;  // `contents` looks at `repositories`
  State& operator=(const State&) = delete;

  Home home;
  std::vector<Repository> repositories;
  EventSink* events;
  sys::Cancel cancel;
  /// Which index answers: the home's; that one without writing, for a read-only home that holds an
  /// index that is up to date; one in memory.
  enum class Place { file, file_read_only, memory };
  Place place = Place::file;
  bool built_anew = false;
  /// Answers first, until something differs. Then, in this order, what is opened when it is needed:
  enum class Flat { not_opened, answers, given_up, written };
  Flat flat_state = Flat::not_opened;
  std::optional<FlatIndex> flat;
  std::optional<Index> index;
  std::optional<Contents> contents;
  std::vector<BrokenComponent> broken;

  /// What a search finds as long as everything is as it was when the flat index was written.
  std::optional<std::vector<Component>> search_flat(const SearchQuery& query);
  /// Writes the flat index if a search needed the index though nothing had changed.
  void keep_flat();
  FlatIndex::Query flat_query(const SearchQuery& query) const;
  void note_broken();

  Status open_index();
  /// Opens the index if it is not open yet.
  Status need_index();
  /// After an error: a new index if this one is damaged, else the next place. The error itself if
  /// that cannot help.
  Status change_index(Error error);
  /// Does something with the index; again with another one if that fails.
  template <typename Action>
  auto with_index(Action action) -> decltype(action()) {
    CK_CHECK(need_index());
    for (;;) {
      auto result = action();
      if (result) return result;
      CK_CHECK(change_index(std::move(result.error())));
    }
  }

  /// What a query finds, from whichever index can tell. The functions below need the open index.
  Result<std::vector<Component>> answer(const SearchQuery& query);
  Result<std::vector<Component>> search(const SearchQuery& query);
  Result<std::vector<ComponentRow>> rows(const SearchQuery& query);
  Result<std::vector<std::string>> kinds();
  /// The error for a component that is not there: why it cannot be read, or what there is instead.
  Error not_found(const model::ComponentPattern& pattern);

  bool wants(const IndexedFolder& folder, const model::ComponentPattern& pattern) const;
  bool wants(std::size_t repository, std::string_view kind,
             const model::ComponentPattern& pattern) const;
  Component component(ComponentRow&& row) const;
  Component component(std::size_t repository, std::string_view kind, std::string_view path,
                      IndexedComponent&& found) const;
  /// Sorted, and cut off at the limit.
  static std::vector<Component> in_order(std::vector<Component> found, const SearchQuery& query);
  /// Whether it has the name and the tags.
  static bool is_wanted(const SearchQuery& query, const IndexedComponent& component);
  Status visit_candidates(const SearchQuery& query, const Index::Visit& visit);
  fs::path folder_if_meant(const BrokenComponent& one,
                           const model::ComponentPattern& pattern) const;
  Error add_suggestions(Error error, const model::ComponentPattern& pattern);

  /// The repository a component lies in.
  const Repository* repository_of(const Component& component) const;
  Result<std::string> descriptor_text(const Component& component) const;
  Result<Json> own_document(const Component& component) const;
  /// A CK entry with what it inherits; `depth` bases have been passed already.
  Result<Json> effective_ck_document(const Component& component, int depth);
};

}  // namespace ck::catalog
