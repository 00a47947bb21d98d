/// Reading experiments and points back.

#include <algorithm>

#include "base/strings.hpp"
#include "store/archive.hpp"
#include "store/point_reader.hpp"
#include "store/store.hpp"

namespace ck::store {
namespace {

Result<std::vector<std::string>> texts(sys::Statement& query) {
  std::vector<std::string> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    all.emplace_back(query.text(0));
  }
}

/// With what has to be counted.
Result<ExperimentSummary> summary_of(sys::Database& database, ExperimentHead head) {
  ExperimentSummary summary;
  CK_TRY(subjects,
         database.prepare(
             "SELECT DISTINCT subject FROM point WHERE experiment_id = ? ORDER BY subject"));
  subjects.bind(0, head.row);
  CK_TRY(all_subjects, texts(subjects));
  summary.subjects = std::move(all_subjects);
  CK_TRY(counts,
         database.prepare("SELECT COUNT(*), COALESCE(MAX(MAX(created_ns, ended_ns)), 0) FROM point "
                          "WHERE experiment_id = ?"));
  counts.bind(0, head.row);
  CK_CHECK(counts.step());
  summary.points = counts.integer(0);
  summary.changed_ns = std::max(head.created_ns, counts.integer(1));
  summary.uid = std::move(head.uid);
  summary.name = std::move(head.name);
  summary.tags = std::move(head.tags);
  summary.created_ns = head.created_ns;
  return summary;
}

}  // namespace

Result<std::vector<ExperimentSummary>> Store::experiments(const std::string& name_pattern,
                                                          const model::TagQuery& tags) {
  CK_TRY(found, find_heads(database_, name_pattern, tags));
  std::vector<ExperimentSummary> all;
  for (auto& head : found) {
    CK_TRY(summary, summary_of(database_, std::move(head)));
    all.push_back(std::move(summary));
  }
  return all;
}

Result<ExperimentSummary> Store::experiment(const std::string& name) {
  CK_TRY(found, find_head(database_, name));
  return summary_of(database_, std::move(found));
}

Result<std::vector<Point>> Store::points(const std::string& name) {
  CK_TRY(found, find_head(database_, name));
  CK_TRY(query, database_.prepare(std::string(kPointColumns) +
                                  "WHERE experiment_id = ? ORDER BY point.created_ns, point.id"));
  query.bind(0, found.row);
  CK_TRY(reader, PointReader::make(database_));
  std::vector<Point> points;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return points;
    CK_TRY(point, reader.read(query));
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
  CK_TRY(query,
         database_.prepare(std::string(kPointColumns) + "WHERE point.uid >= ? AND point.uid < ? "
                                                        "ORDER BY point.uid LIMIT 2"));
  const std::string after = uid + "g";  // 'g' follows the last hex digit
  query.bind(0, std::string_view(uid)).bind(1, std::string_view(after));
  CK_TRY(row, query.step());
  if (!row) return fail(ErrorCode::not_found, "no point '" + uid + "'");
  CK_TRY(reader, PointReader::make(database_));
  CK_TRY(point, reader.read(query));
  CK_TRY(another, query.step());
  if (another) {
    return fail(Error(ErrorCode::conflict, "'" + uid + "' names more than one point")
                    .hint("give more digits"));
  }
  return std::move(point);
}

}  // namespace ck::store
