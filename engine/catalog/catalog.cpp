#include "catalog/catalog.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "base/counted.hpp"
#include "base/strings.hpp"
#include "catalog/missing_repositories.hpp"
#include "catalog/state.hpp"
#include "sys/files.hpp"
#include "sys/lock.hpp"

namespace ck::catalog {
namespace {

/// Removes an index that cannot be used. Others that have it open keep what they have.
Status discard_index(const Home& home, const sys::Cancel& cancel) {
  constexpr std::chrono::seconds kPatience{10};
  const auto lock =
      sys::FileLock::acquire(home.lock("index"), sys::FileLock::Mode::exclusive, kPatience, cancel);
  if (!lock) return fail(lock.error());
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code error;
    fs::remove(home.index().string() + suffix, error);
    if (error) return fail(system_error("remove " + home.index().string() + suffix, error.value()));
  }
  return {};
}

/// Whether the error tells of the file's content, so that a new file would be better.
bool is_damage(const Error& error) {
  return error.code == ErrorCode::invalid || error.code == ErrorCode::conflict ||
         error.code == ErrorCode::internal;
}

bool matches(const std::string& pattern, std::string_view text) {
  if (pattern.empty() || pattern == text) return true;
  return has_wildcard(pattern) && wildcard_match(pattern, text);
}

bool is_exact(const std::string& pattern) { return !pattern.empty() && !has_wildcard(pattern); }

std::string described(const Component& component) {
  return component.id.full_text() + " (" + component.id.uid + ") in " +
         printable(component.path.string());
}

bool stands_before(const Component& a, const Component& b) {
  return std::tie(a.id.repo, a.id.kind, a.id.name, a.path) <
         std::tie(b.id.repo, b.id.kind, b.id.name, b.path);
}

}  // namespace

Status Catalog::State::open_index() {
  CK_TRY(opened, place == Place::memory
                     ? Index::in_memory()
                     : Index::open(home.index(), place == Place::file_read_only));
  index = std::move(opened);
  contents.emplace(repositories, cancel);
  return {};
}

Status Catalog::State::need_index() {
  if (index) return {};
  if (auto opened = open_index(); !opened) return change_index(std::move(opened.error()));
  return {};
}

Status Catalog::State::change_index(Error error) {
  for (;;) {
    const bool damage = is_damage(error);
    if (error.code == ErrorCode::interrupted || place == Place::memory) return fail(error);
    index.reset();
    if (place == Place::file && damage && !built_anew) {
      events->on(Note{"building the component index anew: " + error.message});
      built_anew = true;
      if (!discard_index(home, cancel)) place = Place::memory;
    } else {
      place = place == Place::file && !damage ? Place::file_read_only : Place::memory;
    }
    if (place == Place::memory) {
      events->on(Note{"using a component index in memory: " + error.message});
    }
    auto opened = open_index();
    if (opened) return {};
    error = std::move(opened.error());
  }
}

bool Catalog::State::wants(const IndexedFolder& folder,
                           const model::ComponentPattern& pattern) const {
  return wants(folder.repository, folder.folder.kind, pattern);
}

bool Catalog::State::wants(std::size_t position, std::string_view kind,
                           const model::ComponentPattern& pattern) const {
  const Repository& repository = repositories[position];
  return matches(pattern.kind, kind) &&
         (matches(pattern.repo, repository.name) ||
          (model::is_uid(pattern.repo) && pattern.repo == repository.uid));
}

Component Catalog::State::component(ComponentRow&& row) const {
  const IndexedFolder& folder = *contents->find(row.folder_id);
  return component(folder.repository, folder.folder.kind, folder.folder.path,
                   std::move(row.component));
}

Component Catalog::State::component(std::size_t position, std::string_view kind,
                                    std::string_view path, IndexedComponent&& found) const {
  const Repository& repository = repositories[position];
  Component component;
  component.path = repository.path.native() + "/" + std::string(path) + "/" + found.name;
  component.id = {repository.name, std::string(kind), std::move(found.name), std::move(found.uid)};
  component.version = std::move(found.version);
  component.tags = std::move(found.tags);
  component.format = repository.format;
  component.repository_rank = repository.rank;
  return component;
}

Status Catalog::State::visit_candidates(const SearchQuery& query, const Index::Visit& visit) {
  if (!query.tags.all.empty()) return index->components_with_tags(query.tags.all, visit);
  if (is_exact(query.pattern.name)) return index->components_called(query.pattern.name, visit);
  for (const IndexedFolder& folder : contents->folders()) {
    if (wants(folder, query.pattern)) CK_CHECK(index->components_in(folder.id, visit));
  }
  return {};
}

/// Whether it has the tags that are wanted, or could have them with its variations.
bool has_tags(const SearchQuery& query, const IndexedComponent& component) {
  if (!query.with_variations || component.variation_tags.empty())
    return query.tags.matches(component.tags);
  model::Tags most = component.tags;
  most.insert(component.variation_tags);
  const model::TagQuery may_have{query.tags.all, {}, query.tags.any};
  const model::TagQuery must_not_have{{}, query.tags.none};
  return may_have.matches(most) && must_not_have.matches(component.tags);
}

bool Catalog::State::is_wanted(const SearchQuery& query, const IndexedComponent& component) {
  const std::string& name = query.pattern.name;
  const bool named =
      matches(name, component.name) || (model::is_uid(name) && name == component.uid);
  return named && has_tags(query, component);
}

/// What the index has, as it is.
Result<std::vector<ComponentRow>> Catalog::State::rows(const SearchQuery& query) {
  const model::ComponentPattern& pattern = query.pattern;
  std::vector<ComponentRow> found;
  const auto keep = [&](ComponentRow&& row) {
    // Rows of unknown folders are of repositories that are not registered (any more).
    const IndexedFolder* folder = contents->find(row.folder_id);
    if (folder == nullptr || !wants(*folder, pattern)) return;
    if (is_wanted(query, row.component)) found.push_back(std::move(row));
  };
  // One transaction, so that another process that writes meanwhile is seen wholly or not at all.
  CK_CHECK(index->database().execute("BEGIN"));
  const Status visited = visit_candidates(query, keep);
  CK_CHECK(index->database().execute("ROLLBACK"));
  if (!visited) return fail(visited.error());
  return found;
}

Result<std::vector<Component>> Catalog::State::search(const SearchQuery& query) {
  const auto wanted = [&](const IndexedFolder& folder) { return wants(folder, query.pattern); };
  CK_CHECK(contents->look(*index, wanted, model::is_uid(query.pattern.name)));
  CK_TRY(rows, this->rows(query));
  CK_TRY(right, contents->look_at_aliases(*index, rows));
  if (!right) {
    CK_TRY(again, this->rows(query));
    rows = std::move(again);
  }
  std::vector<Component> found;
  found.reserve(rows.size());
  for (ComponentRow& row : rows) found.push_back(component(std::move(row)));
  return in_order(std::move(found), query);
}

std::vector<Component> Catalog::State::in_order(std::vector<Component> found,
                                                const SearchQuery& query) {
  // As a rule they are in order: so they were read.
  if (!std::is_sorted(found.begin(), found.end(), stands_before)) {
    std::sort(found.begin(), found.end(), stands_before);
  }
  if (query.limit && found.size() > *query.limit) found.resize(*query.limit);
  return found;
}

Catalog::Catalog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Result<Catalog> Catalog::open(const Home& home, const std::vector<Repository>& repositories,
                              EventSink& events, const sys::Cancel& cancel) {
  auto state = std::make_unique<State>(home, repositories, events, cancel);
  CK_CHECK(cancel.check());
  return Catalog(std::move(state));
}

Result<std::vector<Component>> Catalog::State::answer(const SearchQuery& query) {
  CK_CHECK(cancel.check());
  if (auto found = search_flat(query)) return std::move(*found);
  CK_TRY(found, with_index([&] { return search(query); }));
  note_broken();
  keep_flat();
  return found;
}

Result<std::vector<Component>> Catalog::search(const SearchQuery& query) {
  return state_->answer(query);
}

Result<std::vector<Component>> Catalog::providers(const model::TagQuery& tags,
                                                  std::string_view kind, std::string_view name) {
  return search({{"", std::string(kind), std::string(name)}, tags, std::nullopt, true});
}

Result<Component> Catalog::find(const model::ComponentPattern& pattern,
                                std::vector<Component>* shadowed) {
  CK_TRY(found, search({pattern, {}, std::nullopt}));
  if (found.empty()) return fail(state_->not_found(pattern));
  std::stable_sort(found.begin(), found.end(), [](const Component& a, const Component& b) {
    return a.repository_rank < b.repository_rank;
  });
  const auto same_repository = [&](const Component& other) {
    return other.id.repo == found.front().id.repo;
  };
  const auto others = std::find_if_not(found.begin(), found.end(), same_repository);
  if (others - found.begin() > 1) {
    Error error(ErrorCode::conflict,
                "several components are meant by '" + printable(pattern.text()) + "'");
    std::for_each(found.begin(), others, [&](const Component& one) { error.in(described(one)); });
    return fail(std::move(error).hint("name one of them by kind and name"));
  }
  if (shadowed != nullptr) shadowed->assign(others, found.end());
  return std::move(found.front());
}

Error Catalog::State::not_found(const model::ComponentPattern& pattern) {
  // Why, and what there is instead, the index tells.
  if (auto looked = with_index([&] { return search({pattern, {}, std::nullopt}); }); !looked)
    return looked.error();
  note_broken();
  const std::string wanted = printable(pattern.text());
  for (const BrokenComponent& one : broken) {
    const fs::path folder = folder_if_meant(one, pattern);
    if (folder.empty()) continue;
    Error error = one.error;
    return error.in("reading '" + wanted + "'");
  }
  Error error(ErrorCode::not_found, "no component '" + wanted + "' in " +
                                        counted(repositories.size(), "repository", "repositories"));
  return add_suggestions(std::move(error), pattern);
}

/// The folder of a broken component if that is what is asked for.
fs::path Catalog::State::folder_if_meant(const BrokenComponent& one,
                                         const model::ComponentPattern& pattern) const {
  for (const IndexedFolder& folder : contents->folders()) {
    if (!wants(folder, pattern) || !is_exact(pattern.name)) continue;
    const fs::path path = repositories[folder.repository].path / folder.folder.path / pattern.name;
    if (one.file == path / "ck.json" || one.file == path / ".cm/meta.json") return path;
  }
  return {};
}

Error Catalog::State::add_suggestions(Error error, const model::ComponentPattern& pattern) {
  for (const MissingRepository& missing : missing_repositories(repositories))
    error.hint(pull_hint(missing));
  const auto all_kinds = kinds();
  if (!all_kinds) return error;
  const bool kind_exists = std::any_of(all_kinds->begin(), all_kinds->end(), [&](const auto& kind) {
    return matches(pattern.kind, kind);
  });
  if (!kind_exists) {
    const auto advice = did_you_mean(near_misses(pattern.kind, *all_kinds));
    return error.hint(advice ? *advice : "kinds are: " + join(*all_kinds, ", "));
  }
  auto same_kind = search({{"", pattern.kind, ""}, {}, std::nullopt});
  auto elsewhere = search({{"", "", pattern.name}, {}, std::nullopt});
  if (!same_kind || !elsewhere) return error;
  std::set<std::string> names;
  for (const Component& one : *same_kind) names.insert(one.id.name);
  const std::vector<std::string> candidates(names.begin(), names.end());
  if (const auto advice = did_you_mean(near_misses(pattern.name, candidates))) error.hint(*advice);
  if (!pattern.name.empty() && !elsewhere->empty()) {
    error.hint("there is " + described(elsewhere->front()));
  }
  if (error.hints.empty()) error.hint("see what there is with: ck ls " + printable(pattern.kind));
  return error;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> Catalog::tag_counts() {
  CK_TRY(all, search({}));
  std::map<std::string, std::int64_t> counts;
  for (const Component& component : all) {
    for (const std::string& tag : component.tags) ++counts[tag];
  }
  return std::vector<std::pair<std::string, std::int64_t>>(counts.begin(), counts.end());
}

Result<std::vector<std::string>> Catalog::State::kinds() {
  CK_CHECK(contents->look(
      *index, [](const IndexedFolder&) { return true; }, false));
  std::set<std::string> kinds;
  for (const IndexedFolder& folder : contents->folders()) {
    if (kinds.count(folder.folder.kind) > 0) continue;
    CK_TRY(used, index->has_components(folder.id));
    if (used) kinds.insert(folder.folder.kind);
  }
  return std::vector<std::string>(kinds.begin(), kinds.end());
}

Result<std::vector<std::string>> Catalog::kinds() {
  CK_TRY(kinds, state_->with_index([&] { return state_->kinds(); }));
  state_->note_broken();
  return kinds;
}

const std::vector<BrokenComponent>& Catalog::broken() const { return state_->broken; }

}  // namespace ck::catalog
