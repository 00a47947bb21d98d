#include "store/columns.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "store/point_reader.hpp"
#include "store/summaries.hpp"

namespace ck::store {
namespace {

void append_cells(std::vector<Cell>& column, std::string_view bytes) {
  const std::size_t count = bytes.size() / sizeof(Cell);
  const std::size_t before = column.size();
  column.resize(before + count);
  if (count > 0) std::memcpy(column.data() + before, bytes.data(), count * sizeof(Cell));
}

/// The sizes of the groups follow from the rows of points, which every group has.
Result<std::vector<std::size_t>> read_group_rows(sys::Database& database, std::int64_t experiment,
                                                 std::vector<std::int64_t>& rows) {
  CK_TRY(query, database.prepare("SELECT cells FROM column_group WHERE experiment_id = ? "
                                 "AND kind = 0 AND position = 0 ORDER BY number"));
  query.bind(0, experiment);
  std::vector<std::size_t> sizes;
  std::vector<Cell> cells;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    sizes.push_back(query.blob(0).size() / sizeof(Cell));
    append_cells(cells, query.blob(0));
  }
  rows.assign(cells.begin(), cells.end());
  return sizes;
}

Result<std::vector<Cell>> read_groups(sys::Database& database, std::int64_t experiment,
                                      ColumnName name, const std::vector<std::size_t>& sizes) {
  CK_TRY(query, database.prepare("SELECT number, cells FROM column_group WHERE experiment_id = ? "
                                 "AND kind = ? AND position = ? ORDER BY number"));
  query.bind(0, experiment)
      .bind(1, static_cast<std::int64_t>(name.kind))
      .bind(2, static_cast<std::int64_t>(name.position));
  std::size_t total = 0;
  for (const auto size : sizes) total += size;
  std::vector<Cell> column;
  column.reserve(total);
  std::size_t next = 0;
  const auto fill_up_to = [&](std::size_t group) {
    for (; next < group; ++next) column.resize(column.size() + sizes[next], kNothing);
  };
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    const auto number = static_cast<std::size_t>(query.integer(0));
    if (number >= sizes.size()) break;
    fill_up_to(number);
    const std::string_view bytes = query.blob(1);
    if (bytes.size() == sizeof(Cell)) {
      column.resize(column.size() + sizes[number], cell_at(bytes, 0));
    } else if (bytes.size() == sizes[number] * sizeof(Cell)) {
      append_cells(column, bytes);
    } else {
      return fail(Error(ErrorCode::invalid, "a column of the archive has the wrong length")
                      .in("database " + database.file().string()));
    }
    next = number + 1;
  }
  fill_up_to(sizes.size());
  return column;
}

Result<Columns> columns_now(sys::Database& database, std::int64_t experiment,
                            const std::vector<ColumnName>& wanted) {
  Columns columns;
  CK_TRY(sizes, read_group_rows(database, experiment, columns.rows));
  for (const auto& name : wanted) {
    CK_TRY(column, read_groups(database, experiment, name, sizes));
    columns.columns.push_back(std::move(column));
  }
  CK_TRY(newest, read_summaries(database, experiment));
  for (const auto& row : newest) {
    columns.rows.push_back(row.point);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& bytes = wanted[i].kind == ColumnKind::median ? row.medians : row.facts;
      columns.columns[i].push_back(cell_at(bytes, wanted[i].position));
    }
  }
  return columns;
}

}  // namespace

Result<Fields> read_fields(Archive& archive, const ExperimentHead& experiment) {
  Fields fields;
  CK_TRY(keys, read_keys(archive.database(), experiment.row));
  fields.metrics = std::move(keys);
  CK_TRY(query, archive.database().prepare("SELECT name FROM fact_name WHERE experiment_id = ? "
                                           "ORDER BY position"));
  query.bind(0, experiment.row);
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return fields;
    fields.facts.emplace_back(query.text(0));
  }
}

Result<Columns> read_columns(Archive& archive, const ExperimentHead& experiment,
                             const std::vector<ColumnName>& wanted) {
  return at_one_moment(archive,
                       [&] { return columns_now(archive.database(), experiment.row, wanted); });
}

Result<std::map<std::int64_t, std::string>> read_texts(Archive& archive,
                                                       const std::vector<Cell>& cells) {
  std::set<std::int64_t> ids;
  Cell last = kNothing;
  for (const auto cell : cells) {
    if (cell != last && is_text(cell)) ids.insert(text_id(cell));
    last = cell;
  }
  CK_TRY(query, archive.database().prepare("SELECT text FROM fact_text WHERE id = ?"));
  std::map<std::int64_t, std::string> texts;
  for (const auto id : ids) {
    query.reset();
    query.bind(0, id);
    CK_TRY(row, query.step());
    if (row) texts.emplace(id, query.text(0));
  }
  return texts;
}

Status read_samples(Archive& archive, const ExperimentHead& experiment, std::size_t metric,
                    const std::function<void(const Sample&)>& each) {
  CK_TRY(query, archive.database().prepare(
                    "SELECT point_id, started_ns, metrics FROM point "
                    "JOIN repetition ON point_id = point.id "
                    "WHERE experiment_id = ? ORDER BY point.created_ns, point.id, number"));
  query.bind(0, experiment.row);
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return {};
    const double value = number_of(cell_at(query.blob(2), metric));
    if (value == value) each({query.integer(0), query.integer(1), value});
  }
}

Result<std::vector<PointHead>> read_point_heads(Archive& archive,
                                                const std::vector<std::int64_t>& rows) {
  CK_TRY(query, archive.database().prepare(
                    "SELECT uid, subject, state, created_ns FROM point WHERE id = ?"));
  std::vector<PointHead> heads;
  for (const auto id : rows) {
    query.reset();
    query.bind(0, id);
    CK_TRY(row, query.step());
    if (!row) continue;
    heads.push_back({id, std::string(query.text(0)), std::string(query.text(1)),
                     state_named(query.text(2)), query.integer(3)});
  }
  return heads;
}

}  // namespace ck::store
