#include "catalog/index.hpp"

#include <algorithm>
#include <iterator>

#include "catalog/packing.hpp"

namespace ck::catalog {
namespace {

/// Raise it with every change of the tables or of what is packed into them: an index of another
/// version is thrown away and built anew.
constexpr std::int64_t kIndexVersion = 3;

constexpr std::string_view kTables = R"(
CREATE TABLE IF NOT EXISTS repository (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  format INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  state BLOB NOT NULL,
  UNIQUE (repository_id, path)
) STRICT;
CREATE TABLE IF NOT EXISTS component (
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  uid TEXT NOT NULL,
  version TEXT NOT NULL,
  tags BLOB NOT NULL,
  UNIQUE (folder_id, name)
) STRICT;
CREATE INDEX IF NOT EXISTS component_by_name ON component (name);
CREATE INDEX IF NOT EXISTS component_by_uid ON component (uid);
CREATE TABLE IF NOT EXISTS tag (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS component_tag (
  tag_id INTEGER NOT NULL,
  component_id INTEGER NOT NULL,
  PRIMARY KEY (tag_id, component_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS broken (
  folder_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  error BLOB NOT NULL,
  PRIMARY KEY (folder_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (
  path TEXT PRIMARY KEY,
  stamp TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

/// Columns: folder_id, name, uid, version, tags.
Result<ComponentRow> read_row(const sys::Statement& row) {
  Unpacker unpacker(row.blob(4));
  ComponentRow result;
  result.folder_id = row.integer(0);
  result.component = {std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)),
                      model::Tags(unpacker.get_texts()), model::Tags(unpacker.get_texts())};
  if (!unpacker.ok()) return fail(damaged_index());
  return result;
}

Status visit_rows(sys::Statement& rows, const Index::Visit& visit) {
  for (;;) {
    CK_TRY(more, rows.step());
    if (!more) return {};
    CK_TRY(row, read_row(rows));
    visit(std::move(row));
  }
}

}  // namespace

std::string pack_error(const Error& error) {
  Packer packer;
  packer.put(error.code);
  packer.put_text(error.message);
  packer.put_texts(error.context);
  packer.put_texts(error.hints);
  return packer.bytes();
}

Result<Error> unpack_error(std::string_view bytes) {
  Unpacker unpacker(bytes);
  const auto code = unpacker.get<ErrorCode>();
  Error error(code, std::string(unpacker.get_text()));
  error.context = unpacker.get_texts();
  error.hints = unpacker.get_texts();
  if (!unpacker.ok()) return fail(damaged_index());
  return error;
}

Error damaged_index() {
  return Error(ErrorCode::invalid, "the component index holds something it should not");
}

Result<std::vector<std::int64_t>> integers(sys::Statement& rows) {
  std::vector<std::int64_t> values;
  for (;;) {
    CK_TRY(more, rows.step());
    if (!more) return values;
    values.push_back(rows.integer(0));
  }
}

Result<Index> Index::open(const fs::path& file, bool read_only) {
  sys::DatabaseOptions options;
  options.read_only = read_only;
  options.durability = sys::DatabaseOptions::Durability::normal;
  options.journal = sys::DatabaseOptions::Journal::rollback;
  CK_TRY(database, sys::Database::open(file, options));
  return with_tables(std::move(database));
}

Result<Index> Index::in_memory() {
  CK_TRY(database, sys::Database::open_in_memory());
  return with_tables(std::move(database));
}

Result<Index> Index::with_tables(sys::Database database) {
  CK_TRY(version, database.user_version());
  if (version == 0) {
    CK_TRY(transaction, sys::Transaction::begin(database));
    CK_CHECK(database.execute(kTables));
    CK_CHECK(database.set_user_version(kIndexVersion));
    CK_CHECK(transaction.commit());
  } else if (version != kIndexVersion) {
    return fail(ErrorCode::invalid, "the component index has version " + std::to_string(version) +
                                        " instead of " + std::to_string(kIndexVersion));
  }
  return Index(std::move(database));
}

Result<std::vector<KnownFolder>> Index::folders() {
  CK_TRY(rows, database_.prepare("SELECT folder.id, repository.path, format, kind, folder.path"
                                 " FROM folder JOIN repository ON repository.id = repository_id"));
  std::vector<KnownFolder> known;
  for (;;) {
    CK_TRY(more, rows.step());
    if (!more) return known;
    known.push_back({rows.integer(0),
                     std::string(rows.text(1)),
                     rows.integer(2) == 0 ? Format::native : Format::ck,
                     {std::string(rows.text(3)), std::string(rows.text(4))}});
  }
}

Result<std::vector<std::string>> Index::states(const std::vector<std::int64_t>& folder_ids) {
  CK_TRY(row, database_.prepare("SELECT state FROM folder WHERE id = ?"));
  std::vector<std::string> states;
  for (const std::int64_t id : folder_ids) {
    CK_TRY(found, row.bind(0, id).step());
    states.emplace_back(found ? row.blob(0) : std::string_view{});
    row.reset();
  }
  return states;
}

Result<std::vector<BrokenRow>> Index::broken() {
  CK_TRY(rows, database_.prepare("SELECT folder_id, name, error FROM broken"
                                 " ORDER BY folder_id, name"));
  std::vector<BrokenRow> broken;
  for (;;) {
    CK_TRY(more, rows.step());
    if (!more) return broken;
    CK_TRY(error, unpack_error(rows.blob(2)));
    broken.push_back({rows.integer(0), std::string(rows.text(1)), std::move(error)});
  }
}

Result<std::vector<std::int64_t>> Index::ids_with_tag(const std::string& tag) {
  CK_TRY(rows, database_.prepare("SELECT component_id FROM component_tag"
                                 " WHERE tag_id = (SELECT id FROM tag WHERE text = ?)"
                                 " ORDER BY component_id"));
  rows.bind(0, std::string_view(tag));
  return integers(rows);
}

Status Index::components_with_tags(const std::vector<std::string>& tags, const Visit& visit) {
  std::vector<std::int64_t> ids;
  for (std::size_t at = 0; at < tags.size() && (at == 0 || !ids.empty()); ++at) {
    CK_TRY(next, ids_with_tag(tags[at]));
    std::vector<std::int64_t> both;
    std::set_intersection(ids.begin(), ids.end(), next.begin(), next.end(),
                          std::back_inserter(both));
    ids = at == 0 ? std::move(next) : std::move(both);
  }
  CK_TRY(row, database_.prepare("SELECT folder_id, name, uid, version, tags FROM component"
                                " WHERE id = ?"));
  for (const std::int64_t id : ids) {
    row.bind(0, id);
    CK_CHECK(visit_rows(row, visit));
    row.reset();
  }
  return {};
}

Status Index::components_called(const std::string& name_or_uid, const Visit& visit) {
  CK_TRY(rows, database_.prepare("SELECT folder_id, name, uid, version, tags FROM component"
                                 " WHERE name = ?1 OR uid = ?1"));
  rows.bind(0, std::string_view(name_or_uid));
  return visit_rows(rows, visit);
}

Status Index::components_in(std::int64_t folder_id, const Visit& visit) {
  CK_TRY(rows, database_.prepare("SELECT folder_id, name, uid, version, tags FROM component"
                                 " WHERE folder_id = ?"));
  rows.bind(0, folder_id);
  return visit_rows(rows, visit);
}

Result<bool> Index::has_components(std::int64_t folder_id) {
  CK_TRY(row, database_.prepare("SELECT 1 FROM component WHERE folder_id = ? LIMIT 1"));
  row.bind(0, folder_id);
  return row.step();
}

Result<std::optional<std::string>> Index::content_hash(const std::string& path,
                                                       const std::string& stamp) {
  CK_TRY(row, database_.prepare("SELECT hash FROM content WHERE path = ? AND stamp = ?"));
  row.bind(0, std::string_view(path)).bind(1, std::string_view(stamp));
  CK_TRY(found, row.step());
  if (!found) return std::nullopt;
  return std::string(row.text(0));
}

Status Index::keep_content_hash(const std::string& path, const std::string& stamp,
                                const std::string& hash) {
  CK_TRY(row, database_.prepare("INSERT OR REPLACE INTO content (path, stamp, hash)"
                                " VALUES (?, ?, ?)"));
  return row.bind(0, std::string_view(path))
      .bind(1, std::string_view(stamp))
      .bind(2, std::string_view(hash))
      .run();
}

}  // namespace ck::catalog
