#include "store/chain.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/hex.hpp"
#include "store/hashed_fields.hpp"
#include "store/point_reader.hpp"
#include "store/record_check.hpp"

namespace ck::store {
namespace {

void add_repetition(HashedFields& fields, const Repetition& repetition,
                    const std::vector<MetricKey>& keys, HashRule rule) {
  fields.number(repetition.number)
      .number(repetition.started_ns)
      .number(repetition.wall_ns)
      .number(repetition.user_ns)
      .number(repetition.system_ns)
      .number(static_cast<std::int64_t>(repetition.max_rss_bytes))
      .number(repetition.ok ? 1 : 0)
      .text(repetition.ending)
      .text(repetition.detail)
      .text(repetition.out_sha256)
      .text(repetition.err_sha256);
  // Only what was measured: the dictionary of the experiment grows later.
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const double value = repetition.metrics[i];
    if (value != value) continue;
    fields.text(keys[i].name).text(keys[i].unit).number(std::bit_cast<std::int64_t>(value));
    if (rule == HashRule::newest) fields.text(keys[i].direction).text(keys[i].role);
  }
  fields.number(static_cast<std::int64_t>(repetition.outputs.size()));
  for (const auto& output : repetition.outputs) {
    fields.text(output.name)
        .text(output.path)
        .text(output.sha256)
        .number(static_cast<std::int64_t>(output.size_bytes))
        .number(output.kept ? 1 : 0);
  }
}

Result<std::int64_t> count_unchained(sys::Database& database, std::int64_t experiment) {
  CK_TRY(count, database.prepare("SELECT COUNT(*) FROM point WHERE record IS NULL "
                                 "AND state <> 'running' AND (?1 = 0 OR experiment_id = ?1)"));
  count.bind(0, experiment);
  CK_CHECK(count.step());
  return count.integer(0);
}

Result<std::string> hash_before(sys::Statement& query, std::int64_t number) {
  query.reset();
  query.bind(0, number - 1);
  CK_TRY(row, query.step());
  std::string bytes = row ? std::string(query.blob(0)) : std::string();
  query.reset();
  return bytes;
}

/// Points of the experiment whose mark of a record leads to none of theirs.
Result<std::optional<BrokenRecord>> find_unlinked(sys::Database& database,
                                                  std::int64_t experiment) {
  CK_TRY(query,
         database.prepare("SELECT point.record, point.uid, experiment.name FROM point "
                          "JOIN experiment ON experiment.id = experiment_id "
                          "LEFT JOIN record ON record.number = point.record "
                          "WHERE point.record IS NOT NULL AND (?1 = 0 OR experiment_id = ?1) "
                          "AND record.point_uid IS NOT point.uid LIMIT 1"));
  query.bind(0, experiment);
  CK_TRY(row, query.step());
  if (!row) return std::optional<BrokenRecord>();
  return std::optional(BrokenRecord{query.integer(0), std::string(query.text(1)),
                                    std::string(query.text(2)), "the point has a record no more"});
}

/// Records of points of the experiment that those do not lead to, though nobody removed them.
Result<std::optional<BrokenRecord>> find_forsaken(sys::Database& database,
                                                  std::int64_t experiment) {
  CK_TRY(query, database.prepare("SELECT number, point.uid, experiment.name FROM record "
                                 "JOIN point ON point.uid = record.point_uid "
                                 "JOIN experiment ON experiment.id = experiment_id "
                                 "WHERE removed_ns = 0 AND experiment_id = ? "
                                 "AND point.record IS NOT number ORDER BY number LIMIT 1"));
  query.bind(0, experiment);
  CK_TRY(row, query.step());
  if (!row) return std::optional<BrokenRecord>();
  return std::optional(BrokenRecord{query.integer(0), std::string(query.text(1)),
                                    std::string(query.text(2)), "its point has another record"});
}

/// Uids of points with the hashes of what they hold.
using Contents = std::vector<std::pair<std::string, std::string>>;

Statement statement_about(Contents contents, const std::string& experiment_uid, std::int64_t last) {
  std::ranges::sort(contents);
  Statement statement;
  statement.points = static_cast<std::int64_t>(contents.size());
  HashedFields fields("ck.statement/1");
  for (const auto& [uid, content] : contents) fields.text(uid).text(content);
  statement.text = "ck.statement/1\nexperiment " + experiment_uid + "\nrecords up to " +
                   std::to_string(last) + "\npoints " + std::to_string(statement.points) +
                   "\ncontents " + fields.finish() + "\n";
  return statement;
}

}  // namespace

std::string content_hash(const Point& point, const std::string& experiment_uid, HashRule rule) {
  HashedFields fields(rule == HashRule::newest ? "ck.record-hash/2" : "ck.record-hash/1");
  fields.text(point.uid)
      .text(experiment_uid)
      .text(point.subject)
      .text(name_of(point.state))
      .number(point.created_ns)
      .number(point.ended_ns)
      .text(point.replay_of)
      .text(point.error)
      .text(point.document)
      .number(static_cast<std::int64_t>(point.repetitions.size()));
  for (const auto& repetition : point.repetitions)
    add_repetition(fields, repetition, point.keys, rule);
  return fields.finish();
}

std::string recorded_hash(const Point& point, const std::string& experiment_uid) {
  return point.content.empty() ? content_hash(point, experiment_uid) : point.content;
}

bool has_content(const Point& point, const std::string& experiment_uid, std::string_view recorded) {
  return content_hash(point, experiment_uid) == recorded ||
         content_hash(point, experiment_uid, HashRule::first) == recorded;
}

Result<std::int64_t> append_record(sys::Database& database, const Point& point,
                                   const std::string& experiment_uid, HashRule rule) {
  CK_TRY(newest,
         database.prepare("SELECT number, chained FROM record ORDER BY number DESC LIMIT 1"));
  CK_TRY(row, newest.step());
  const std::int64_t number = row ? newest.integer(0) + 1 : 1;
  const std::string before = row ? std::string(newest.blob(1)) : std::string();
  const std::string content = bytes_of_hex(content_hash(point, experiment_uid, rule));
  CK_TRY(insert,
         database.prepare(
             "INSERT INTO record(number, point_uid, content, chained) VALUES (?, ?, ?, ?)"));
  CK_CHECK(insert.bind(0, number)
               .bind(1, std::string_view(point.uid))
               .bind_blob(2, content)
               .bind_blob(3, chained_hash(before, content))
               .run());
  CK_TRY(mark, database.prepare("UPDATE point SET record = ? WHERE id = ?"));
  CK_CHECK(mark.bind(0, number).bind(1, point.id).run());
  return number;
}

Result<ChainReport> verify_chain(Archive& archive) {
  auto& database = archive.database();
  ChainReport report;
  CK_TRY(unchained, count_unchained(database, 0));
  report.unchained = unchained;
  CK_TRY(points, PointReader::make(database));
  RecordCheck check(database, std::move(points));
  CK_TRY(query, database.prepare(std::string(RecordCheck::kQuery) + "ORDER BY record.number"));
  std::string before;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    ++report.records;
    const bool missing = query.integer(0) != report.records;
    CK_TRY(broken, missing ? check.finish() : check.take(query, before));
    if (missing && !broken) {
      broken = {query.integer(0), std::string(query.text(1)), std::string(query.text(7)),
                "a record before it is missing"};
    }
    report.broken = std::move(broken);
    if (report.broken) return report;
    if (query.is_null(5)) ++report.removed;
    before = query.blob(3);
  }
  CK_TRY(broken, check.finish());
  report.broken = std::move(broken);
  if (report.broken) return report;
  report.head = hex_of(before);
  CK_TRY(unlinked, find_unlinked(database, 0));
  report.broken = std::move(unlinked);
  report.columns = check.columns();
  return report;
}

Result<ChainReport> verify_chain(Archive& archive, const ExperimentHead& experiment) {
  auto& database = archive.database();
  ChainReport report;
  CK_TRY(unchained, count_unchained(database, experiment.row));
  report.unchained = unchained;
  CK_TRY(points, PointReader::make(database));
  RecordCheck check(database, std::move(points));
  CK_TRY(previous, database.prepare("SELECT chained FROM record WHERE number = ?"));
  CK_TRY(query, database.prepare(std::string(RecordCheck::kQuery) +
                                 "WHERE point.experiment_id = ? ORDER BY record.number"));
  query.bind(0, experiment.row);
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    ++report.records;
    CK_TRY(before, hash_before(previous, query.integer(0)));
    CK_TRY(broken, check.take(query, before));
    report.broken = std::move(broken);
    if (report.broken) return report;
    report.head = hex_of(query.blob(3));
  }
  CK_TRY(broken, check.finish());
  report.broken = std::move(broken);
  if (report.broken) return report;
  CK_TRY(unlinked, find_unlinked(database, experiment.row));
  report.broken = std::move(unlinked);
  if (!report.broken) {
    CK_TRY(forsaken, find_forsaken(database, experiment.row));
    report.broken = std::move(forsaken);
  }
  report.columns = check.columns();
  return report;
}

Result<Statement> make_statement(Archive& archive, const ExperimentHead& experiment,
                                 std::int64_t last) {
  auto& database = archive.database();
  if (last == 0) {
    CK_TRY(newest, database.prepare("SELECT COALESCE(MAX(record), 0) FROM point "
                                    "WHERE experiment_id = ?"));
    newest.bind(0, experiment.row);
    CK_CHECK(newest.step());
    last = newest.integer(0);
  }
  CK_TRY(query, database.prepare("SELECT COUNT(*) FROM point JOIN record ON number = point.record "
                                 "WHERE experiment_id = ? AND number <= ?"));
  query.bind(0, experiment.row).bind(1, last);
  CK_CHECK(query.step());
  return make_statement(archive, experiment, last, query.integer(0));
}

Result<Statement> make_statement(Archive& archive, const ExperimentHead& experiment,
                                 std::int64_t last, std::int64_t points) {
  CK_TRY(query, archive.database().prepare(
                    "SELECT point.uid, content FROM point JOIN record ON number = point.record "
                    "WHERE experiment_id = ? ORDER BY number LIMIT ?"));
  query.bind(0, experiment.row).bind(1, points);
  Contents contents;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return statement_about(std::move(contents), experiment.uid, last);
    contents.emplace_back(query.text(0), query.blob(1));
  }
}

Statement statement_of(const std::vector<Point>& points, const std::string& experiment_uid,
                       std::int64_t last, std::int64_t count) {
  Contents contents;
  for (const auto& point : points) {
    if (std::cmp_greater_equal(contents.size(), count)) break;
    contents.emplace_back(point.uid, bytes_of_hex(recorded_hash(point, experiment_uid)));
  }
  return statement_about(std::move(contents), experiment_uid, last);
}

Status add_signature(Archive& archive, const ExperimentHead& experiment,
                     const Signature& signature) {
  CK_TRY(insert, archive.database().prepare(
                     "INSERT INTO signature(experiment_id, created_ns, signer, statement, "
                     "signature) VALUES (?, ?, ?, ?, ?)"));
  return insert.bind(0, experiment.row)
      .bind(1, signature.created_ns)
      .bind(2, std::string_view(signature.signer))
      .bind(3, std::string_view(signature.statement))
      .bind(4, std::string_view(signature.signature))
      .run();
}

Result<std::vector<Signature>> signatures(Archive& archive, const ExperimentHead& experiment) {
  CK_TRY(query, archive.database().prepare("SELECT created_ns, signer, statement, signature "
                                           "FROM signature WHERE experiment_id = ? ORDER BY id"));
  query.bind(0, experiment.row);
  std::vector<Signature> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    all.push_back({query.integer(0), std::string(query.text(1)), std::string(query.text(2)),
                   std::string(query.text(3))});
  }
}

}  // namespace ck::store
