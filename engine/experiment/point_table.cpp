#include "experiment/point_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/strings.hpp"
#include "experiment/units.hpp"
#include "measure/sample.hpp"
#include "run/statistics.hpp"

namespace ck::experiment {
namespace {

/// Ids of texts that are in no database: names of experiments.
constexpr std::int64_t kOwnTexts = std::int64_t{1} << 48;

constexpr std::array<std::string_view, 9> kStatistics = {"min", "max", "mean",      "median", "p10",
                                                         "p90", "p99", "deviation", "count"};

double statistic_of(std::string_view statistic, std::vector<double>& samples) {
  const auto summary = run::summarize(samples);
  if (statistic == "min") return summary.minimum;
  if (statistic == "max") return summary.maximum;
  if (statistic == "mean") return summary.mean;
  if (statistic == "median") return summary.median;
  if (statistic == "deviation") return summary.deviation;
  if (statistic == "count") return static_cast<double>(summary.count);
  std::ranges::sort(samples);
  const double percent = statistic == "p10" ? 10 : statistic == "p90" ? 90 : 99;
  return measure::quantile(samples, percent / 100);
}

/// A metric's column, converted into the unit of the series.
struct MetricSource {
  std::size_t position = 0;
  double factor = 1;
};

/// Where the values of a name come from in one experiment.
struct Source {
  std::vector<MetricSource> metrics;  ///< more than one: the same name with several units
  std::string statistic;              ///< empty: the median, which has a column
  std::optional<std::size_t> fact;
};

struct NameParts {
  std::string metric;
  std::string statistic;
};

/// "latency.p90" in two; a name without a known statistic is whole.
NameParts parts_of(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return {name, {}};
  const std::string last = name.substr(dot + 1);
  if (std::ranges::find(kStatistics, last) == kStatistics.end()) return {name, {}};
  return {name.substr(0, dot), last};
}

Error inconvertible(const std::string& name, const std::string& from, const std::string& to) {
  return Error(ErrorCode::usage,
               "'" + name + "' has the unit '" + from + "', which is no '" + to + "'");
}

/// Adds the experiment's metrics that are called `metric`; `series` has the unit, or gets it.
Status add_metrics(const store::Fields& fields, const std::string& metric, Series& series,
                   bool& has_unit, Source& source) {
  for (std::size_t i = 0; i < fields.metrics.size(); ++i) {
    const auto& key = fields.metrics[i];
    if (key.name != metric) continue;
    if (!has_unit) series.unit = key.unit;
    has_unit = true;
    if (series.direction == "none") series.direction = key.direction;
    const auto factor = conversion(key.unit, series.unit);
    if (!factor) return fail(inconvertible(metric, key.unit, series.unit));
    source.metrics.push_back({i, *factor});
  }
  return {};
}

/// "latency_ms" for a metric "latency" in nanoseconds.
Status add_converted(const store::Fields& fields, const std::string& name, Series& series,
                     bool& has_unit, Source& source) {
  const auto mark = name.rfind('_');
  if (mark == std::string::npos || mark == 0) return {};
  const std::string unit = name.substr(mark + 1);
  const std::string metric = name.substr(0, mark);
  if (!is_known_unit(unit)) return {};
  const bool fits = std::ranges::any_of(fields.metrics, [&](const store::MetricKey& key) {
    return key.name == metric && conversion(key.unit, unit);
  });
  if (!fits) return {};
  series.unit = unit;
  has_unit = true;
  return add_metrics(fields, metric, series, has_unit, source);
}

std::optional<std::size_t> fact_named(const store::Fields& fields, const std::string& name) {
  const auto found = std::ranges::find(fields.facts, name);
  if (found == fields.facts.end()) return std::nullopt;
  return static_cast<std::size_t>(found - fields.facts.begin());
}

Result<Source> source_of(const store::Fields& fields, const std::string& name, Series& series,
                         bool& has_unit) {
  Source source;
  CK_CHECK(add_metrics(fields, name, series, has_unit, source));
  const auto parts = parts_of(name);
  if (source.metrics.empty() && !parts.statistic.empty()) {
    source.statistic = parts.statistic;
    CK_CHECK(add_metrics(fields, parts.metric, series, has_unit, source));
    if (source.metrics.empty())
      CK_CHECK(add_converted(fields, parts.metric, series, has_unit, source));
  }
  if (source.metrics.empty()) source.statistic.clear();
  if (source.metrics.empty()) CK_CHECK(add_converted(fields, name, series, has_unit, source));
  if (!source.metrics.empty()) return source;
  source.fact = fact_named(fields, name);
  if (!source.fact) source.fact = fact_named(fields, "param." + name);
  if (source.fact && name == "duration") series.unit = "s";
  return source;
}

Status each_sample(store::Archive& archive, const store::ExperimentHead& experiment,
                   const Source& source, const std::function<void(const store::Sample&)>& each) {
  for (const auto& metric : source.metrics) {
    CK_CHECK(store::read_samples(archive, experiment, metric.position, [&](store::Sample sample) {
      sample.value *= metric.factor;
      each(sample);
    }));
  }
  return {};
}

/// Statistics that are no columns are made from the samples.
Status fill_statistic(store::Archive& archive, const store::ExperimentHead& experiment,
                      const Source& source, const std::vector<std::int64_t>& rows, Series& series) {
  std::unordered_map<std::int64_t, std::vector<double>> samples;
  CK_CHECK(each_sample(archive, experiment, source, [&](const store::Sample& sample) {
    samples[sample.row].push_back(sample.value);
  }));
  const std::size_t start = series.cells.size() - rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = samples.find(rows[i]);
    if (found == samples.end()) continue;
    series.cells[start + i] = store::number_cell(statistic_of(source.statistic, found->second));
  }
  return {};
}

void fill_medians(const MetricSource& metric, const std::vector<store::Cell>& column,
                  Series& series) {
  const std::size_t start = series.cells.size() - column.size();
  for (std::size_t i = 0; i < column.size(); ++i) {
    auto& cell = series.cells[start + i];
    if (cell != store::kNothing) continue;
    cell = metric.factor == 1 ? column[i]
                              : store::number_cell(store::number_of(column[i]) * metric.factor);
  }
}

class TableReader {
 public:
  TableReader(store::Archive& archive, const std::vector<std::string>& names) : archive_(archive) {
    for (const auto& name : names) table_.series.push_back({name, {}, "none", {}});
    known_.resize(names.size());
    has_unit_.resize(names.size());
  }

  Status add(store::ExperimentHead experiment) {
    return store::at_one_moment(archive_, [&] { return add_now(std::move(experiment)); });
  }

  Result<PointTable> take() {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i] == 0 && !table_.experiments.empty())
        return fail(unknown(table_.series[i].name));
    }
    for (auto& series : table_.series) {
      if (parts_of(series.name).statistic == "count") series.unit.clear();
    }
    return std::move(table_);
  }

 private:
  Status add_now(store::ExperimentHead experiment) {
    CK_TRY(fields, store::read_fields(archive_, experiment));
    std::vector<Source> sources;
    std::vector<store::ColumnName> wanted;
    for (std::size_t i = 0; i < table_.series.size(); ++i) {
      bool has_unit = has_unit_[i] != 0;
      CK_TRY(source, source_of(fields, table_.series[i].name, table_.series[i], has_unit));
      has_unit_[i] = has_unit ? 1 : 0;
      const bool found =
          !source.metrics.empty() || source.fact || table_.series[i].name == "experiment";
      known_[i] = known_[i] != 0 || found ? 1 : 0;
      want(source, wanted);
      sources.push_back(std::move(source));
    }
    for (const auto& key : fields.metrics) names_.insert(key.name);
    names_.insert(fields.facts.begin(), fields.facts.end());
    CK_TRY(columns, store::read_columns(archive_, experiment, wanted));
    table_.starts.push_back(table_.rows.size());
    table_.rows.insert(table_.rows.end(), columns.rows.begin(), columns.rows.end());
    CK_CHECK(fill(experiment, sources, columns));
    table_.experiments.push_back(std::move(experiment));
    return {};
  }

  static void want(const Source& source, std::vector<store::ColumnName>& wanted) {
    if (source.fact) wanted.push_back({store::ColumnKind::fact, *source.fact});
    if (!source.statistic.empty()) return;
    for (const auto& metric : source.metrics)
      wanted.push_back({store::ColumnKind::median, metric.position});
  }

  Status fill(const store::ExperimentHead& experiment, const std::vector<Source>& sources,
              const store::Columns& columns) {
    std::size_t next = 0;  // column
    for (std::size_t i = 0; i < sources.size(); ++i) {
      auto& series = table_.series[i];
      series.cells.resize(table_.rows.size(), store::kNothing);
      if (series.name == "experiment") name_experiment(experiment, series);
      if (sources[i].fact) {
        const auto& column = columns.columns[next++];
        std::ranges::copy(column, series.cells.end() - static_cast<std::ptrdiff_t>(column.size()));
        CK_TRY(texts, store::read_texts(archive_, column));
        table_.texts.merge(texts);
      }
      if (!sources[i].statistic.empty()) {
        CK_CHECK(fill_statistic(archive_, experiment, sources[i], columns.rows, series));
        continue;
      }
      for (const auto& metric : sources[i].metrics)
        fill_medians(metric, columns.columns[next++], series);
    }
    return {};
  }

  void name_experiment(const store::ExperimentHead& experiment, Series& series) {
    const auto id = kOwnTexts + static_cast<std::int64_t>(table_.starts.size());
    table_.texts.emplace(id, experiment.name);
    std::fill(series.cells.begin() + static_cast<std::ptrdiff_t>(table_.starts.back()),
              series.cells.end(), store::text_cell(id));
  }

  Error unknown(const std::string& name) const {
    const std::vector<std::string> all(names_.begin(), names_.end());
    Error error(ErrorCode::usage, "no point has a metric, parameter or fact '" + name + "'");
    if (const auto hint = did_you_mean(near_misses(name, all))) error.hint(*hint);
    std::vector<std::string> shown;
    for (const auto& known : all) {
      constexpr std::size_t kShown = 60;
      if (shown.size() < kShown && !known.starts_with("env.")) shown.push_back(printable(known));
    }
    error.hint("there are: " + join(shown, ", ") + (shown.size() < all.size() ? ", …" : ""));
    return error;
  }

  store::Archive& archive_;
  PointTable table_;
  std::vector<char> known_;
  std::vector<char> has_unit_;
  std::set<std::string> names_;
};

}  // namespace

const store::ExperimentHead& PointTable::experiment_of(std::size_t point) const {
  const auto after = std::ranges::upper_bound(starts, point);
  return experiments[static_cast<std::size_t>(after - starts.begin()) - 1];
}

std::string PointTable::text_of(store::Cell cell) const {
  const auto found = texts.find(store::text_id(cell));
  return found == texts.end() ? std::string() : found->second;
}

Result<PointTable> read_table(store::Archive& archive,
                              std::vector<store::ExperimentHead> experiments,
                              const std::vector<std::string>& names) {
  TableReader reader(archive, names);
  for (auto& experiment : experiments) CK_CHECK(reader.add(std::move(experiment)));
  return reader.take();
}

Result<MetricSamples> read_metric_samples(store::Archive& archive,
                                          const std::vector<store::ExperimentHead>& experiments,
                                          const std::string& name) {
  MetricSamples all;
  Series series{name, {}, "none", {}};
  bool has_unit = false;
  for (const auto& experiment : experiments) {
    CK_TRY(fields, store::read_fields(archive, experiment));
    CK_TRY(source, source_of(fields, name, series, has_unit));
    if (!source.statistic.empty()) source.metrics.clear();
    CK_CHECK(each_sample(archive, experiment, source,
                         [&](const store::Sample& sample) { all.samples.push_back(sample); }));
  }
  all.unit = series.unit;
  return all;
}

bool natural_less(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
  };
  while (!a.empty() && !b.empty()) {
    const std::size_t in_a = digits(a);
    const std::size_t in_b = digits(b);
    if (in_a > 0 && in_b > 0) {
      auto number_a = a.substr(0, in_a);
      auto number_b = b.substr(0, in_b);
      while (number_a.size() > 1 && number_a[0] == '0') number_a.remove_prefix(1);
      while (number_b.size() > 1 && number_b[0] == '0') number_b.remove_prefix(1);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
      a.remove_prefix(in_a);
      b.remove_prefix(in_b);
    } else {
      if (a[0] != b[0]) return a[0] < b[0];
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

std::vector<std::size_t> frontier_of(const std::vector<std::size_t>& candidates,
                                     const std::vector<Objective>& objectives) {
  std::vector<std::size_t> sorted;
  for (const auto point : candidates) {
    if (std::ranges::none_of(objectives, [&](const auto& side) { return std::isnan(side[point]); }))
      sorted.push_back(point);
  }
  const auto less = [&](std::size_t a, std::size_t b) {
    for (const auto& side : objectives) {
      if (side[a] != side[b]) return side[a] < side[b];
    }
    return a < b;
  };
  std::ranges::sort(sorted, less);
  // Who comes later is at least as bad in the first objective: only those kept can beat it.
  std::vector<std::size_t> kept;
  double best = std::numeric_limits<double>::infinity();  // second objective of two
  for (const auto point : sorted) {
    const auto beats = [&](std::size_t other) {
      bool better = false;
      for (const auto& side : objectives) {
        if (side[other] > side[point]) return false;
        better = better || side[other] < side[point];
      }
      return better;
    };
    const bool two = objectives.size() == 2;
    if (two && objectives[1][point] > best) continue;
    if (two ? !kept.empty() && beats(kept.back()) : std::ranges::any_of(kept, beats)) continue;
    best = two ? objectives[1][point] : best;
    kept.push_back(point);
  }
  return kept;
}

}  // namespace ck::experiment
