#include "store/column_check.hpp"

#include <algorithm>
#include <cstring>

#include "store/point_reader.hpp"
#include "store/summaries.hpp"

namespace ck::store {
namespace {

/// Rows that are in no group yet stand for one.
constexpr std::int32_t kNewest = -1;
/// Groups whose number is not their place among all: what is read goes by the place.
constexpr std::int32_t kMisnumbered = -2;
/// Groups that are kept: points of several experiments may come in turns.
constexpr std::size_t kMostGroups = 16;

std::vector<Cell> unpack_cells(std::string_view bytes) {
  std::vector<Cell> cells(bytes.size() / sizeof(Cell));
  if (!cells.empty()) std::memcpy(cells.data(), bytes.data(), cells.size() * sizeof(Cell));
  return cells;
}

/// Beyond the end of a column there is nothing.
Cell cell_in(const std::vector<std::vector<Cell>>& columns, std::size_t position,
             std::size_t place) {
  const auto& column = columns[position];
  if (column.size() == 1) return column.front();
  return place < column.size() ? column[place] : kNothing;
}

std::string differs(const std::string& name) {
  return "the column '" + name + "' says something else";
}

}  // namespace

Status ColumnCheck::read_places(std::int64_t row, Experiment& experiment) {
  auto& places = experiment.places;
  CK_TRY(groups, database_->prepare("SELECT number, cells FROM column_group WHERE experiment_id = "
                                    "? AND kind = 0 AND position = 0 ORDER BY number"));
  groups.bind(0, row);
  for (std::int32_t number = 0;; ++number) {
    CK_TRY(there, groups.step());
    if (!there) break;
    const std::int32_t group = groups.integer(0) == number ? number : kMisnumbered;
    const auto rows = unpack_cells(groups.blob(1));
    for (std::size_t i = 0; i < rows.size(); ++i)
      places.push_back({static_cast<std::int64_t>(rows[i]), group, static_cast<std::uint32_t>(i)});
  }
  CK_TRY(newest, database_->prepare("SELECT point_id FROM summary WHERE experiment_id = ? "
                                    "ORDER BY point_id"));
  newest.bind(0, row);
  for (std::uint32_t place = 0;; ++place) {
    CK_TRY(there, newest.step());
    if (!there) break;
    places.push_back({newest.integer(0), kNewest, place});
  }
  std::ranges::stable_sort(places, {}, &Place::point);
  experiment.met.assign(places.size(), false);
  return {};
}

Result<ColumnCheck::Experiment*> ColumnCheck::experiment(std::int64_t row) {
  const auto [known, fresh] = experiments_.try_emplace(row);
  auto& experiment = known->second;
  if (!fresh) return &experiment;
  CK_TRY(name, database_->prepare("SELECT name FROM experiment WHERE id = ?"));
  name.bind(0, row);
  CK_TRY(named, name.step());
  if (named) experiment.name = name.text(0);
  CK_TRY(keys, read_keys(*database_, row));
  experiment.metrics = keys.size();
  CK_TRY(facts, database_->prepare("SELECT name FROM fact_name WHERE experiment_id = ? "
                                   "ORDER BY position"));
  facts.bind(0, row);
  while (true) {
    CK_TRY(there, facts.step());
    if (!there) break;
    experiment.positions.emplace(facts.text(0), experiment.facts.size());
    experiment.facts.emplace_back(facts.text(0));
  }
  CK_CHECK(read_places(row, experiment));
  return &experiment;
}

Status ColumnCheck::read_group(const Experiment& experiment, Group& group) {
  CK_TRY(rows, database_->prepare("SELECT length(cells) FROM column_group WHERE experiment_id = ? "
                                  "AND kind = 0 AND position = 0 AND number = ?"));
  rows.bind(0, group.experiment).bind(1, std::int64_t{group.number});
  CK_TRY(there, rows.step());
  group.rows = there ? static_cast<std::size_t>(rows.integer(0)) / sizeof(Cell) : 0;
  CK_TRY(query, database_->prepare("SELECT cells FROM column_group WHERE experiment_id = ? AND "
                                   "kind = ? AND position = ? AND number = ?"));
  query.bind(0, group.experiment).bind(3, std::int64_t{group.number});
  const auto read = [&](ColumnKind kind, std::vector<Column>& columns) -> Status {
    for (std::size_t position = 0; position < columns.size(); ++position) {
      query.reset();
      query.bind(1, static_cast<std::int64_t>(kind)).bind(2, static_cast<std::int64_t>(position));
      CK_TRY(found, query.step());
      columns[position] = found ? unpack_cells(query.blob(0)) : Column{kNothing};
      const std::size_t cells = columns[position].size();
      if (cells != 1 && cells != group.rows) group.damaged = true;
    }
    return {};
  };
  group.medians.resize(experiment.metrics);
  group.facts.resize(experiment.facts.size());
  CK_CHECK(read(ColumnKind::median, group.medians));
  return read(ColumnKind::fact, group.facts);
}

Status ColumnCheck::read_newest(const Experiment& experiment, Group& group) {
  CK_TRY(rows, read_summaries(*database_, group.experiment));
  group.rows = rows.size();
  const auto columns_of = [&](std::size_t count, std::string SummaryRow::*bytes) {
    std::vector<Column> columns(count, Column(rows.size(), kNothing));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t position = 0; position < count; ++position)
        columns[position][row] = cell_at(rows[row].*bytes, position);
    }
    return columns;
  };
  group.medians = columns_of(experiment.metrics, &SummaryRow::medians);
  group.facts = columns_of(experiment.facts.size(), &SummaryRow::facts);
  return {};
}

Result<const ColumnCheck::Group*> ColumnCheck::group(std::int64_t row, const Experiment& experiment,
                                                     std::int32_t number) {
  const auto known = std::ranges::find_if(
      groups_, [&](const Group& one) { return one.experiment == row && one.number == number; });
  if (known != groups_.end()) return &*known;
  Group group;
  group.experiment = row;
  group.number = number;
  CK_CHECK(number == kNewest ? read_newest(experiment, group) : read_group(experiment, group));
  if (groups_.size() >= kMostGroups) groups_.pop_back();
  groups_.push_front(std::move(group));
  return &groups_.front();
}

Result<bool> ColumnCheck::is_value(Cell cell, const Fact& fact) {
  if (const auto* number = std::get_if<double>(&fact.value)) return cell == number_cell(*number);
  if (!is_text(cell)) return false;
  const auto [text, fresh] = texts_.try_emplace(text_id(cell));
  if (fresh) {
    CK_TRY(query, database_->prepare("SELECT text FROM fact_text WHERE id = ?"));
    query.bind(0, text_id(cell));
    CK_TRY(there, query.step());
    if (there) text->second = query.text(0);
  }
  return text->second == std::get<std::string>(fact.value);
}

Result<std::optional<std::string>> ColumnCheck::fact_difference(const std::vector<Fact>& facts,
                                                                Experiment& experiment,
                                                                const Group& group,
                                                                std::size_t place) {
  std::vector<bool> told(experiment.facts.size(), false);
  auto& guesses = experiment.guesses;
  guesses.resize(facts.size(), 0);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& fact = facts[i];
    if (guesses[i] >= told.size() || experiment.facts[guesses[i]] != fact.name) {
      const auto position = experiment.positions.find(fact.name);
      if (position == experiment.positions.end())
        return std::optional("there is no column '" + fact.name + "'");
      guesses[i] = position->second;
    }
    CK_TRY(same, is_value(cell_in(group.facts, guesses[i], place), fact));
    if (!same) return std::optional(differs(fact.name));
    told[guesses[i]] = true;
  }
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (!told[i] && cell_in(group.facts, i, place) != kNothing)
      return std::optional(differs(experiment.facts[i]));
  }
  return std::optional<std::string>();
}

Result<std::optional<std::string>> ColumnCheck::difference(const Point& point,
                                                           const Summary& summary,
                                                           Experiment& experiment,
                                                           const Group& group, std::size_t place) {
  if (group.damaged) return std::optional<std::string>("a column has the wrong length");
  const auto& medians = summary.medians;
  for (std::size_t i = 0; i < medians.size(); ++i) {
    if (i >= group.medians.size() || cell_in(group.medians, i, place) != medians[i])
      return std::optional(differs(point.keys[i].name));
  }
  return fact_difference(summary.facts, experiment, group, place);
}

Result<std::optional<std::string>> ColumnCheck::difference_at(const Place& place,
                                                              const Point& point,
                                                              const Summary& summary,
                                                              std::int64_t row,
                                                              Experiment& experiment) {
  if (place.group == kMisnumbered)
    return std::optional<std::string>("the group of its columns has the wrong number");
  CK_TRY(cells, group(row, experiment, place.group));
  return difference(point, summary, experiment, *cells, place.place);
}

Status ColumnCheck::look_at(const Point& point, const Summary& summary, std::int64_t row) {
  CK_TRY(known, experiment(row));
  ++report_.points;
  std::optional<std::string> wrong = "it has no row among the columns";
  const auto place = std::ranges::lower_bound(known->places, point.id, {}, &Place::point);
  if (place != known->places.end() && place->point == point.id) {
    known->met[static_cast<std::size_t>(place - known->places.begin())] = true;
    CK_TRY(found, difference_at(*place, point, summary, row, *known));
    wrong = std::move(found);
  }
  if (!wrong) return {};
  if (report_.differing++ > 0) return {};
  report_.point = point.uid;
  report_.experiment = known->name;
  report_.reason = std::move(*wrong);
  return {};
}

ColumnReport ColumnCheck::finish() {
  for (const auto& [row, experiment] : experiments_) {
    const std::int64_t strangers = std::ranges::count(experiment.met, false);
    if (strangers == 0) continue;
    report_.strangers += strangers;
    if (!report_.experiment.empty()) continue;
    report_.experiment = experiment.name;
    report_.reason = "the columns have rows of no point";
  }
  return report_;
}

Result<std::int64_t> rebuild_columns(Archive& archive, const ExperimentHead& experiment) {
  auto& database = archive.database();
  CK_TRY(transaction, sys::Transaction::begin(database));
  for (const auto* table : {"summary", "column_group", "fact_name"}) {
    CK_TRY(forget,
           database.prepare("DELETE FROM " + std::string(table) + " WHERE experiment_id = ?"));
    CK_CHECK(forget.bind(0, experiment.row).run());
  }
  // Rows of its points may say that they are another experiment's.
  CK_TRY(strayed, database.prepare("DELETE FROM summary WHERE point_id IN "
                                   "(SELECT id FROM point WHERE experiment_id = ?)"));
  CK_CHECK(strayed.bind(0, experiment.row).run());
  CK_TRY(points, PointReader::make(database));
  CK_TRY(writer, SummaryWriter::make(database, experiment.row));
  CK_TRY(query, database.prepare("SELECT id FROM point WHERE experiment_id = ? AND "
                                 "record IS NOT NULL ORDER BY id"));
  query.bind(0, experiment.row);
  std::vector<std::int64_t> rows;
  while (true) {
    CK_TRY(there, query.step());
    if (!there) break;
    rows.push_back(query.integer(0));
  }
  for (const auto row : rows) {
    CK_TRY(point, points.read(row));
    CK_CHECK(writer.add(point));
  }
  CK_CHECK(transaction.commit());
  return static_cast<std::int64_t>(rows.size());
}

}  // namespace ck::store
