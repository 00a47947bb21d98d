/// Reading experiments and points back.

#include <algorithm>

#include "base/strings.hpp"
#include "store/store.hpp"
#include "store/vector_codec.hpp"
#include "sys/compress.hpp"

namespace ck::store {
namespace {

constexpr std::string_view kPointColumns =
    "SELECT point.id, point.uid, experiment.name, subject, state, point.created_ns, ended_ns, "
    "document, error, "
    "replay_of, experiment_id FROM point JOIN experiment ON experiment.id = experiment_id ";

PointState parse_state(std::string_view name) {
  for (const auto state : {PointState::running, PointState::ok, PointState::failed}) {
    if (name == name_of(state)) return state;
  }
  return PointState::interrupted;
}

Result<std::vector<std::string>> texts(sys::Statement& query) {
  std::vector<std::string> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    all.emplace_back(query.text(0));
  }
}

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

Result<std::vector<StoredOutput>> read_outputs(sys::Database& database, std::int64_t point,
                                               int number) {
  CK_TRY(query, database.prepare("SELECT name, path, sha256, size_bytes, kept FROM output "
                                 "WHERE point_id = ? AND number = ? ORDER BY name"));
  query.bind(0, point).bind(1, static_cast<std::int64_t>(number));
  std::vector<StoredOutput> outputs;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return outputs;
    outputs.push_back({std::string(query.text(0)), std::string(query.text(1)),
                       std::string(query.text(2)), static_cast<std::uint64_t>(query.integer(3)),
                       query.integer(4) != 0});
  }
}

Status read_repetitions(sys::Database& database, Point& point) {
  CK_TRY(query, database.prepare(
                    "SELECT number, started_ns, wall_ns, user_ns, system_ns, max_rss_bytes, ok, "
                    "ending, detail, out_sha256, err_sha256, metrics FROM repetition "
                    "WHERE point_id = ? ORDER BY number"));
  query.bind(0, point.id);
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return {};
    Repetition repetition;
    repetition.number = static_cast<int>(query.integer(0));
    repetition.started_ns = query.integer(1);
    repetition.wall_ns = query.integer(2);
    repetition.user_ns = query.integer(3);
    repetition.system_ns = query.integer(4);
    repetition.max_rss_bytes = static_cast<std::uint64_t>(query.integer(5));
    repetition.ok = query.integer(6) != 0;
    repetition.ending = query.text(7);
    repetition.detail = query.text(8);
    repetition.out_sha256 = query.text(9);
    repetition.err_sha256 = query.text(10);
    repetition.metrics = unpack(query.blob(11), point.keys.size());
    CK_TRY(outputs, read_outputs(database, point.id, repetition.number));
    repetition.outputs = std::move(outputs);
    point.repetitions.push_back(std::move(repetition));
  }
}

Result<Point> read_point(sys::Database& database, const sys::Statement& row) {
  Point point;
  point.id = row.integer(0);
  point.uid = row.text(1);
  point.experiment = row.text(2);
  point.subject = row.text(3);
  point.state = parse_state(row.text(4));
  point.created_ns = row.integer(5);
  point.ended_ns = row.integer(6);
  auto document = sys::decompress(row.blob(7));
  if (!document) return fail(std::move(document.error()).in("document of point " + point.uid));
  point.document = std::move(*document);
  point.error = row.text(8);
  point.replay_of = row.text(9);
  CK_TRY(keys, read_keys(database, row.integer(10)));
  point.keys = std::move(keys);
  CK_CHECK(read_repetitions(database, point));
  return point;
}

/// Fills what is counted and listed; `summary.uid` names the experiment.
Status complete(sys::Database& database, ExperimentSummary& summary, std::int64_t id) {
  CK_TRY(tags,
         database.prepare("SELECT tag FROM experiment_tag WHERE experiment_id = ? ORDER BY tag"));
  tags.bind(0, id);
  CK_TRY(all_tags, texts(tags));
  summary.tags = model::Tags(std::move(all_tags));
  CK_TRY(subjects,
         database.prepare(
             "SELECT DISTINCT subject FROM point WHERE experiment_id = ? ORDER BY subject"));
  subjects.bind(0, id);
  CK_TRY(all_subjects, texts(subjects));
  summary.subjects = std::move(all_subjects);
  CK_TRY(counts,
         database.prepare("SELECT COUNT(*), COALESCE(MAX(MAX(created_ns, ended_ns)), 0) FROM point "
                          "WHERE experiment_id = ?"));
  counts.bind(0, id);
  CK_TRY(row, counts.step());
  if (row) {
    summary.points = counts.integer(0);
    summary.changed_ns = std::max(summary.created_ns, counts.integer(1));
  }
  return {};
}

Result<std::vector<ExperimentSummary>> summaries(sys::Database& database) {
  CK_TRY(query, database.prepare("SELECT id, uid, name, created_ns FROM experiment ORDER BY name"));
  std::vector<ExperimentSummary> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    ExperimentSummary summary;
    summary.uid = query.text(1);
    summary.name = query.text(2);
    summary.created_ns = query.integer(3);
    CK_CHECK(complete(database, summary, query.integer(0)));
    all.push_back(std::move(summary));
  }
}

}  // namespace

Result<std::vector<ExperimentSummary>> Store::experiments(const std::string& name_pattern,
                                                          const model::TagQuery& tags) {
  CK_TRY(all, summaries(database_));
  std::erase_if(all, [&](const ExperimentSummary& summary) {
    const bool named = name_pattern.empty() || wildcard_match(name_pattern, summary.name);
    return !named || !tags.matches(summary.tags);
  });
  return std::move(all);
}

Result<ExperimentSummary> Store::experiment(const std::string& name) {
  CK_TRY(all, summaries(database_));
  std::vector<std::string> names;
  for (auto& summary : all) {
    if (summary.name == name || summary.uid == name) return std::move(summary);
    names.push_back(summary.name);
  }
  Error error(ErrorCode::not_found, "no experiment '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
  error.hint("'ck ls experiment' lists them");
  return fail(std::move(error));
}

Result<std::vector<Point>> Store::points(const std::string& name) {
  CK_TRY(summary, experiment(name));
  CK_TRY(query, database_.prepare(std::string(kPointColumns) +
                                  "WHERE experiment.uid = ? ORDER BY point.created_ns, point.id"));
  query.bind(0, std::string_view(summary.uid));
  std::vector<Point> points;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return points;
    CK_TRY(point, read_point(database_, query));
    points.push_back(std::move(point));
  }
}

Result<Point> Store::point(const std::string& uid) {
  constexpr std::size_t kShortest = 4;
  const bool digits = uid.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (uid.size() < kShortest || !digits) {
    return fail(ErrorCode::usage,
                "'" + uid + "' does not name a point: at least 4 hex digits are needed");
  }
  CK_TRY(query, database_.prepare(std::string(kPointColumns) +
                                  "WHERE substr(point.uid, 1, length(?1)) = ?1 "
                                  "ORDER BY point.uid LIMIT 2"));
  query.bind(0, std::string_view(uid));
  CK_TRY(row, query.step());
  if (!row) return fail(ErrorCode::not_found, "no point '" + uid + "'");
  CK_TRY(point, read_point(database_, query));
  CK_TRY(another, query.step());
  if (another) {
    return fail(Error(ErrorCode::conflict, "'" + uid + "' names more than one point")
                    .hint("give more digits"));
  }
  return std::move(point);
}

}  // namespace ck::store
