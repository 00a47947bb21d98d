#pragma once
/// Private to this layer: points with all that belongs to them, many in a row.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/documents.hpp"
#include "store/point.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// The columns that `PointReader::read` expects; a WHERE and ORDER BY may follow.
inline constexpr std::string_view kPointColumns =
    "SELECT point.id, point.uid, experiment.name, subject, state, point.created_ns, ended_ns, "
    "document, error, replay_of, experiment_id, base_id, record.content "
    "FROM point JOIN experiment ON experiment.id = experiment_id "
    "LEFT JOIN record ON record.number = point.record ";

/// The dictionary of an experiment's numbers.
Result<std::vector<MetricKey>> read_keys(sys::Database& database, std::int64_t experiment);

/// Keeps its statements, the dictionaries and the base document between points.
class PointReader {
 public:
  static Result<PointReader> make(sys::Database& database);

  /// `row` is one of `kPointColumns`.
  Result<Point> read(const sys::Statement& row);
  /// By its row in `point`.
  Result<Point> read(std::int64_t id);

 private:
  PointReader(sys::Database& database, sys::Statement point, sys::Statement repetitions,
              sys::Statement outputs)
      : database_(&database),
        documents_(database),
        point_(std::move(point)),
        repetitions_(std::move(repetitions)),
        outputs_(std::move(outputs)) {}

  Result<const std::vector<MetricKey>*> keys_of(std::int64_t experiment);
  Status read_repetitions(Point& point);
  Status read_outputs(Point& point);

  sys::Database* database_;
  DocumentReader documents_;
  sys::Statement point_;
  sys::Statement repetitions_;
  sys::Statement outputs_;
  std::map<std::int64_t, std::vector<MetricKey>> keys_;
};

}  // namespace ck::store
