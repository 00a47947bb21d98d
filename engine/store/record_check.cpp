#include "store/record_check.hpp"

#include <utility>

#include "base/hex.hpp"
#include "store/hashed_fields.hpp"
#include "store/summaries.hpp"

namespace ck::store {
namespace {

/// Enough that starting a thread for them does not count.
constexpr std::size_t kBatch = 256;

}  // namespace

/// A point that was removed and imported again has the same uid and a record of its own.
constexpr std::string_view RecordCheck::kQuery =
    "SELECT record.number, record.point_uid, content, chained, removed_ns, point.id, "
    "experiment.uid, experiment.name, experiment.id FROM record "
    "LEFT JOIN point ON point.uid = record.point_uid AND point.record = record.number "
    "LEFT JOIN experiment ON experiment.id = point.experiment_id ";

Result<std::optional<BrokenRecord>> RecordCheck::take(const sys::Statement& row,
                                                      std::string_view before) {
  Taken taken;
  taken.record = {row.integer(0), std::string(row.text(1)), std::string(row.text(7)), ""};
  auto& reason = taken.record.reason;
  if (row.blob(3) != chained_hash(before, row.blob(2))) {
    reason = "it does not follow from the record before it";
  } else if (row.is_null(5)) {
    if (row.integer(4) != 0) return std::optional<BrokenRecord>();
    reason = "its point is gone, and 'ck rm' did not remove it";
  } else if (auto point = points_.read(row.integer(5)); point) {
    taken.point = std::move(*point);
  } else {
    reason = "its point cannot be read: " + point.error().message;
  }
  if (!reason.empty()) {
    CK_TRY(earlier, finish());
    return earlier ? std::move(earlier) : std::optional(std::move(taken.record));
  }
  taken.content = hex_of(row.blob(2));
  taken.experiment = row.text(6);
  taken.experiment_row = row.integer(8);
  taken_.push_back(std::move(taken));
  if (taken_.size() < kBatch) return std::optional<BrokenRecord>();
  return start_next();
}

Result<std::optional<BrokenRecord>> RecordCheck::finish() {
  CK_TRY(earlier, start_next());
  if (earlier) return std::move(earlier);
  return settle();
}

std::optional<BrokenRecord> RecordCheck::compute(Batch& batch) {
  for (auto& taken : batch) {
    if (!has_content(taken.point, taken.experiment, taken.content)) {
      taken.record.reason = "its point is not what was recorded";
      return std::move(taken.record);
    }
    taken.summary = {medians_of(taken.point), facts_.facts_of(taken.point)};
  }
  return std::nullopt;
}

Result<std::optional<BrokenRecord>> RecordCheck::settle() {
  if (!computing_.valid()) return std::optional<BrokenRecord>();
  if (auto broken = computing_.get()) return broken;
  for (const auto& taken : computed_)
    CK_CHECK(columns_.look_at(taken.point, taken.summary, taken.experiment_row));
  return std::optional<BrokenRecord>();
}

Result<std::optional<BrokenRecord>> RecordCheck::start_next() {
  CK_TRY(broken, settle());
  if (broken) return std::move(broken);
  computed_ = std::exchange(taken_, {});
  computing_ = std::async(std::launch::async, [this] { return compute(computed_); });
  return std::optional<BrokenRecord>();
}

}  // namespace ck::store
