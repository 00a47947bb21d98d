#include "store/store.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "store/migrations.hpp"
#include "store/note_chain.hpp"
#include "store/read_only.hpp"
#include "store/recorder.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"

namespace ck::store {
namespace {

/// Ends points whose process died without a word: `kill -9`, power loss.
Status end_abandoned_points(sys::Database& database) {
  std::vector<std::int64_t> abandoned;
  {
    CK_TRY(query, database.prepare("SELECT id, owner FROM point WHERE state = 'running'"));
    while (true) {
      CK_TRY(row, query.step());
      if (!row) break;
      if (!sys::may_be_running(query.text(1))) abandoned.push_back(query.integer(0));
    }
  }
  if (abandoned.empty()) return {};
  const Json error = {{"code", "interrupted"}, {"message", "the process that ran it died"}};
  CK_TRY(transaction, sys::Transaction::begin(database));
  for (const auto id : abandoned) {
    CK_TRY(update,
           database.prepare("UPDATE point SET state = 'interrupted', error = ? WHERE id = ? "
                            "AND state = 'running'"));
    CK_CHECK(update.bind(0, std::string_view(to_text(error))).bind(1, id).run());
  }
  return transaction.commit();
}

bool on_read_only_medium(const fs::path& file) {
  return ::access(file.parent_path().c_str(), W_OK) != 0;
}

/// Opens or creates it, and brings it up to date.
Result<sys::Database> open_to_write(const fs::path& file, const Blobs& blobs) {
  CK_TRY(database, sys::Database::open(file));
  CK_CHECK(sys::migrate(database, migrations()));
  CK_CHECK(end_abandoned_points(database));
  CK_CHECK(record_pending(database, blobs));
  CK_CHECK(record_pending_notes(database));
  return std::move(database);
}

}  // namespace

Result<Store> Store::open(const fs::path& file, const fs::path& blobs) {
  CK_CHECK(sys::make_directories(file.parent_path()));
  auto database = open_to_write(file, Blobs(blobs));
  if (database) return Store(std::move(*database), Blobs(blobs));
  // A full disk is another matter: there the reason must not be lost.
  if (!on_read_only_medium(file)) return fail(std::move(database.error()));
  auto readable = open_to_read(file, Blobs(blobs));
  if (readable) return Store(std::move(*readable), Blobs(blobs));
  // Of a file that is not there the first error says why none was made.
  const bool missing = readable.error().code == ErrorCode::not_found;
  return fail(std::move(missing ? database.error() : readable.error()));
}

Status Store::put_environment(const EnvironmentRecord& record) {
  CK_TRY(insert, database_.prepare("INSERT OR REPLACE INTO environment(id, record) VALUES (?, ?)"));
  const std::string text = to_text(to_json(record));
  return insert.bind(0, std::string_view(record.id)).bind(1, std::string_view(text)).run();
}

Status Store::remove_environment(const std::string& id) {
  CK_TRY(remove, database_.prepare("DELETE FROM environment WHERE id = ?"));
  return remove.bind(0, std::string_view(id)).run();
}

Result<std::vector<EnvironmentRecord>> Store::environments() {
  CK_TRY(query, database_.prepare("SELECT id, record FROM environment ORDER BY id"));
  std::vector<EnvironmentRecord> records;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    const std::string source =
        "environment " + std::string(query.text(0)) + " in " + database_.file().string();
    CK_TRY(json, parse_json(query.text(1), source));
    CK_TRY(record, environment_from_json(json, source));
    records.push_back(std::move(record));
  }
  return records;
}

Result<std::optional<DetectionRecord>> Store::detection(const std::string& software,
                                                        const std::string& file) {
  CK_TRY(query, database_.prepare("SELECT stamp, version, file_sha256, owner, isolation FROM "
                                  "detection WHERE software = ? AND file = ?"));
  query.bind(0, std::string_view(software)).bind(1, std::string_view(file));
  CK_TRY(row, query.step());
  if (!row) return std::optional<DetectionRecord>();
  return std::optional<DetectionRecord>({software, file, std::string(query.text(0)),
                                         std::string(query.text(1)), std::string(query.text(2)),
                                         std::string(query.text(3)), std::string(query.text(4))});
}

Status Store::put_detection(const DetectionRecord& record) {
  CK_TRY(insert,
         database_.prepare("INSERT OR REPLACE INTO detection(software, file, stamp, version, "
                           "file_sha256, owner, isolation) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  return insert.bind(0, std::string_view(record.software))
      .bind(1, std::string_view(record.file))
      .bind(2, std::string_view(record.stamp))
      .bind(3, std::string_view(record.version))
      .bind(4, std::string_view(record.file_sha256))
      .bind(5, std::string_view(record.owner))
      .bind(6, std::string_view(record.isolation))
      .run();
}

}  // namespace ck::store
