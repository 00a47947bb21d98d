#pragma once
/// Whether records of points are what was recorded, and the columns what the points say. Internal
/// to store.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/chain.hpp"
#include "store/column_check.hpp"
#include "store/point_reader.hpp"

namespace ck::store {

/// Takes records one by one and looks at many at a time: what their points hash to is computed on
/// another processor while this one compares columns.
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
    BrokenRecord record;  ///< with the reason where reading it told that it is broken
    Point point;
    std::string content;     ///< as recorded, in hexadecimal digits
    std::string experiment;  ///< its uid
    std::int64_t experiment_row = 0;
  };

  static std::optional<std::size_t> first_other_content(const std::vector<Taken>& batch);
  Status compare_columns();

  PointReader points_;
  ColumnCheck columns_;
  std::vector<Taken> batch_;
};

}  // namespace ck::store
