#include "store/rows.hpp"

#include <algorithm>
#include <limits>

#include "store/annotations.hpp"
#include "store/vector_codec.hpp"

namespace ck::store {

Status add_tags(sys::Database& database, std::int64_t experiment, const model::Tags& tags) {
  CK_TRY(insert, database.prepare(
                     "INSERT OR IGNORE INTO experiment_tag(experiment_id, tag) VALUES (?, ?)"));
  for (const auto& tag : tags) {
    CK_CHECK(insert.bind(0, experiment).bind(1, std::string_view(tag)).run());
    if (database.changes() > 0) CK_CHECK(add_words(database, experiment, "", "tag", tag));
  }
  return {};
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

namespace {

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

}  // namespace

Status insert_repetition(sys::Database& database, std::int64_t point, const Repetition& repetition,
                         const std::vector<double>& vector) {
  CK_TRY(insert,
         database.prepare(
             "INSERT INTO repetition(point_id, number, started_ns, wall_ns, user_ns, system_ns, "
             "max_rss_bytes, ok, ending, detail, out_sha256, err_sha256, metrics) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  CK_CHECK(insert.bind(0, point)
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
               .run());
  return insert_outputs(database, point, repetition);
}

}  // namespace ck::store
