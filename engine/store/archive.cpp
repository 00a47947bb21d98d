#include "store/archive.hpp"

#include <utility>

#include "base/strings.hpp"
#include "store/annotations.hpp"
#include "store/migrations.hpp"
#include "store/read_only.hpp"

namespace ck::store {
namespace {

/// The rows of `sql`, which selects id, uid, name and created_ns; `bound` is its parameter, if any.
Result<std::vector<ExperimentHead>> read_heads(sys::Database& database, std::string_view sql,
                                               const std::string* bound = nullptr) {
  CK_TRY(query, database.prepare(sql));
  if (bound != nullptr) query.bind(0, std::string_view(*bound));
  std::vector<ExperimentHead> heads;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return heads;
    CK_TRY(tags, effective_tags(database, query.integer(0)));
    heads.push_back({query.integer(0), std::string(query.text(1)), std::string(query.text(2)),
                     std::move(tags), query.integer(3)});
  }
}

}  // namespace

Result<std::vector<ExperimentHead>> find_heads(sys::Database& database,
                                               const std::string& name_pattern,
                                               const model::TagQuery& tags) {
  CK_TRY(all,
         read_heads(database, "SELECT id, uid, name, created_ns FROM experiment ORDER BY name"));
  std::erase_if(all, [&](const ExperimentHead& head) {
    const bool named = name_pattern.empty() || wildcard_match(name_pattern, head.name);
    return !named || !tags.matches(head.tags);
  });
  return std::move(all);
}

Result<ExperimentHead> find_head(sys::Database& database, const std::string& name) {
  CK_TRY(found, read_heads(database,
                           "SELECT id, uid, name, created_ns FROM experiment "
                           "WHERE name = ?1 OR uid = ?1 ORDER BY name = ?1 DESC",
                           &name));
  if (!found.empty()) return std::move(found.front());
  CK_TRY(query, database.prepare("SELECT name FROM experiment ORDER BY name"));
  std::vector<std::string> names;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    names.emplace_back(query.text(0));
  }
  Error error(ErrorCode::not_found, "no experiment '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
  error.hint("'ck ls experiment' lists them");
  return fail(std::move(error));
}

PointState state_named(std::string_view name) {
  for (const auto state : {PointState::running, PointState::ok, PointState::failed}) {
    if (name == name_of(state)) return state;
  }
  return PointState::interrupted;
}

Result<Archive> Archive::open(const fs::path& file, const fs::path& blobs) {
  auto database = sys::Database::open(file);
  if (database) {
    CK_TRY(version, database->user_version());
    if (std::cmp_equal(version, migrations().size()))
      return Archive(std::move(*database), Blobs(blobs));
  }
  // On a read-only medium it can still be asked, and nobody could migrate it.
  auto readable = open_to_read(file, Blobs(blobs));
  if (readable) return Archive(std::move(*readable), Blobs(blobs));
  const bool missing = readable.error().code == ErrorCode::not_found;
  return fail(std::move(missing && !database ? database.error() : readable.error()));
}

Result<std::vector<ExperimentHead>> Archive::heads(const std::string& name_pattern,
                                                   const model::TagQuery& tags) {
  return find_heads(database_, name_pattern, tags);
}

Result<ExperimentHead> Archive::head(const std::string& name) { return find_head(database_, name); }

}  // namespace ck::store
