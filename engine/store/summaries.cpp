#include "store/summaries.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/columns.hpp"
#include "store/facts.hpp"

namespace ck::store {
namespace {

/// Rows that make a group. Fewer: more pieces to read; more: more rows that are no columns yet.
constexpr std::int64_t kGroup = 2048;

std::string pack_cells(const std::vector<Cell>& cells) {
  std::string bytes(cells.size() * sizeof(Cell), '\0');
  if (!cells.empty()) std::memcpy(bytes.data(), cells.data(), bytes.size());
  return bytes;
}

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

/// One column of a group; a column of equal cells becomes one cell, one of nothings no row at all.
Status write_column(sys::Statement& insert, ColumnName name, std::vector<Cell> cells) {
  const bool equal = std::ranges::all_of(cells, [&](Cell cell) { return cell == cells.front(); });
  if (equal && cells.front() == kNothing) return {};
  if (equal && name.kind != ColumnKind::row) cells.resize(1);
  return insert.bind(1, static_cast<std::int64_t>(name.kind))
      .bind(2, static_cast<std::int64_t>(name.position))
      .bind_blob(4, pack_cells(cells))
      .run();
}

Status write_columns(sys::Statement& insert, ColumnKind kind, const std::vector<SummaryRow>& rows,
                     std::string SummaryRow::*bytes) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, (row.*bytes).size() / sizeof(Cell));
  for (std::size_t position = 0; position < width; ++position) {
    std::vector<Cell> cells;
    cells.reserve(rows.size());
    for (const auto& row : rows) cells.push_back(cell_at(row.*bytes, position));
    CK_CHECK(write_column(insert, {kind, position}, std::move(cells)));
  }
  return {};
}

}  // namespace

std::vector<Cell> medians_of(const Point& point) {
  std::vector<Cell> medians;
  std::vector<double> values;
  for (std::size_t i = 0; i < point.keys.size(); ++i) {
    values.clear();
    for (const auto& repetition : point.repetitions) {
      if (repetition.metrics[i] == repetition.metrics[i]) values.push_back(repetition.metrics[i]);
    }
    medians.push_back(values.empty() ? kNothing : number_cell(median_of(values)));
  }
  return medians;
}

Cell cell_at(std::string_view bytes, std::size_t position) {
  if ((position + 1) * sizeof(Cell) > bytes.size()) return kNothing;
  Cell cell = kNothing;
  std::memcpy(&cell, bytes.data() + position * sizeof(Cell), sizeof cell);
  return cell;
}

Result<std::vector<SummaryRow>> read_summaries(sys::Database& database, std::int64_t experiment) {
  CK_TRY(query, database.prepare("SELECT point_id, medians, facts FROM summary "
                                 "WHERE experiment_id = ? ORDER BY point_id"));
  query.bind(0, experiment);
  std::vector<SummaryRow> rows;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return rows;
    rows.push_back({query.integer(0), std::string(query.blob(1)), std::string(query.blob(2))});
  }
}

Result<SummaryWriter> SummaryWriter::make(sys::Database& database, std::int64_t experiment) {
  CK_TRY(insert, database.prepare("INSERT INTO summary(point_id, experiment_id, medians, facts) "
                                  "VALUES (?, ?, ?, ?)"));
  SummaryWriter writer(database, experiment, std::move(insert));
  CK_TRY(count, database.prepare("SELECT COUNT(*) FROM summary WHERE experiment_id = ?"));
  count.bind(0, experiment);
  CK_CHECK(count.step());
  writer.waiting_ = count.integer(0);
  CK_TRY(names, database.prepare("SELECT name, position FROM fact_name WHERE experiment_id = ?"));
  names.bind(0, experiment);
  while (true) {
    CK_TRY(row, names.step());
    if (!row) return writer;
    writer.positions_.emplace(names.text(0), static_cast<std::size_t>(names.integer(1)));
  }
}

Result<std::size_t> SummaryWriter::position_of(const std::string& name) {
  const auto [known, added] = positions_.emplace(name, positions_.size());
  if (!added) return known->second;
  CK_TRY(insert, database_->prepare(
                     "INSERT INTO fact_name(experiment_id, position, name) VALUES (?, ?, ?)"));
  CK_CHECK(insert.bind(0, experiment_)
               .bind(1, static_cast<std::int64_t>(known->second))
               .bind(2, std::string_view(name))
               .run());
  return known->second;
}

Result<std::int64_t> SummaryWriter::id_of(const std::string& text) {
  const auto cached = texts_.find(text);
  if (cached != texts_.end()) return cached->second;
  CK_TRY(find, database_->prepare("SELECT id FROM fact_text WHERE text = ?"));
  find.bind(0, std::string_view(text));
  CK_TRY(known, find.step());
  std::int64_t id = known ? find.integer(0) : 0;
  if (!known) {
    CK_TRY(insert, database_->prepare("INSERT INTO fact_text(text) VALUES (?)"));
    CK_CHECK(insert.bind(0, std::string_view(text)).run());
    id = database_->last_insert_id();
  }
  // Texts that never come again must not fill the memory of a long import.
  constexpr std::size_t kMostCached = 10'000;
  if (texts_.size() >= kMostCached) texts_.clear();
  texts_.emplace(text, id);
  return id;
}

Result<std::vector<Cell>> SummaryWriter::fact_cells(const Point& point) {
  std::vector<Cell> cells;
  for (const auto& fact : facts_of(point)) {
    CK_TRY(position, position_of(fact.name));
    if (cells.size() <= position) cells.resize(position + 1, kNothing);
    if (const auto* number = std::get_if<double>(&fact.value)) {
      cells[position] = number_cell(*number);
    } else {
      CK_TRY(id, id_of(std::get<std::string>(fact.value)));
      cells[position] = text_cell(id);
    }
  }
  return cells;
}

Status SummaryWriter::add(const Point& point) {
  CK_TRY(facts, fact_cells(point));
  CK_CHECK(insert_.bind(0, point.id)
               .bind(1, experiment_)
               .bind_blob(2, pack_cells(medians_of(point)))
               .bind_blob(3, pack_cells(facts))
               .run());
  ++waiting_;
  return waiting_ >= kGroup ? make_group() : Status();
}

/// All rows of the experiment become the next group.
Status SummaryWriter::make_group() {
  CK_TRY(rows, read_summaries(*database_, experiment_));
  CK_TRY(count, database_->prepare("SELECT COUNT(*) FROM column_group WHERE experiment_id = ? "
                                   "AND kind = 0 AND position = 0"));
  count.bind(0, experiment_);
  CK_CHECK(count.step());
  CK_TRY(insert,
         database_->prepare("INSERT INTO column_group(experiment_id, kind, position, number, "
                            "cells) VALUES (?, ?, ?, ?, ?)"));
  insert.bind(0, experiment_).bind(3, count.integer(0));
  std::vector<Cell> points;
  for (const auto& row : rows) points.push_back(static_cast<Cell>(row.point));
  CK_CHECK(write_column(insert, {ColumnKind::row, 0}, std::move(points)));
  CK_CHECK(write_columns(insert, ColumnKind::median, rows, &SummaryRow::medians));
  CK_CHECK(write_columns(insert, ColumnKind::fact, rows, &SummaryRow::facts));
  CK_TRY(remove, database_->prepare("DELETE FROM summary WHERE experiment_id = ?"));
  CK_CHECK(remove.bind(0, experiment_).run());
  waiting_ = 0;
  return {};
}

}  // namespace ck::store
