#pragma once
/// Private to this layer: the index once more, in one file that is read where it lies.
///
/// Opening a database and asking it takes longer than most answers are worth. `index.flat` holds
/// what the index held when nothing had to be brought up to date: of each kind folder the state
/// (`pack`) that proves its rows right as long as everything is as it was stored, and the rows.
/// Where anything differs, or the file is not there, it has no answer and the index is asked.
///
/// The file, in the machine's own numbers (see `Packer`):
///
///     8 bytes      "ckflat02"
///     Stamp        of the index it was made from
///     texts        all tags, sorted; rows name them by position
///     count        repositories, each with:
///       text, u8     path, format
///       2 Stamps     see `RootStamps`: no kind folder came or went
///       count        kind folders, each with four texts and another:
///                    kind, path in the repository, state, rows, broken
///
/// rows: name, UID, version and, as bytes, the positions of tags and of those of variations, until
/// the end;
/// broken: name, packed error, until the end. An empty state: the index knows nothing of it.

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/compare.hpp"
#include "catalog/index.hpp"
#include "catalog/packing.hpp"
#include "sys/mapped_file.hpp"

namespace ck::catalog {

/// The tags of a row, as they stand in the file.
class FlatTags {
 public:
  explicit FlatTags(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / sizeof(std::uint32_t); }
  std::uint32_t operator[](std::size_t at) const;
  bool contains(std::uint32_t position) const;

 private:
  std::string_view bytes_;
};

class FlatIndex {
 public:
  /// Nothing if there is none, or it is of another version, damaged, or not of these repositories.
  static std::optional<FlatIndex> open(const fs::path& file,
                                       const std::vector<Repository>& repositories);

  struct Row {
    std::size_t repository = 0;  ///< position in the list of repositories
    std::string_view kind;
    std::string_view path;  ///< of the kind folder in the repository
    IndexedComponent component;
  };
  using Wanted = std::function<bool(std::size_t repository, std::string_view kind)>;
  using Matches = std::function<bool(const IndexedComponent&)>;

  /// The rows of the wanted kinds that `matches` accepts and that have all `tags`, where `name` is
  /// empty or their name or UID. `aliases`: compare every alias file, not only of what is found.
  /// Nothing if anything of the wanted kinds is not as it was stored.
  struct Query {
    Wanted wanted;
    std::vector<std::string> tags;
    bool or_of_variations = false;  ///< tags of variations count too
    std::string name;
    bool aliases = false;
    Matches matches;
  };
  std::optional<std::vector<Row>> rows(const Query& query);

  /// What could not be read in the folders of which everything was asked for.
  std::vector<BrokenComponent> broken() const;

  /// The stamp of the index that it was made from.
  const Stamp& made_from() const { return made_from_; }
  /// Whether a kind folder may have come or gone.
  bool is_of_other_folders() const { return other_folders_; }

 private:
  struct Folder {
    std::size_t repository = 0;
    std::string_view kind;
    std::string_view path;
    std::string_view state;
    std::string_view rows;
    std::string_view broken;
    std::optional<StoredFolder> stored;  ///< the state, once it was needed
    bool compared = false;               ///< with all of its entries
    bool aliases = false;                ///< and their aliases
  };

  FlatIndex(sys::MappedFile file, const std::vector<Repository>& repositories)
      : file_(std::move(file)), repositories_(&repositories) {}
  bool read();
  bool read_repository(Unpacker& unpacker, std::size_t position);
  fs::path path_of(const Folder& folder) const;
  Layout layout_of(const Folder& folder) const;
  std::vector<Folder*> wanted(const Query& query);
  bool holds(const std::vector<Folder*>& folders, const Query& query);
  static bool is_broken(const Folder& folder, const std::string& name);
  std::optional<std::vector<std::uint32_t>> positions(const std::vector<std::string>& tags) const;
  bool read_rows(const Folder& folder, const Query& query, const std::vector<std::uint32_t>& tags,
                 std::vector<Row>& rows) const;
  std::optional<model::Tags> tags_at(FlatTags positions) const;

  sys::MappedFile file_;
  const std::vector<Repository>* repositories_;
  Stamp made_from_;
  std::vector<std::string_view> tags_;
  std::vector<Folder> folders_;
  bool other_folders_ = false;
};

/// Writes the file; the index is as the folders of these repositories are. Nothing is written while
/// they are too young to be trusted, or where a link leads to a kind folder.
Status write_flat_index(const fs::path& file, const fs::path& index_file, Index& index,
                        const std::vector<Repository>& repositories);

}  // namespace ck::catalog
