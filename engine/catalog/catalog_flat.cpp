/// How a catalog uses its flat index.

#include <algorithm>

#include "base/strings.hpp"
#include "catalog/flat_format.hpp"
#include "catalog/state.hpp"

namespace ck::catalog {
namespace {

fs::path flat_file(const Home& home) { return home.root / "index.flat"; }

}  // namespace

std::optional<std::vector<Component>> Catalog::State::search_flat(const SearchQuery& query) {
  if (flat_state == Flat::not_opened) {
    flat = FlatIndex::open(flat_file(home), repositories);
    flat_state = flat ? Flat::answers : Flat::given_up;
  }
  if (flat_state != Flat::answers) return std::nullopt;
  FlatIndex::Query asked = flat_query(query);
  auto rows = flat->rows(asked);
  if (!rows) {
    flat_state = Flat::given_up;
    return std::nullopt;
  }
  note_broken();
  std::vector<Component> found;
  found.reserve(rows->size());
  for (FlatIndex::Row& row : *rows)
    found.push_back(component(row.repository, row.kind, row.path, std::move(row.component)));
  return in_order(std::move(found), query);
}

FlatIndex::Query Catalog::State::flat_query(const SearchQuery& query) const {
  FlatIndex::Query asked;
  const model::ComponentPattern& pattern = query.pattern;
  asked.wanted = [&](std::size_t repository, std::string_view kind) {
    return wants(repository, kind, pattern);
  };
  asked.tags = query.tags.all;
  asked.or_of_variations = query.with_variations;
  if (!has_wildcard(pattern.name)) asked.name = pattern.name;
  asked.aliases = model::is_uid(pattern.name);
  asked.matches = [&](const IndexedComponent& one) { return is_wanted(query, one); };
  return asked;
}

void Catalog::State::keep_flat() {
  if (flat_state == Flat::written || place != Place::file || contents->stored_any()) return;
  const bool would_be_the_same =
      flat && !flat->is_of_other_folders() && flat->made_from() == stamp_of_file(home.index());
  flat_state = Flat::written;
  // Where it cannot be written the index goes on answering.
  if (!would_be_the_same)
    (void)write_flat_index(flat_file(home), home.index(), *index, repositories);
}

void Catalog::State::note_broken() {
  broken = flat ? flat->broken() : std::vector<BrokenComponent>();
  if (contents) broken.insert(broken.end(), contents->broken().begin(), contents->broken().end());
  std::stable_sort(broken.begin(), broken.end(),
                   [](const auto& a, const auto& b) { return a.file < b.file; });
  const auto same_file = [](const auto& a, const auto& b) { return a.file == b.file; };
  broken.erase(std::unique(broken.begin(), broken.end(), same_file), broken.end());
}

}  // namespace ck::catalog
