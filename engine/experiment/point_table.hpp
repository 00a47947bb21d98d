#pragma once
/// Internal to experiment: columns of several experiments below each other.

#include <map>
#include <string>
#include <vector>

#include "experiment/select.hpp"
#include "store/columns.hpp"

namespace ck::experiment {

/// One value of all points, numbers in one unit.
struct Series {
  std::string name;
  std::string unit;
  std::string direction = "none";
  std::vector<store::Cell> cells;
};

struct PointTable {
  std::vector<store::ExperimentHead> experiments;
  std::vector<std::size_t> starts;  ///< where the points of each experiment begin
  std::vector<std::int64_t> rows;
  std::vector<Series> series;  ///< in the order of the names asked for
  std::map<std::int64_t, std::string> texts;

  std::size_t size() const { return rows.size(); }
  const store::ExperimentHead& experiment_of(std::size_t point) const;
  std::string text_of(store::Cell cell) const;  ///< of a text
};

/// Reads the named values; the errors are those of `select_points`.
Result<PointTable> read_table(store::Archive& archive,
                              std::vector<store::ExperimentHead> experiments,
                              const std::vector<std::string>& names);

/// The measured values of a metric, in one unit; none when nothing of that name was measured.
struct MetricSamples {
  std::string unit;
  std::vector<store::Sample> samples;
};
Result<MetricSamples> read_metric_samples(store::Archive& archive,
                                          const std::vector<store::ExperimentHead>& experiments,
                                          const std::string& name);

/// Which points the condition holds for; `table` has all its names. `usage` for units that do not
/// fit.
Result<std::vector<char>> evaluate(const Condition& condition, const PointTable& table);

/// Less, by numbers and, within texts, by the numbers in them: "v9" before "v10".
bool natural_less(std::string_view a, std::string_view b);

/// One side of a frontier, the smaller the better.
using Objective = std::vector<double>;
/// The places (in `candidates`) that no other candidate beats: is at least as good in all
/// objectives and better in one. Those that lack a value are left out.
std::vector<std::size_t> frontier_of(const std::vector<std::size_t>& candidates,
                                     const std::vector<Objective>& objectives);

}  // namespace ck::experiment
