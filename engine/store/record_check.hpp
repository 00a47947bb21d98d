#pragma once
/// Whether records of points are what was recorded, and the columns what the points say. Internal
/// to store.

#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/chain.hpp"
#include "store/column_check.hpp"
#include "store/point_reader.hpp"

namespace ck::store {

/// Takes records one by one and looks at many at a time: what their points hash and sum up to is
/// computed on another processor while this one reads the next and compares columns.
class RecordCheck {
 public:
  /// What `take` reads; a WHERE and an ORDER BY record.number may follow.
  static const std::string_view kQuery;

  RecordCheck(sys::Database& database, PointReader points)
      : points_(std::move(points)), columns_(database) {}

  /// The record that `row` of `kQuery` is at; `before` is the hash of the chain before it. The
  /// first record known to be broken, if there is one by now.
  Result<std::optional<BrokenRecord>> take(const sys::Statement& row, std::string_view before);

  /// Looks at what is left.
  Result<std::optional<BrokenRecord>> finish();

  /// After `finish`.
  ColumnReport columns() { return columns_.finish(); }

 private:
  struct Taken {
    BrokenRecord record;
    Point point;
    std::string content;     ///< as recorded, in hexadecimal digits
    std::string experiment;  ///< its uid
    std::int64_t experiment_row = 0;
    Summary summary{};
  };
  using Batch = std::vector<Taken>;

  std::optional<BrokenRecord> compute(Batch& batch);
  Result<std::optional<BrokenRecord>> settle();
  Result<std::optional<BrokenRecord>> start_next();

  PointReader points_;
  ColumnCheck columns_;
  Batch taken_;
  Batch computed_;    ///< what `computing_` has, until it is there
  FactReader facts_;  ///< the same
  std::future<std::optional<BrokenRecord>> computing_;
};

}  // namespace ck::store
