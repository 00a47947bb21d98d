#pragma once
/// Points of an experiment as columns: what queries, frontiers and pictures read instead of the
/// points themselves.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "store/archive.hpp"
#include "store/cell.hpp"

namespace ck::store {

/// Calls `read`, and gives what it gives; all that it reads of the archive is of one moment: rows
/// become columns, and columns are made again, at any time.
template <typename Read>
auto at_one_moment(Archive& archive, Read read) -> decltype(read()) {
  CK_CHECK(archive.database().execute("SAVEPOINT reading"));
  auto result = read();
  const Status released = archive.database().execute("RELEASE reading");
  if (result && !released) return fail(released.error());
  return result;
}

/// What the points of an experiment can be asked for. Positions of facts change when columns are
/// made again: read fields and columns `at_one_moment`.
struct Fields {
  std::vector<MetricKey> metrics;  ///< position in this list = position of the column
  std::vector<std::string> facts;  ///< the same; see `facts_of`
};
Result<Fields> read_fields(Archive& archive, const ExperimentHead& experiment);

enum class ColumnKind { row = 0, median = 1, fact = 2 };

struct ColumnName {
  ColumnKind kind = ColumnKind::median;
  std::size_t position = 0;
  bool operator==(const ColumnName&) const = default;
};

/// Columns of equal length in the same order of points, read at one moment.
struct Columns {
  std::vector<std::int64_t> rows;  ///< of the points
  std::vector<std::vector<Cell>> columns;
};
/// All ended points. A median is that of the executions that measured it.
Result<Columns> read_columns(Archive& archive, const ExperimentHead& experiment,
                             const std::vector<ColumnName>& wanted);

/// Whether columns say what the points say that they were made from.
struct ColumnReport {
  std::int64_t points = 0;     ///< looked at
  std::int64_t differing = 0;  ///< whose columns say something else, or nothing
  std::int64_t strangers = 0;  ///< rows in columns that are of no point
  std::string point;           ///< uid of the first that differs
  std::string experiment;      ///< its name, else that of the first with strangers
  std::string reason;          ///< what is wrong there

  bool good() const { return differing == 0 && strangers == 0; }
};

/// Makes the columns of an experiment again from its points; how many points have them. `invalid`
/// for a point that cannot be read: then all stays as it was.
Result<std::int64_t> rebuild_columns(Archive& archive, const ExperimentHead& experiment);

/// The texts of the cells that are texts, by id.
Result<std::map<std::int64_t, std::string>> read_texts(Archive& archive,
                                                       const std::vector<Cell>& cells);

/// One measured value.
struct Sample {
  std::int64_t row = 0;  ///< of the point
  std::int64_t started_ns = 0;
  double value = 0;
};
/// Calls `each` for every measured value of one metric; those of one point follow each other in the
/// order of its executions.
Status read_samples(Archive& archive, const ExperimentHead& experiment, std::size_t metric,
                    const std::function<void(const Sample&)>& each);

/// What is shown of a point in lists.
struct PointHead {
  std::int64_t row = 0;
  std::string uid;
  std::string subject;
  PointState state = PointState::ok;
  std::int64_t created_ns = 0;
};
/// In the order asked for; those that are not there any more are left out.
Result<std::vector<PointHead>> read_point_heads(Archive& archive,
                                                const std::vector<std::int64_t>& rows);

}  // namespace ck::store
