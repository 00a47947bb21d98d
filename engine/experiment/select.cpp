#include "experiment/select.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "base/strings.hpp"
#include "experiment/point_table.hpp"

namespace ck::experiment {
namespace {

struct SortKey {
  std::string name;
  bool descending = false;
};

struct Side {
  std::string name;
  std::string better;  ///< "min", "max", or empty: the metric says it
};

SortKey sort_key_of(const std::string& text) {
  return text.starts_with('-') ? SortKey{text.substr(1), true} : SortKey{text, false};
}

Side side_of(const std::string& text) {
  for (const auto* better : {"min", "max"}) {
    const std::string suffix = std::string(":") + better;
    if (text.ends_with(suffix)) return {text.substr(0, text.size() - suffix.size()), better};
  }
  return {text, {}};
}

/// Every name once, those that are shown first.
class Names {
 public:
  void add(const std::string& name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::vector<std::string> names_;
};

/// Metrics of the experiments, in the order of their dictionaries.
Status add_metrics(store::Archive& archive, const std::vector<store::ExperimentHead>& experiments,
                   Names& names) {
  for (const auto& experiment : experiments) {
    CK_TRY(fields, store::read_fields(archive, experiment));
    for (const auto& key : fields.metrics) names.add(key.name);
  }
  return {};
}

Result<std::vector<store::ExperimentHead>> experiments_of(const SelectRequest& request,
                                                          store::Archive& archive) {
  if (!request.experiments.empty() && !has_wildcard(request.experiments)) {
    CK_TRY(experiment, archive.head(request.experiments));
    std::vector<store::ExperimentHead> only;
    if (request.tags.matches(experiment.tags)) only.push_back(std::move(experiment));
    return only;
  }
  return archive.heads(request.experiments, request.tags);
}

const Series& series_named(const PointTable& table, const std::string& name) {
  return *std::ranges::find(table.series, name, &Series::name);
}

Result<std::vector<std::size_t>> on_frontier(const std::vector<std::size_t>& points,
                                             const std::vector<std::string>& sides,
                                             const PointTable& table) {
  std::vector<Objective> objectives;
  for (const auto& text : sides) {
    const auto side = side_of(text);
    const auto& series = series_named(table, side.name);
    const bool lower = side.better.empty() ? series.direction == "lower" : side.better == "min";
    const bool higher = side.better.empty() ? series.direction == "higher" : side.better == "max";
    if (!lower && !higher && table.size() > 0)
      return fail(
          Error(ErrorCode::usage, "nothing says which side of '" + side.name + "' is better")
              .hint("write " + side.name + ":min or " + side.name + ":max"));
    Objective objective;
    objective.reserve(series.cells.size());
    for (const auto cell : series.cells)
      objective.push_back(lower ? store::number_of(cell) : -store::number_of(cell));
    objectives.push_back(std::move(objective));
  }
  auto best = frontier_of(points, objectives);
  std::ranges::sort(best);
  return best;
}

/// Numbers before texts before nothing, whichever way they are sorted.
struct Rank {
  int group = 0;
  double place = 0;
};

std::vector<Rank> ranks_of(const Series& series, bool descending, const PointTable& table) {
  std::vector<std::pair<std::string, std::int64_t>> texts;
  for (const auto& [id, text] : table.texts) texts.emplace_back(text, id);
  std::ranges::sort(texts, [](const auto& a, const auto& b) {
    return natural_less(a.first, b.first) || (a.first == b.first && a.second < b.second);
  });
  std::map<std::int64_t, double> places;
  for (std::size_t i = 0; i < texts.size(); ++i) places[texts[i].second] = static_cast<double>(i);
  const double sign = descending ? -1 : 1;
  std::vector<Rank> ranks;
  ranks.reserve(series.cells.size());
  for (const auto cell : series.cells) {
    if (store::is_text(cell)) {
      ranks.push_back({1, sign * places[store::text_id(cell)]});
    } else if (cell == store::kNothing) {
      ranks.push_back({2, 0});
    } else {
      ranks.push_back({0, sign * store::number_of(cell)});
    }
  }
  return ranks;
}

/// Only as far as will be shown.
void sort_points(std::vector<std::size_t>& points, const SelectRequest& request,
                 const PointTable& table) {
  std::vector<std::vector<Rank>> keys;
  for (const auto& text : request.sort) {
    const auto key = sort_key_of(text);
    keys.push_back(ranks_of(series_named(table, key.name), key.descending, table));
  }
  const auto before = [&](std::size_t a, std::size_t b) {
    for (const auto& ranks : keys) {
      const auto& x = ranks[a];
      const auto& y = ranks[b];
      if (x.group != y.group) return x.group < y.group;
      if (x.place != y.place) return x.place < y.place;
    }
    return a < b;
  };
  const std::size_t shown =
      request.limit == 0 ? points.size() : std::min(request.limit, points.size());
  if (!keys.empty())
    std::partial_sort(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(shown),
                      points.end(), before);
  points.resize(shown);
}

SelectedValue value_of(store::Cell cell, const PointTable& table) {
  if (store::is_text(cell)) return table.text_of(cell);
  if (cell == store::kNothing) return {};
  return store::number_of(cell);
}

Result<std::vector<SelectedPoint>> describe(const std::vector<std::size_t>& points,
                                            std::size_t columns, const PointTable& table,
                                            store::Archive& archive) {
  std::vector<std::int64_t> rows;
  for (const auto point : points) rows.push_back(table.rows[point]);
  CK_TRY(heads, store::read_point_heads(archive, rows));
  std::vector<SelectedPoint> described;
  std::size_t next = 0;
  for (auto& head : heads) {
    while (rows[next] != head.row) ++next;  // removed meanwhile
    const std::size_t point = points[next++];
    SelectedPoint selected{table.experiment_of(point).name, std::move(head), {}};
    for (std::size_t i = 0; i < columns; ++i)
      selected.values.push_back(value_of(table.series[i].cells[point], table));
    described.push_back(std::move(selected));
  }
  return described;
}

/// What every list shows anyway.
bool is_always_shown(const std::string& name) {
  return name == "experiment" || name == "subject" || name == "state" || name == "created";
}

}  // namespace

Result<Selection> select_points(const SelectRequest& request, store::Archive& archive) {
  CK_TRY(experiments, experiments_of(request, archive));
  const auto in_condition = names_in(request.where);
  Names names;
  for (const auto& name : request.show) names.add(name);
  for (const auto& text : request.frontier) names.add(side_of(text).name);
  for (const auto& text : request.sort) names.add(sort_key_of(text).name);
  for (const auto& name : in_condition) {
    if (!is_always_shown(name)) names.add(name);
  }
  if (request.show_metrics) CK_CHECK(add_metrics(archive, experiments, names));
  const std::size_t shown = names.all().size();
  for (const auto& name : in_condition) names.add(name);

  CK_TRY(table, read_table(archive, std::move(experiments), names.all()));
  CK_TRY(holds, evaluate(request.where, table));
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < holds.size(); ++i) {
    if (holds[i] != 0) points.push_back(i);
  }
  if (!request.frontier.empty()) {
    CK_TRY(best, on_frontier(points, request.frontier, table));
    points = std::move(best);
  }
  Selection selection;
  selection.looked_at = table.size();
  selection.matched = points.size();
  sort_points(points, request, table);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& series = table.series[i];
    selection.columns.push_back({series.name, series.unit, series.direction});
  }
  CK_TRY(described, describe(points, shown, table, archive));
  selection.points = std::move(described);
  return selection;
}

}  // namespace ck::experiment
