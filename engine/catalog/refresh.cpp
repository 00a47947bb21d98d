#include "catalog/refresh.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.hpp"
#include "sys/clock.hpp"

namespace ck::catalog {
namespace {

using Looked = IndexedFolder::Looked;

/// Moves the id of a kind folder out of what is known of its repository.
std::int64_t take_id(std::vector<KnownFolder>& known, const Repository& repository,
                     const KindFolder& folder) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const KnownFolder& old) {
    return old.folder.path == folder.path && old.folder.kind == folder.kind &&
           old.format == repository.format && old.repository == repository.path.native();
  });
  if (found == known.end()) return 0;
  const std::int64_t id = found->id;
  known.erase(found);
  return id;
}

}  // namespace

fs::path Contents::path_of(const IndexedFolder& folder) const {
  return (*repositories_)[folder.repository].path / folder.folder.path;
}

Layout Contents::layout_of(const IndexedFolder& folder) const {
  return catalog::layout_of((*repositories_)[folder.repository].format, folder.folder.path);
}

const IndexedFolder* Contents::find(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &folders_[found->second];
}

Status Contents::look(Index& index, const Wanted& wanted, bool aliases) {
  CK_CHECK(cancel_.check());
  if (!listed_) {
    CK_CHECK(list(index));
    CK_CHECK(note_broken(index));
  }
  const Looked enough = aliases ? Looked::all : Looked::entries;
  std::vector<std::size_t> missing;
  for (std::size_t at = 0; at < folders_.size(); ++at) {
    if (folders_[at].looked < enough && wanted(folders_[at])) missing.push_back(at);
  }
  if (missing.empty()) return {};
  CK_TRY(different, changed(index, missing, aliases));
  if (!different.empty()) CK_CHECK(store(index, different));
  for (const std::size_t at : missing) {
    IndexedFolder& folder = folders_[at];
    if (folder.id == 0) continue;  // it cannot be listed
    folder.looked = std::max(folder.looked, enough);
    by_id_[folder.id] = at;
  }
  return note_broken(index);
}

Result<bool> Contents::look_at_aliases(Index& index, const std::vector<ComponentRow>& rows) {
  std::map<std::int64_t, std::vector<std::string_view>> shown;
  for (const ComponentRow& row : rows) shown[row.folder_id].push_back(row.component.name);
  std::set<std::int64_t> stale;
  for (const auto& [id, names] : shown) {
    const IndexedFolder* folder = find(id);
    if (folder == nullptr || folder->looked == Looked::all) continue;
    if ((*repositories_)[folder->repository].format != Format::ck) continue;
    if (!aliases_hold(path_of(*folder), layout_of(*folder), *folder->stored, names))
      stale.insert(id);
  }
  if (stale.empty()) return true;
  const auto is_stale = [&](const IndexedFolder& folder) { return stale.count(folder.id) > 0; };
  CK_CHECK(look(index, is_stale, true));
  return false;
}

Status Contents::list(Index& index) {
  CK_TRY(known, index.folders());
  for (std::size_t at = 0; at < repositories_->size(); ++at) CK_CHECK(list_repository(at, known));
  for (const KnownFolder& old : known) {
    const bool registered = std::any_of(
        repositories_->begin(), repositories_->end(),
        [&](const Repository& repository) { return repository.path.native() == old.repository; });
    if (registered) gone_.push_back(old.id);
  }
  listed_ = true;
  return {};
}

Status Contents::list_repository(std::size_t position, std::vector<KnownFolder>& known) {
  const Repository& repository = (*repositories_)[position];
  std::error_code error;
  if (!fs::is_directory(repository.path, error)) {
    unusable_.push_back(
        {repository.path,
         Error(ErrorCode::not_found, "the folder of the repository '" + printable(repository.name) +
                                         "' is gone: " + printable(repository.path.string()))
             .hint("put it back, or forget it with: ck rm repo:" + printable(repository.name))});
    std::erase_if(known,
                  [&](const auto& old) { return old.repository == repository.path.native(); });
    return {};
  }
  for (KindFolder& folder : list_kind_folders(repository.path, repository.format, unusable_)) {
    IndexedFolder& indexed = folders_.emplace_back();
    indexed.id = take_id(known, repository, folder);
    indexed.repository = position;
    indexed.folder = std::move(folder);
  }
  return {};
}

/// Those of `folders` that differ from what the index has of them.
Result<std::vector<std::size_t>> Contents::changed(Index& index,
                                                   const std::vector<std::size_t>& folders,
                                                   bool aliases) {
  std::vector<std::int64_t> ids;
  for (const std::size_t at : folders) ids.push_back(folders_[at].id);
  CK_CHECK(index.database().execute("BEGIN"));  // one lock for all
  CK_TRY(states, index.states(ids));
  CK_CHECK(index.database().execute("ROLLBACK"));
  std::vector<Comparison> comparisons;
  std::vector<std::size_t> compared;
  std::vector<std::size_t> different;
  for (std::size_t number = 0; number < folders.size(); ++number) {
    IndexedFolder& folder = folders_[folders[number]];
    if (states[number].empty()) {
      different.push_back(folders[number]);  // new to the index
      continue;
    }
    folder.stored = StoredFolder::from(std::move(states[number]));
    if (!folder.stored) return fail(damaged_index());
    comparisons.push_back({path_of(folder), layout_of(folder), &*folder.stored, aliases});
    compared.push_back(folders[number]);
  }
  const std::vector<bool> same = unchanged(comparisons);
  for (std::size_t number = 0; number < compared.size(); ++number) {
    if (!same[number]) different.push_back(compared[number]);
  }
  return different;
}

/// Reads what differs. Another process may have done so meanwhile; then nothing is read again.
Status Contents::store(Index& index, const std::vector<std::size_t>& folders) {
  stored_any_ = true;
  CK_TRY(transaction, sys::Transaction::begin(index.database()));
  CK_TRY(writer, IndexWriter::create(index));
  for (const std::int64_t id : gone_) CK_CHECK(writer.remove_folder(id));
  for (const std::size_t at : folders) {
    CK_CHECK(cancel_.check());
    CK_CHECK(store_folder(index, writer, folders_[at]));
  }
  std::vector<fs::path> paths;
  for (const Repository& repository : *repositories_) paths.push_back(repository.path);
  CK_CHECK(writer.remove_lost_repositories(paths));
  CK_CHECK(transaction.commit());
  gone_.clear();
  return {};
}

Status Contents::store_folder(Index& index, IndexWriter& writer, IndexedFolder& folder) {
  const Repository& repository = (*repositories_)[folder.repository];
  folder.looked = Looked::all;
  folder.stored.reset();
  CK_TRY(id, writer.folder(repository.path, repository.format, folder.folder));
  CK_TRY(states, index.states({id}));
  FolderState known;
  if (!states.front().empty()) {
    auto state = unpack_folder(states.front());
    if (!state) return fail(damaged_index());
    known = std::move(*state);
  }
  auto scan = scan_folder(path_of(folder), layout_of(folder), std::move(known),
                          sys::SystemClock().unix_ns());
  if (!scan) {
    // The rows stay for the day it can be looked at again, but nothing shows them.
    unusable_.push_back({path_of(folder), std::move(scan.error())});
    by_id_.erase(folder.id);
    folder.id = 0;
    return {};
  }
  folder.id = id;
  if (!scan->differs) return {};
  CK_CHECK(store_entries(writer, folder, *scan));
  return writer.store_folder(id, scan->state);
}

Status Contents::store_entries(IndexWriter& writer, const IndexedFolder& folder, FolderScan& scan) {
  const Repository& repository = (*repositories_)[folder.repository];
  for (const std::string& name : scan.removed) CK_CHECK(writer.remove(folder.id, name));
  for (const std::size_t changed : scan.changed) {
    CK_CHECK(cancel_.check());
    Entry& entry = scan.state.entries[changed];
    CK_CHECK(writer.remove(folder.id, entry.name));
    entry.broken = false;
    if (entry.descriptor == Stamp{}) continue;  // a folder without descriptor is no component
    const auto component = read_entry(repository.path, folder.folder, entry, repository.format);
    entry.broken = !component;
    CK_CHECK(component ? writer.add(folder.id, *component)
                       : writer.add_broken(folder.id, entry.name, component.error()));
  }
  return {};
}

Status Contents::note_broken(Index& index) {
  CK_TRY(rows, index.broken());
  broken_ = unusable_;
  for (BrokenRow& row : rows) {
    const IndexedFolder* folder = find(row.folder_id);
    if (folder == nullptr) continue;
    Entry entry;
    entry.name = row.name;
    const Format format = (*repositories_)[folder->repository].format;
    broken_.push_back({path_of(*folder) / descriptor_path(entry, format), std::move(row.error)});
  }
  std::sort(broken_.begin(), broken_.end(),
            [](const auto& a, const auto& b) { return a.file < b.file; });
  return {};
}

}  // namespace ck::catalog
