#include "catalog/flat_index.hpp"

#include <algorithm>
#include <cstring>

#include "catalog/flat_format.hpp"
#include "catalog/looking.hpp"

namespace ck::catalog {
namespace {

bool matches_name(const std::string& wanted, std::string_view name, std::string_view uid) {
  return wanted.empty() || wanted == name || wanted == uid;
}

bool has_all(const std::vector<std::uint32_t>& wanted, FlatTags tags, FlatTags others) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](std::uint32_t tag) { return tags.contains(tag) || others.contains(tag); });
}

}  // namespace

bool FlatTags::contains(std::uint32_t position) const {
  for (std::size_t at = 0; at < size(); ++at) {
    if ((*this)[at] == position) return true;
  }
  return false;
}

std::uint32_t FlatTags::operator[](std::size_t at) const {
  std::uint32_t position = 0;
  std::memcpy(&position, bytes_.data() + at * sizeof position, sizeof position);
  return position;
}

std::optional<FlatIndex> FlatIndex::open(const fs::path& file,
                                         const std::vector<Repository>& repositories) {
  auto mapped = sys::MappedFile::open(file);
  if (!mapped) return std::nullopt;
  FlatIndex index(std::move(*mapped), repositories);
  if (!index.read()) return std::nullopt;
  return index;
}

bool FlatIndex::read() {
  Unpacker unpacker(file_.bytes());
  if (unpacker.get<FlatMark>() != kFlatMark) return false;
  made_from_ = unpacker.get<Stamp>();
  for (auto count = unpacker.get<std::uint32_t>(); unpacker.ok() && count > 0; --count)
    tags_.push_back(unpacker.get_text());
  if (unpacker.get<std::uint32_t>() != repositories_->size()) return false;
  for (std::size_t at = 0; at < repositories_->size(); ++at) {
    if (!read_repository(unpacker, at)) return false;
  }
  return unpacker.ok() && unpacker.at_end();
}

bool FlatIndex::read_repository(Unpacker& unpacker, std::size_t position) {
  const Repository& repository = (*repositories_)[position];
  const std::string_view path = unpacker.get_text();
  const auto format = unpacker.get<std::uint8_t>();
  if (path != repository.path.native() || format != static_cast<std::uint8_t>(repository.format))
    return false;
  RootStamps stored;
  stored.folder = unpacker.get<Stamp>();
  stored.other = unpacker.get<Stamp>();
  other_folders_ = other_folders_ || stored != root_stamps(repository);
  for (auto count = unpacker.get<std::uint32_t>(); unpacker.ok() && count > 0; --count) {
    Folder& folder = folders_.emplace_back();
    folder.repository = position;
    for (auto* text : {&folder.kind, &folder.path, &folder.state, &folder.rows, &folder.broken})
      *text = unpacker.get_text();
  }
  return unpacker.ok();
}

fs::path FlatIndex::path_of(const Folder& folder) const {
  return (*repositories_)[folder.repository].path / folder.path;
}

Layout FlatIndex::layout_of(const Folder& folder) const {
  return catalog::layout_of((*repositories_)[folder.repository].format, folder.path);
}

std::vector<FlatIndex::Folder*> FlatIndex::wanted(const Query& query) {
  std::vector<Folder*> found;
  for (Folder& folder : folders_) {
    if (query.wanted(folder.repository, folder.kind)) found.push_back(&folder);
  }
  return found;
}

bool FlatIndex::holds(const std::vector<Folder*>& folders, const Query& query) {
  // What the other entries hold matters to no question for a name; that there are no others of the
  // name, the folder tells.
  const bool named = !query.name.empty() && !query.aliases;
  std::vector<Comparison> comparisons;
  std::vector<Folder*> compared;
  for (Folder* folder : folders) {
    if (folder->compared && (folder->aliases || !query.aliases)) continue;
    if (folder->state.empty()) return false;
    if (!folder->stored) folder->stored = StoredFolder::view(folder->state);
    if (!folder->stored) return false;
    if (named && is_broken(*folder, query.name)) return false;
    compared.push_back(folder);
    comparisons.push_back({path_of(*folder), layout_of(*folder), &*folder->stored, query.aliases,
                           named ? &query.name : nullptr});
  }
  const std::vector<bool> same = unchanged(comparisons);
  if (!std::all_of(same.begin(), same.end(), [](bool one) { return one; })) return false;
  for (Folder* folder : compared) {
    folder->compared = !named;
    folder->aliases = query.aliases;
  }
  return true;
}

bool FlatIndex::is_broken(const Folder& folder, const std::string& name) {
  const auto entry = folder.stored->find(name);
  return entry && entry->broken;
}

std::optional<std::vector<std::uint32_t>> FlatIndex::positions(
    const std::vector<std::string>& tags) const {
  std::vector<std::uint32_t> found;
  for (const std::string& tag : tags) {
    const auto at = std::lower_bound(tags_.begin(), tags_.end(), tag);
    if (at == tags_.end() || *at != tag) return std::nullopt;
    found.push_back(static_cast<std::uint32_t>(at - tags_.begin()));
  }
  return found;
}

std::optional<model::Tags> FlatIndex::tags_at(FlatTags positions) const {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < positions.size(); ++at) {
    if (positions[at] >= tags_.size()) return std::nullopt;
    texts.emplace_back(tags_[positions[at]]);
  }
  return model::Tags(std::move(texts));
}

/// False if the bytes are damaged.
bool FlatIndex::read_rows(const Folder& folder, const Query& query,
                          const std::vector<std::uint32_t>& tags, std::vector<Row>& rows) const {
  Unpacker unpacker(folder.rows);
  while (!unpacker.at_end()) {
    const std::string_view name = unpacker.get_text();
    const std::string_view uid = unpacker.get_text();
    const std::string_view version = unpacker.get_text();
    const FlatTags own(unpacker.get_text());
    const FlatTags of_variations(unpacker.get_text());
    if (!unpacker.ok()) return false;
    if (!matches_name(query.name, name, uid)) continue;
    if (!has_all(tags, own, query.or_of_variations ? of_variations : own)) continue;
    auto own_tags = tags_at(own);
    auto other_tags = tags_at(of_variations);
    if (!own_tags || !other_tags) return false;
    IndexedComponent component{std::string(name), std::string(uid), std::string(version),
                               std::move(*own_tags), std::move(*other_tags)};
    if (query.matches(component))
      rows.push_back({folder.repository, folder.kind, folder.path, std::move(component)});
  }
  return true;
}

std::optional<std::vector<FlatIndex::Row>> FlatIndex::rows(const Query& query) {
  if (other_folders_) return std::nullopt;
  const auto folders = wanted(query);
  if (!holds(folders, query)) return std::nullopt;
  std::vector<Row> rows;
  const auto tags = positions(query.tags);
  if (!tags) return rows;  // nothing has such a tag
  for (const Folder* folder : folders) {
    const std::size_t first = rows.size();
    if (!read_rows(*folder, query, *tags, rows)) return std::nullopt;
    if (folder->aliases || (*repositories_)[folder->repository].format != Format::ck) continue;
    std::vector<std::string_view> names;
    for (std::size_t at = first; at < rows.size(); ++at) names.push_back(rows[at].component.name);
    if (!names.empty() &&
        !aliases_hold(path_of(*folder), layout_of(*folder), *folder->stored, names))
      return std::nullopt;
  }
  return rows;
}

std::vector<BrokenComponent> FlatIndex::broken() const {
  std::vector<BrokenComponent> found;
  for (const Folder& folder : folders_) {
    Unpacker unpacker(folder.compared ? folder.broken : std::string_view{});
    while (unpacker.ok() && !unpacker.at_end()) {
      Entry entry;
      entry.name = std::string(unpacker.get_text());
      auto error = unpack_error(unpacker.get_text());
      if (!error) continue;
      const Format format = (*repositories_)[folder.repository].format;
      found.push_back({path_of(folder) / descriptor_path(entry, format), std::move(*error)});
    }
  }
  return found;
}

}  // namespace ck::catalog
