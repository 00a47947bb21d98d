#pragma once
/// Private to this layer: the tables of the index.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/entry_reader.hpp"
#include "catalog/scan.hpp"
#include "sys/sqlite.hpp"

namespace ck::catalog {

/// A kind folder as the index has it. Ids are never used again for another folder.
struct KnownFolder {
  std::int64_t id = 0;
  std::string repository;  ///< its path
  Format format = Format::native;
  KindFolder folder;
};

/// A row of the index; `folder_id` tells repository, kind and path.
struct ComponentRow {
  std::int64_t folder_id = 0;
  IndexedComponent component;
};

/// A component that could not be read.
struct BrokenRow {
  std::int64_t folder_id = 0;
  std::string name;
  Error error;
};

/// First column of all rows that are left.
Result<std::vector<std::int64_t>> integers(sys::Statement& rows);

/// How the index keeps the error of a component that could not be read.
std::string pack_error(const Error& error);
Result<Error> unpack_error(std::string_view bytes);

/// The error for content that this program did not write.
Error damaged_index();

class Index {
 public:
  /// Opens or creates the tables. `invalid` if the file is of another version of the tables.
  static Result<Index> open(const fs::path& file, bool read_only = false);
  static Result<Index> in_memory();

  sys::Database& database() { return database_; }

  /// All kind folders, of repositories that are not registered too.
  Result<std::vector<KnownFolder>> folders();
  /// What was stored of these kind folders (see `pack`), in the same order; empty if there is none.
  Result<std::vector<std::string>> states(const std::vector<std::int64_t>& folder_ids);
  Result<std::vector<BrokenRow>> broken();

  using Visit = std::function<void(ComponentRow&&)>;
  Status components_with_tags(const std::vector<std::string>& tags, const Visit& visit);
  Status components_called(const std::string& name_or_uid, const Visit& visit);
  Status components_in(std::int64_t folder_id, const Visit& visit);
  Result<bool> has_components(std::int64_t folder_id);

  /// The hash of a folder's content that was kept for `stamp`.
  Result<std::optional<std::string>> content_hash(const std::string& path,
                                                  const std::string& stamp);
  Status keep_content_hash(const std::string& path, const std::string& stamp,
                           const std::string& hash);

 private:
  explicit Index(sys::Database database) : database_(std::move(database)) {}
  static Result<Index> with_tables(sys::Database database);
  Result<std::vector<std::int64_t>> ids_with_tag(const std::string& tag);
  sys::Database database_;
};

/// Changes the tables; lives inside one transaction.
class IndexWriter {
 public:
  static Result<IndexWriter> create(Index& index);

  /// The id of a kind folder of a repository, made if it is missing. What is known of the
  /// repository in another format is forgotten.
  Result<std::int64_t> folder(const fs::path& repository, Format format, const KindFolder& folder);
  /// Forgets the repositories that are not in `keep` and whose folder is gone.
  Status remove_lost_repositories(const std::vector<fs::path>& keep);

  Status store_folder(std::int64_t folder_id, const FolderState& state);
  Status remove_folder(std::int64_t folder_id);

  Status add(std::int64_t folder_id, const IndexedComponent& component);
  Status add_broken(std::int64_t folder_id, const std::string& name, const Error& error);
  /// Whatever is kept under the name, readable or broken.
  Status remove(std::int64_t folder_id, const std::string& name);

 private:
  struct Statements;
  IndexWriter(sys::Database& database, std::shared_ptr<Statements> statements)
      : database_(&database), statements_(std::move(statements)) {}
  Result<std::int64_t> repository(const fs::path& path, Format format);
  Result<std::int64_t> tag_id(const std::string& tag);
  Status remove_repository(std::int64_t id);
  Result<std::vector<std::int64_t>> folder_ids(std::int64_t repository_id);

  sys::Database* database_;
  std::shared_ptr<Statements> statements_;
  std::unordered_map<std::string, std::int64_t> tag_ids_;
};

}  // namespace ck::catalog
