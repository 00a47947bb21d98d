#pragma once
/// Private to this layer: keeps the index up to date with the folders, as far as is asked for.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/compare.hpp"
#include "catalog/index.hpp"
#include "sys/cancel.hpp"

namespace ck::catalog {

/// A kind folder of a registered repository.
struct IndexedFolder {
  std::size_t repository = 0;  ///< position in the list of repositories
  KindFolder folder;
  std::int64_t id = 0;  ///< in the index; 0: not there yet
  /// How far it has been compared with the index: `entries` leaves out alias files that may have
  /// been edited in place, since few of them are ever shown.
  enum class Looked { not_yet, entries, all };
  Looked looked = Looked::not_yet;
  std::optional<StoredFolder> stored;  ///< while only entries were looked at
};

/// The kind folders of the registered repositories, each compared with the index when it is first
/// asked for: a look at one kind costs nothing for the others.
class Contents {
 public:
  Contents(const std::vector<Repository>& repositories, sys::Cancel cancel)
      : repositories_(&repositories), cancel_(std::move(cancel)) {}

  using Wanted = std::function<bool(const IndexedFolder&)>;
  /// Compares the wanted folders and brings the index up to date where they differ; with
  /// `aliases`, every alias file too. Writes, and waits for other writers, only if something
  /// differs.
  Status look(Index& index, const Wanted& wanted, bool aliases);

  /// Looks at the alias files of these entries. False: some had changed, the index is now right.
  Result<bool> look_at_aliases(Index& index, const std::vector<ComponentRow>& rows);

  const std::vector<IndexedFolder>& folders() const { return folders_; }
  /// Whether the index had to be brought up to date.
  bool stored_any() const { return stored_any_; }
  /// The folder, if it has been looked at.
  const IndexedFolder* find(std::int64_t id) const;
  /// What could not be read in the folders that were looked at, sorted by file.
  const std::vector<BrokenComponent>& broken() const { return broken_; }

 private:
  Status list(Index& index);
  Status list_repository(std::size_t position, std::vector<KnownFolder>& known);
  Result<std::vector<std::size_t>> changed(Index& index, const std::vector<std::size_t>& folders,
                                           bool aliases);
  Status store(Index& index, const std::vector<std::size_t>& folders);
  Status store_folder(Index& index, IndexWriter& writer, IndexedFolder& folder);
  Status store_entries(IndexWriter& writer, const IndexedFolder& folder, FolderScan& scan);
  Status note_broken(Index& index);
  fs::path path_of(const IndexedFolder& folder) const;
  Layout layout_of(const IndexedFolder& folder) const;

  const std::vector<Repository>* repositories_;
  sys::Cancel cancel_;
  bool listed_ = false;
  bool stored_any_ = false;
  std::vector<IndexedFolder> folders_;
  std::vector<std::int64_t>
      gone_;  ///< ids of folders that are no more; they go with the next write
  std::unordered_map<std::int64_t, std::size_t> by_id_;
  std::vector<BrokenComponent> unusable_;  ///< repositories and folders
  std::vector<BrokenComponent> broken_;
};

}  // namespace ck::catalog
