#include "store/recorder.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.hpp"
#include "store/annotations.hpp"
#include "store/chain.hpp"

namespace ck::store {
namespace {

/// Of a log its beginning and its end: there stands what people look for.
std::string ends_of(const std::string& log) {
  constexpr std::size_t kHead = 2 << 10;
  constexpr std::size_t kTail = 6 << 10;
  if (log.size() <= kHead + kTail) return log;
  return log.substr(0, kHead) + "\n…\n" + log.substr(log.size() - kTail);
}

/// The message in an error's JSON, or the whole text.
std::string message_of(const std::string& error) {
  const auto json = parse_json(error, "error of a point");
  if (!json || !json->is_object() || !json->contains("message")) return error;
  const Json& message = json->at("message");
  return message.is_string() ? message.get<std::string>() : error;
}

/// Logs of the first execution and of one that failed.
Status add_logs(sys::Database& database, const Blobs& blobs, std::int64_t experiment,
                const Point& point) {
  for (const auto& repetition : point.repetitions) {
    const bool first = &repetition == &point.repetitions.front();
    if (!first && repetition.ok) continue;
    const std::pair<const char*, const std::string*> logs[] = {{"stdout", &repetition.out_sha256},
                                                               {"stderr", &repetition.err_sha256}};
    for (const auto& [source, sha256] : logs) {
      if (!blobs.contains(*sha256)) continue;
      // A damaged log is told when it is read, not when its point ends.
      const auto log = blobs.get(*sha256);
      if (log) CK_CHECK(add_words(database, experiment, point.uid, source, ends_of(*log)));
    }
  }
  return {};
}

}  // namespace

Result<Recorder> Recorder::make(sys::Database& database, const Blobs& blobs) {
  CK_TRY(points, PointReader::make(database));
  return Recorder(database, blobs, std::move(points));
}

Result<Recorder::Experiment*> Recorder::experiment(std::int64_t row) {
  const auto known = experiments_.find(row);
  if (known != experiments_.end()) return &known->second;
  CK_TRY(query, database_->prepare("SELECT uid FROM experiment WHERE id = ?"));
  query.bind(0, row);
  CK_TRY(there, query.step());
  if (!there) return fail(ErrorCode::not_found, "the experiment was removed");
  CK_TRY(summaries, SummaryWriter::make(*database_, row));
  return &experiments_.emplace(row, Experiment{std::string(query.text(0)), std::move(summaries)})
              .first->second;
}

Status Recorder::record(std::int64_t experiment_row, std::int64_t point_row, HashRule rule) {
  CK_TRY(known, experiment(experiment_row));
  CK_TRY(point, points_.read(point_row));
  CK_CHECK(known->summaries.add(point));
  CK_CHECK(append_record(*database_, point, known->uid, rule));
  if (!point.error.empty())
    CK_CHECK(add_words(*database_, experiment_row, point.uid, "error", message_of(point.error)));
  return add_logs(*database_, *blobs_, experiment_row, point);
}

Status record_pending(sys::Database& database, const Blobs& blobs) {
  const std::string_view pending =
      "SELECT experiment_id, id FROM point WHERE record IS NULL AND state <> 'running' "
      "ORDER BY id";
  {
    CK_TRY(query, database.prepare(pending));
    CK_TRY(some, query.step());
    if (!some) return {};
  }
  CK_TRY(transaction, sys::Transaction::begin(database));
  std::vector<std::pair<std::int64_t, std::int64_t>> points;
  {
    CK_TRY(query, database.prepare(pending));
    while (true) {
      CK_TRY(row, query.step());
      if (!row) break;
      points.emplace_back(query.integer(0), query.integer(1));
    }
  }
  CK_TRY(recorder, Recorder::make(database, blobs));
  for (const auto& [experiment, point] : points) {
    auto recorded = recorder.record(experiment, point);
    // A damaged point must not keep the others from being read; 'ck verify' counts it.
    const bool damaged = !recorded && recorded.error().code == ErrorCode::invalid;
    if (!recorded && !damaged) return fail(std::move(recorded.error()));
  }
  return transaction.commit();
}

}  // namespace ck::store
