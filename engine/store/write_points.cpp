/// Writing experiments: beginning a point, adding its repetitions, ending it.

#include <algorithm>
#include <limits>

#include "store/store.hpp"
#include "store/vector_codec.hpp"
#include "sys/compress.hpp"
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
  CK_TRY(query, database.prepare("SELECT id FROM experiment WHERE name = ?"));
  query.bind(0, std::string_view(point.experiment));
  CK_TRY(row, query.step());
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

Status add_tags(sys::Database& database, std::int64_t experiment, const model::Tags& tags) {
  CK_TRY(insert, database.prepare(
                     "INSERT OR IGNORE INTO experiment_tag(experiment_id, tag) VALUES (?, ?)"));
  for (const auto& tag : tags) {
    CK_CHECK(insert.bind(0, experiment).bind(1, std::string_view(tag)).run());
  }
  return {};
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

std::vector<double> arranged(const std::vector<double>& values,
                             const std::vector<std::size_t>& places) {
  std::size_t size = 0;
  for (const auto place : places) size = std::max(size, place + 1);
  std::vector<double> vector(size, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < places.size() && i < values.size(); ++i)
    vector[places[i]] = values[i];
  return vector;
}

Status insert_outputs(sys::Database& database, std::int64_t point, const Repetition& repetition) {
  CK_TRY(insert, database.prepare(
                     "INSERT INTO output(point_id, number, name, path, sha256, size_bytes, kept) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?)"));
  for (const auto& output : repetition.outputs) {
    CK_CHECK(insert.bind(0, point)
                 .bind(1, static_cast<std::int64_t>(repetition.number))
                 .bind(2, std::string_view(output.name))
                 .bind(3, std::string_view(output.path))
                 .bind(4, std::string_view(output.sha256))
                 .bind(5, static_cast<std::int64_t>(output.size_bytes))
                 .bind(6, static_cast<std::int64_t>(output.kept ? 1 : 0))
                 .run());
  }
  return {};
}

Status insert_repetition(sys::Database& database, std::int64_t point, const Repetition& repetition,
                         const std::vector<double>& vector) {
  CK_TRY(insert,
         database.prepare(
             "INSERT INTO repetition(point_id, number, started_ns, wall_ns, user_ns, system_ns, "
             "max_rss_bytes, ok, ending, detail, out_sha256, err_sha256, metrics) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return insert.bind(0, point)
      .bind(1, static_cast<std::int64_t>(repetition.number))
      .bind(2, repetition.started_ns)
      .bind(3, repetition.wall_ns)
      .bind(4, repetition.user_ns)
      .bind(5, repetition.system_ns)
      .bind(6, static_cast<std::int64_t>(repetition.max_rss_bytes))
      .bind(7, static_cast<std::int64_t>(repetition.ok ? 1 : 0))
      .bind(8, std::string_view(repetition.ending))
      .bind(9, std::string_view(repetition.detail))
      .bind(10, std::string_view(repetition.out_sha256))
      .bind(11, std::string_view(repetition.err_sha256))
      .bind_blob(12, pack(vector))
      .run();
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
                     "document, replay_of) VALUES (?, ?, ?, 'running', ?, ?, ?, ?)"));
  CK_CHECK(insert.bind(0, std::string_view(point.uid))
               .bind(1, experiment)
               .bind(2, std::string_view(point.subject))
               .bind(3, std::string_view(sys::this_process()))
               .bind(4, point.created_ns)
               .bind_blob(5, sys::compress(point.document))
               .bind(6, std::string_view(point.replay_of))
               .run());
  point.id = database_.last_insert_id();
  CK_CHECK(transaction.commit());
  return point;
}

Status Store::add_repetition(const Point& point, const std::vector<MetricKey>& keys,
                             const Repetition& repetition) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(experiment, experiment_of(database_, point));
  CK_TRY(places, positions(database_, experiment, keys));
  CK_CHECK(
      insert_repetition(database_, point.id, repetition, arranged(repetition.metrics, places)));
  CK_CHECK(insert_outputs(database_, point.id, repetition));
  return transaction.commit();
}

Status Store::finish_point(const Point& point, PointState state, std::int64_t ended_ns,
                           const std::string& document, const std::string& error) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_CHECK(experiment_of(database_, point));
  CK_TRY(update,
         database_.prepare(
             "UPDATE point SET state = ?, ended_ns = ?, error = ?, owner = '' WHERE id = ?"));
  CK_CHECK(update.bind(0, name_of(state))
               .bind(1, ended_ns)
               .bind(2, std::string_view(error))
               .bind(3, point.id)
               .run());
  if (!document.empty()) {
    CK_TRY(replace, database_.prepare("UPDATE point SET document = ? WHERE id = ?"));
    CK_CHECK(replace.bind_blob(0, sys::compress(document)).bind(1, point.id).run());
  }
  return transaction.commit();
}

Status Store::remove_experiment(const std::string& name) {
  CK_TRY(found, experiment(name));
  CK_TRY(remove, database_.prepare("DELETE FROM experiment WHERE uid = ?"));
  return remove.bind(0, std::string_view(found.uid)).run();
}

}  // namespace ck::store
