#pragma once
/// Private to this layer: what queries ask of points, written beside them.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/cell.hpp"
#include "store/point.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// A point that is no column yet.
struct SummaryRow {
  std::int64_t point = 0;
  std::string medians;  ///< cells
  std::string facts;    ///< cells
};
/// By row of the point.
Result<std::vector<SummaryRow>> read_summaries(sys::Database& database, std::int64_t experiment);

/// Of each metric the median of the executions that measured it.
std::vector<Cell> medians_of(const Point& point);

/// Nothing where the bytes end before.
Cell cell_at(std::string_view bytes, std::size_t position);

/// Sums up ended points of one experiment. The caller has the transaction.
class SummaryWriter {
 public:
  static Result<SummaryWriter> make(sys::Database& database, std::int64_t experiment);

  /// Makes a group of columns when enough rows have come together.
  Status add(const Point& point);

 private:
  SummaryWriter(sys::Database& database, std::int64_t experiment, sys::Statement insert)
      : database_(&database), experiment_(experiment), insert_(std::move(insert)) {}

  Result<std::size_t> position_of(const std::string& name);
  Result<std::int64_t> id_of(const std::string& text);
  Result<std::vector<Cell>> fact_cells(const Point& point);
  Status make_group();

  sys::Database* database_;
  std::int64_t experiment_;
  sys::Statement insert_;
  std::int64_t waiting_ = 0;  ///< rows that are no columns yet
  std::map<std::string, std::size_t> positions_;
  std::map<std::string, std::int64_t> texts_;
};

}  // namespace ck::store
