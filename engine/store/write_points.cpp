/// Writing experiments: beginning a point, adding its repetitions, ending it.

#include "store/annotations.hpp"
#include "store/archive.hpp"
#include "store/documents.hpp"
#include "store/note_chain.hpp"
#include "store/recorder.hpp"
#include "store/rows.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"
#include "sys/identity.hpp"

namespace ck::store {
namespace {

Result<std::int64_t> experiment_id(sys::Database& database, const NewPoint& point) {
  CK_TRY(insert, database.prepare("INSERT INTO experiment(uid, name, created_ns) VALUES (?, ?, ?) "
                                  "ON CONFLICT(name) DO NOTHING"));
  const std::string uid = sys::random_uid();
  CK_CHECK(insert.bind(0, std::string_view(uid))
               .bind(1, std::string_view(point.experiment))
               .bind(2, point.created_ns)
               .run());
  const bool made = database.changes() > 0;
  CK_TRY(query, database.prepare("SELECT id FROM experiment WHERE name = ?"));
  query.bind(0, std::string_view(point.experiment));
  CK_TRY(row, query.step());
  if (row && made) CK_CHECK(add_words(database, query.integer(0), "", "name", point.experiment));
  if (!row)
    return fail(ErrorCode::internal, "experiment '" + point.experiment + "' was not inserted");
  return query.integer(0);
}

/// The experiment of a point that is there. The uid is asked for too: SQLite gives the id of a
/// removed point to the next new one.
Result<std::int64_t> experiment_of(sys::Database& database, const Point& point) {
  CK_TRY(query, database.prepare("SELECT experiment_id FROM point WHERE id = ? AND uid = ?"));
  query.bind(0, point.id).bind(1, std::string_view(point.uid));
  CK_TRY(row, query.step());
  if (row) return query.integer(0);
  return fail(ErrorCode::not_found, "point " + point.uid + " was removed while it was running");
}

/// The place of each key in the experiment's dictionary, which grows by those it does not know.
Result<std::vector<std::size_t>> positions(sys::Database& database, std::int64_t experiment,
                                           const std::vector<MetricKey>& keys) {
  std::vector<std::size_t> places;
  CK_TRY(find,
         database.prepare(
             "SELECT position FROM metric WHERE experiment_id = ? AND name = ? AND unit = ?"));
  CK_TRY(insert, database.prepare(
                     "INSERT INTO metric(experiment_id, position, name, unit, direction, role) "
                     "SELECT ?1, COALESCE(MAX(position) + 1, 0), ?2, ?3, ?4, ?5 FROM metric "
                     "WHERE experiment_id = ?1 RETURNING position"));
  for (const auto& key : keys) {
    find.reset();
    find.bind(0, experiment)
        .bind(1, std::string_view(key.name))
        .bind(2, std::string_view(key.unit));
    CK_TRY(known, find.step());
    if (known) {
      places.push_back(static_cast<std::size_t>(find.integer(0)));
      continue;
    }
    insert.reset();
    insert.bind(0, experiment)
        .bind(1, std::string_view(key.name))
        .bind(2, std::string_view(key.unit))
        .bind(3, std::string_view(key.direction))
        .bind(4, std::string_view(key.role));
    CK_TRY(added, insert.step());
    if (!added) return fail(ErrorCode::internal, "metric '" + key.name + "' was not inserted");
    places.push_back(static_cast<std::size_t>(insert.integer(0)));
  }
  return places;
}

/// Transactions while this lives wait for no disk. Like all others they survive the process, and
/// they are on the disk before any that does wait; should the power fail, the last may be missing.
class WithoutWaiting {
 public:
  explicit WithoutWaiting(sys::Database& database, bool wanted = true)
      : database_(database), wanted_(wanted) {
    if (wanted_) (void)database_.execute("PRAGMA synchronous = NORMAL");
  }
  WithoutWaiting(const WithoutWaiting&) = delete;
  WithoutWaiting& operator=(const WithoutWaiting&) = delete;
  ~WithoutWaiting() {
    if (wanted_) (void)database_.execute("PRAGMA synchronous = FULL");
  }

 private:
  sys::Database& database_;
  bool wanted_;
};

/// Whether its loss would hurt less than waiting for a disk after each one like it.
bool is_quickly_made_again(const Repetition& repetition) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return repetition.wall_ns < kSecond;
}

}  // namespace

std::string_view name_of(PointState state) {
  switch (state) {
    case PointState::running:
      return "running";
    case PointState::ok:
      return "ok";
    case PointState::failed:
      return "failed";
    case PointState::interrupted:
      return "interrupted";
  }
  return "unknown";
}

Result<Point> Store::begin_point(const NewPoint& wanted) {
  const WithoutWaiting quickly(database_);  // nothing is measured yet
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(experiment, experiment_id(database_, wanted));
  CK_CHECK(add_tags(database_, experiment, wanted.tags));
  Point point;
  point.uid = sys::random_uid();
  point.experiment = wanted.experiment;
  point.subject = wanted.subject;
  point.created_ns = wanted.created_ns;
  point.document = wanted.document;
  point.replay_of = wanted.replay_of;
  CK_TRY(insert, database_.prepare(
                     "INSERT INTO point(uid, experiment_id, subject, state, owner, created_ns, "
                     "document, replay_of, base_id) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?)"));
  CK_TRY(document, DocumentPacker(database_, experiment).pack(point.document));
  CK_CHECK(insert.bind(0, std::string_view(point.uid))
               .bind(1, experiment)
               .bind(2, std::string_view(point.subject))
               .bind(3, std::string_view(sys::this_process()))
               .bind(4, point.created_ns)
               .bind_blob(5, document.bytes)
               .bind(6, std::string_view(point.replay_of))
               .bind(7, document.base)
               .run());
  point.id = database_.last_insert_id();
  CK_CHECK(transaction.commit());
  return point;
}

Status Store::add_repetition(const Point& point, const std::vector<MetricKey>& keys,
                             const Repetition& repetition) {
  const WithoutWaiting quickly(database_, is_quickly_made_again(repetition));
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(experiment, experiment_of(database_, point));
  CK_TRY(places, positions(database_, experiment, keys));
  CK_CHECK(
      insert_repetition(database_, point.id, repetition, arranged(repetition.metrics, places)));
  return transaction.commit();
}

Status Store::finish_point(const Point& point, PointState state, std::int64_t ended_ns,
                           const std::string& document, const std::string& error) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(experiment, experiment_of(database_, point));
  CK_TRY(update,
         database_.prepare(
             "UPDATE point SET state = ?, ended_ns = ?, error = ?, owner = '' WHERE id = ?"));
  CK_CHECK(update.bind(0, name_of(state))
               .bind(1, ended_ns)
               .bind(2, std::string_view(error))
               .bind(3, point.id)
               .run());
  if (!document.empty()) {
    CK_TRY(packed, DocumentPacker(database_, experiment).pack(document));
    CK_TRY(replace, database_.prepare("UPDATE point SET document = ?, base_id = ? WHERE id = ?"));
    CK_CHECK(replace.bind_blob(0, packed.bytes).bind(1, packed.base).bind(2, point.id).run());
  }
  CK_TRY(recorder, Recorder::make(database_, blobs_));
  CK_CHECK(recorder.record(experiment, point.id));
  return transaction.commit();
}

Status Store::remove_experiment(const std::string& name) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(found, find_head(database_, name));
  // Their records stay, so that the chain holds and the removal can be seen.
  CK_TRY(mark, database_.prepare("UPDATE record SET removed_ns = ? WHERE number IN "
                                 "(SELECT record FROM point WHERE experiment_id = ?)"));
  CK_CHECK(mark.bind(0, sys::SystemClock().unix_ns()).bind(1, found.row).run());
  CK_CHECK(mark_notes_removed(database_, found, sys::SystemClock().unix_ns()));
  CK_TRY(forget, database_.prepare("DELETE FROM words WHERE experiment_id = ?"));
  CK_CHECK(forget.bind(0, found.row).run());
  CK_TRY(remove, database_.prepare("DELETE FROM experiment WHERE id = ?"));
  CK_CHECK(remove.bind(0, found.row).run());
  return transaction.commit();
}

}  // namespace ck::store
