#pragma once
/// Private to this layer: whether the columns that queries read say what the points say.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/archive.hpp"
#include "store/cell.hpp"
#include "store/columns.hpp"
#include "store/facts.hpp"

namespace ck::store {

/// What the columns have to say of a point.
struct Summary {
  std::vector<Cell> medians;  ///< in the order of its keys
  std::vector<Fact> facts;
};

/// Looks at one point after the other, best in the order of their rows.
class ColumnCheck {
 public:
  explicit ColumnCheck(sys::Database& database) : database_(&database) {}

  Status look_at(const Point& point, const Summary& summary, std::int64_t experiment);
  /// After all points of the experiments that were met.
  ColumnReport finish();

 private:
  using Column = std::vector<Cell>;  ///< a single cell stands for a group of equal ones

  /// Where the cells of a point are.
  struct Place {
    std::int64_t point = 0;   ///< its row
    std::int32_t group = 0;   ///< its number, or one of those that are none
    std::uint32_t place = 0;  ///< in the group
  };

  struct Experiment {
    std::string name;
    std::size_t metrics = 0;
    std::vector<std::string> facts;
    std::map<std::string, std::size_t, std::less<>> positions;  ///< of facts
    std::vector<std::size_t> guesses;                           ///< positions of the last facts
    std::vector<Place> places;                                  ///< of all rows, by point
    std::vector<bool> met;                                      ///< of them, by the same number
  };
  struct Group {
    std::int64_t experiment = 0;
    std::int32_t number = 0;
    std::size_t rows = 0;
    bool damaged = false;  ///< a column has not as many cells as there are rows
    std::vector<Column> medians;
    std::vector<Column> facts;
  };

  Result<Experiment*> experiment(std::int64_t row);
  Status read_places(std::int64_t row, Experiment& experiment);
  Result<const Group*> group(std::int64_t row, const Experiment& experiment, std::int32_t number);
  Status read_group(const Experiment& experiment, Group& group);
  Status read_newest(const Experiment& experiment, Group& group);
  Result<std::optional<std::string>> difference_at(const Place& place, const Point& point,
                                                   const Summary& summary, std::int64_t row,
                                                   Experiment& experiment);
  Result<std::optional<std::string>> difference(const Point& point, const Summary& summary,
                                                Experiment& experiment, const Group& group,
                                                std::size_t place);
  Result<std::optional<std::string>> fact_difference(const std::vector<Fact>& facts,
                                                     Experiment& experiment, const Group& group,
                                                     std::size_t place);
  Result<bool> is_value(Cell cell, const Fact& fact);

  sys::Database* database_;
  std::map<std::int64_t, Experiment> experiments_;
  std::deque<Group> groups_;  ///< those used last
  std::unordered_map<std::int64_t, std::string> texts_;
  ColumnReport report_;
};

}  // namespace ck::store
