#include "store/point_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/hex.hpp"
#include "store/archive.hpp"
#include "store/vector_codec.hpp"

namespace ck::store {

Result<std::vector<MetricKey>> read_keys(sys::Database& database, std::int64_t experiment) {
  CK_TRY(query,
         database.prepare("SELECT name, unit, direction, role FROM metric WHERE experiment_id = ? "
                          "ORDER BY position"));
  query.bind(0, experiment);
  std::vector<MetricKey> keys;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return keys;
    keys.push_back({std::string(query.text(0)), std::string(query.text(1)),
                    std::string(query.text(2)), std::string(query.text(3))});
  }
}

Result<PointReader> PointReader::make(sys::Database& database) {
  CK_TRY(point, database.prepare(std::string(kPointColumns) + "WHERE point.id = ?"));
  CK_TRY(repetitions,
         database.prepare(
             "SELECT number, started_ns, wall_ns, user_ns, system_ns, max_rss_bytes, ok, ending, "
             "detail, out_sha256, err_sha256, metrics FROM repetition WHERE point_id = ? "
             "ORDER BY number"));
  CK_TRY(outputs, database.prepare("SELECT number, name, path, sha256, size_bytes, kept "
                                   "FROM output WHERE point_id = ? ORDER BY number, name"));
  return PointReader(database, std::move(point), std::move(repetitions), std::move(outputs));
}

Result<const std::vector<MetricKey>*> PointReader::keys_of(std::int64_t experiment) {
  auto known = keys_.find(experiment);
  if (known == keys_.end()) {
    CK_TRY(keys, read_keys(*database_, experiment));
    known = keys_.emplace(experiment, std::move(keys)).first;
  }
  return &known->second;
}

Status PointReader::read_repetitions(Point& point) {
  repetitions_.reset();
  repetitions_.bind(0, point.id);
  while (true) {
    CK_TRY(row, repetitions_.step());
    if (!row) break;
    Repetition repetition;
    repetition.number = static_cast<int>(repetitions_.integer(0));
    repetition.started_ns = repetitions_.integer(1);
    repetition.wall_ns = repetitions_.integer(2);
    repetition.user_ns = repetitions_.integer(3);
    repetition.system_ns = repetitions_.integer(4);
    repetition.max_rss_bytes = static_cast<std::uint64_t>(repetitions_.integer(5));
    repetition.ok = repetitions_.integer(6) != 0;
    repetition.ending = repetitions_.text(7);
    repetition.detail = repetitions_.text(8);
    repetition.out_sha256 = repetitions_.text(9);
    repetition.err_sha256 = repetitions_.text(10);
    repetition.metrics = unpack(repetitions_.blob(11), point.keys.size());
    point.repetitions.push_back(std::move(repetition));
  }
  repetitions_.reset();
  return point.repetitions.empty() ? Status() : read_outputs(point);
}

Status PointReader::read_outputs(Point& point) {
  outputs_.reset();
  outputs_.bind(0, point.id);
  while (true) {
    CK_TRY(row, outputs_.step());
    if (!row) break;
    const int number = static_cast<int>(outputs_.integer(0));
    const auto repetition = std::ranges::find(point.repetitions, number, &Repetition::number);
    if (repetition == point.repetitions.end()) continue;
    repetition->outputs.push_back({std::string(outputs_.text(1)), std::string(outputs_.text(2)),
                                   std::string(outputs_.text(3)),
                                   static_cast<std::uint64_t>(outputs_.integer(4)),
                                   outputs_.integer(5) != 0});
  }
  outputs_.reset();
  return {};
}

Result<Point> PointReader::read(const sys::Statement& row) {
  Point point;
  point.id = row.integer(0);
  point.uid = row.text(1);
  point.experiment = row.text(2);
  point.subject = row.text(3);
  point.state = state_named(row.text(4));
  point.created_ns = row.integer(5);
  point.ended_ns = row.integer(6);
  CK_TRY(document, documents_.read(row.blob(7), row.integer(11), point.uid));
  point.document = std::move(document);
  point.error = row.text(8);
  point.replay_of = row.text(9);
  point.content = hex_of(row.blob(12));
  CK_TRY(keys, keys_of(row.integer(10)));
  point.keys = *keys;
  CK_CHECK(read_repetitions(point));
  return point;
}

Result<Point> PointReader::read(std::int64_t id) {
  point_.reset();
  point_.bind(0, id);
  CK_TRY(row, point_.step());
  if (!row) return fail(ErrorCode::not_found, "there is no point in row " + std::to_string(id));
  CK_TRY(point, read(point_));
  point_.reset();
  return std::move(point);
}

}  // namespace ck::store
