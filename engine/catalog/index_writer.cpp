#include <algorithm>
#include <memory>
#include <utility>

#include "catalog/index.hpp"
#include "catalog/packing.hpp"

namespace ck::catalog {
namespace {

std::string pack_tags(const IndexedComponent& component) {
  Packer packer;
  packer.put_texts(component.tags);
  packer.put_texts(component.variation_tags);
  return packer.bytes();
}

/// All that it is listed under.
model::Tags listed_tags(const IndexedComponent& component) {
  model::Tags tags = component.tags;
  tags.insert(component.variation_tags);
  return tags;
}

}  // namespace

/// Prepared once for the many rows of a first build.
struct IndexWriter::Statements {
  sys::Statement add_component;
  sys::Statement find_component;
  sys::Statement remove_component;
  sys::Statement find_tag;
  sys::Statement add_tag;
  sys::Statement tag_component;
  sys::Statement untag_component;
  sys::Statement add_broken;
  sys::Statement remove_broken;
};

Result<IndexWriter> IndexWriter::create(Index& index) {
  sys::Database& database = index.database();
  CK_TRY(add_component,
         database.prepare("INSERT INTO component (folder_id, name, uid, version, tags)"
                          " VALUES (?, ?, ?, ?, ?)"));
  CK_TRY(find_component, database.prepare("SELECT id, tags FROM component"
                                          " WHERE folder_id = ? AND name = ?"));
  CK_TRY(remove_component, database.prepare("DELETE FROM component WHERE id = ?"));
  CK_TRY(find_tag, database.prepare("SELECT id FROM tag WHERE text = ?"));
  CK_TRY(add_tag, database.prepare("INSERT INTO tag (text) VALUES (?)"));
  CK_TRY(tag_component, database.prepare("INSERT INTO component_tag (tag_id, component_id)"
                                         " VALUES (?, ?)"));
  CK_TRY(untag_component, database.prepare("DELETE FROM component_tag"
                                           " WHERE tag_id = ? AND component_id = ?"));
  CK_TRY(add_broken, database.prepare("INSERT INTO broken (folder_id, name, error)"
                                      " VALUES (?, ?, ?)"));
  CK_TRY(remove_broken, database.prepare("DELETE FROM broken WHERE folder_id = ? AND name = ?"));
  return IndexWriter(
      database,
      std::make_shared<Statements>(Statements{
          std::move(add_component), std::move(find_component), std::move(remove_component),
          std::move(find_tag), std::move(add_tag), std::move(tag_component),
          std::move(untag_component), std::move(add_broken), std::move(remove_broken)}));
}

Result<std::int64_t> IndexWriter::repository(const fs::path& path, Format format) {
  CK_TRY(row, database_->prepare("SELECT id, format FROM repository WHERE path = ?"));
  row.bind(0, std::string_view(path.native()));
  CK_TRY(found, row.step());
  if (found && row.integer(1) == static_cast<std::int64_t>(format)) return row.integer(0);
  if (found) CK_CHECK(remove_repository(row.integer(0)));
  CK_TRY(add, database_->prepare("INSERT INTO repository (path, format) VALUES (?, ?)"));
  CK_CHECK(add.bind(0, std::string_view(path.native()))
               .bind(1, static_cast<std::int64_t>(format))
               .run());
  return database_->last_insert_id();
}

Status IndexWriter::remove_lost_repositories(const std::vector<fs::path>& keep) {
  CK_TRY(rows, database_->prepare("SELECT id, path FROM repository"));
  std::vector<std::int64_t> lost;
  for (;;) {
    CK_TRY(more, rows.step());
    if (!more) break;
    const fs::path path(std::string(rows.text(1)));
    std::error_code ignored;
    const bool wanted = std::find(keep.begin(), keep.end(), path) != keep.end();
    if (!wanted && !fs::exists(path, ignored)) lost.push_back(rows.integer(0));
  }
  for (const std::int64_t id : lost) CK_CHECK(remove_repository(id));
  return {};
}

Result<std::vector<std::int64_t>> IndexWriter::folder_ids(std::int64_t repository_id) {
  CK_TRY(rows, database_->prepare("SELECT id FROM folder WHERE repository_id = ?"));
  rows.bind(0, repository_id);
  return integers(rows);
}

Status IndexWriter::remove_repository(std::int64_t id) {
  CK_TRY(folders, folder_ids(id));
  for (const std::int64_t folder : folders) CK_CHECK(remove_folder(folder));
  CK_TRY(row, database_->prepare("DELETE FROM repository WHERE id = ?"));
  return row.bind(0, id).run();
}

Result<std::int64_t> IndexWriter::folder(const fs::path& repository, Format format,
                                         const KindFolder& folder) {
  CK_TRY(repository_id, this->repository(repository, format));
  CK_TRY(find, database_->prepare("SELECT id, kind FROM folder"
                                  " WHERE repository_id = ? AND path = ?"));
  find.bind(0, repository_id).bind(1, std::string_view(folder.path));
  CK_TRY(found, find.step());
  if (found && find.text(1) == folder.kind) return find.integer(0);
  if (found) CK_CHECK(remove_folder(find.integer(0)));
  CK_TRY(row, database_->prepare("INSERT INTO folder (repository_id, path, kind, state)"
                                 " VALUES (?, ?, ?, x'')"));
  CK_CHECK(row.bind(0, repository_id)
               .bind(1, std::string_view(folder.path))
               .bind(2, std::string_view(folder.kind))
               .run());
  return database_->last_insert_id();
}

Status IndexWriter::store_folder(std::int64_t folder_id, const FolderState& state) {
  CK_TRY(row, database_->prepare("UPDATE folder SET state = ? WHERE id = ?"));
  return row.bind_blob(0, pack(state)).bind(1, folder_id).run();
}

Status IndexWriter::remove_folder(std::int64_t folder_id) {
  CK_TRY(names, database_->prepare("SELECT name FROM component WHERE folder_id = ?1"
                                   " UNION SELECT name FROM broken WHERE folder_id = ?1"));
  names.bind(0, folder_id);
  std::vector<std::string> all;
  for (;;) {
    CK_TRY(more, names.step());
    if (!more) break;
    all.emplace_back(names.text(0));
  }
  for (const std::string& name : all) CK_CHECK(remove(folder_id, name));
  CK_TRY(row, database_->prepare("DELETE FROM folder WHERE id = ?"));
  return row.bind(0, folder_id).run();
}

Result<std::int64_t> IndexWriter::tag_id(const std::string& tag) {
  const auto known = tag_ids_.find(tag);
  if (known != tag_ids_.end()) return known->second;
  sys::Statement& find = statements_->find_tag;
  find.reset();
  find.bind(0, std::string_view(tag));
  CK_TRY(found, find.step());
  std::int64_t id = found ? find.integer(0) : 0;
  find.reset();
  if (!found) {
    CK_CHECK(statements_->add_tag.bind(0, std::string_view(tag)).run());
    id = database_->last_insert_id();
  }
  tag_ids_.emplace(tag, id);
  return id;
}

Status IndexWriter::add(std::int64_t folder_id, const IndexedComponent& component) {
  CK_CHECK(statements_->add_component.bind(0, folder_id)
               .bind(1, std::string_view(component.name))
               .bind(2, std::string_view(component.uid))
               .bind(3, std::string_view(component.version))
               .bind_blob(4, pack_tags(component))
               .run());
  const std::int64_t id = database_->last_insert_id();
  for (const std::string& tag : listed_tags(component)) {
    CK_TRY(tag_number, tag_id(tag));
    CK_CHECK(statements_->tag_component.bind(0, tag_number).bind(1, id).run());
  }
  return {};
}

Status IndexWriter::add_broken(std::int64_t folder_id, const std::string& name,
                               const Error& error) {
  return statements_->add_broken.bind(0, folder_id)
      .bind(1, std::string_view(name))
      .bind_blob(2, pack_error(error))
      .run();
}

Status IndexWriter::remove(std::int64_t folder_id, const std::string& name) {
  CK_CHECK(statements_->remove_broken.bind(0, folder_id).bind(1, std::string_view(name)).run());
  sys::Statement& find = statements_->find_component;
  find.reset();
  find.bind(0, folder_id).bind(1, std::string_view(name));
  CK_TRY(found, find.step());
  if (!found) return {};
  const std::int64_t id = find.integer(0);
  Unpacker unpacker(find.blob(1));
  model::Tags tags(unpacker.get_texts());
  tags.insert(model::Tags(unpacker.get_texts()));
  find.reset();
  for (const std::string& tag : tags) {
    CK_TRY(tag_number, tag_id(tag));
    CK_CHECK(statements_->untag_component.bind(0, tag_number).bind(1, id).run());
  }
  return statements_->remove_component.bind(0, id).run();
}

}  // namespace ck::catalog
