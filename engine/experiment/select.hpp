#pragma once
/// Points that a condition describes, sorted, with the values that were asked for.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "experiment/query.hpp"
#include "model/tags.hpp"
#include "store/columns.hpp"

namespace ck::experiment {

/// Names of values are those of metrics ("latency"), also with a unit to convert to ("latency_ms")
/// and with what to make of several executions ("latency.min": min, max, mean, p10, p90, p99,
/// deviation, count; without one: the median); of facts (see `store::facts_of`); and "experiment".
/// A parameter may be named without "param.".
struct SelectRequest {
  std::string experiments;  ///< name or pattern; empty: all
  model::TagQuery tags;
  Condition where;
  std::vector<std::string> sort;      ///< first decides first; "-NAME": the greatest first
  std::vector<std::string> show;      ///< more values
  bool show_metrics = false;          ///< every metric too
  std::vector<std::string> frontier;  ///< only points that no other one beats in all of these
  std::size_t limit = 0;              ///< 0: all
};

struct SelectedColumn {
  std::string name;       ///< as asked for
  std::string unit;       ///< "" for facts
  std::string direction;  ///< of the metric; "none" for facts
};

/// A number, a text, or nothing that was measured.
using SelectedValue = std::variant<std::monostate, double, std::string>;

struct SelectedPoint {
  std::string experiment;
  store::PointHead head;
  std::vector<SelectedValue> values;  ///< by column
};

struct Selection {
  std::vector<SelectedColumn> columns;
  std::vector<SelectedPoint> points;
  std::size_t looked_at = 0;
  std::size_t matched = 0;  ///< before the limit
};

/// A comparison with a value that a point does not have does not hold. `usage` for a name that none
/// of the experiments has (with near ones, and what there is), for units that do not fit and for a
/// frontier of something without a better side ("NAME:min" and "NAME:max" say which it is);
/// `not_found` for an experiment that is not there.
Result<Selection> select_points(const SelectRequest& request, store::Archive& archive);

}  // namespace ck::experiment
