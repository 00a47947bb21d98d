#include "store/record_check.hpp"

#include <algorithm>
#include <future>

#include "base/hex.hpp"
#include "store/hashed_fields.hpp"

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
  batch_.push_back(std::move(taken));
  if (batch_.size() < kBatch) return std::optional<BrokenRecord>();
  return finish();
}

std::optional<std::size_t> RecordCheck::first_other_content(const std::vector<Taken>& batch) {
  const auto other = std::ranges::find_if(batch, [](const Taken& taken) {
    return !has_content(taken.point, taken.experiment, taken.content);
  });
  if (other == batch.end()) return std::nullopt;
  return static_cast<std::size_t>(other - batch.begin());
}

Status RecordCheck::compare_columns() {
  for (const auto& taken : batch_) CK_CHECK(columns_.look_at(taken.point, taken.experiment_row));
  return {};
}

Result<std::optional<BrokenRecord>> RecordCheck::finish() {
  auto other = std::async(std::launch::async, [&] { return first_other_content(batch_); });
  const Status compared = compare_columns();
  const auto broken = other.get();
  const auto batch = std::exchange(batch_, {});
  if (broken) {
    auto record = batch[*broken].record;
    record.reason = "its point is not what was recorded";
    return std::optional(std::move(record));
  }
  CK_CHECK(compared);
  return std::optional<BrokenRecord>();
}

}  // namespace ck::store
