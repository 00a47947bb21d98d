#include "experiment/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/strings.hpp"
#include "experiment/point_table.hpp"
#include "experiment/units.hpp"
#include "measure/sample.hpp"

namespace ck::experiment {
namespace {

constexpr std::array kKinds = {PlotKind::scatter, PlotKind::box,  PlotKind::violin,
                               PlotKind::trace,   PlotKind::heat, PlotKind::history};
constexpr std::size_t kMostSeries = 7;  ///< colours that everybody can tell apart
constexpr std::size_t kMostPoints = 12;
constexpr double kNanoseconds = 1e9;

/// A unit in which the largest value is easy to read.
std::string readable_unit(const std::string& unit, double largest) {
  static const std::vector<std::vector<std::string>> kFamilies = {
      {"ns", "us", "ms", "s"}, {"bytes", "kB", "MB", "GB", "TB"}};
  if (unit == "fraction") return "%";
  for (const auto& family : kFamilies) {
    if (!conversion(unit, family.front())) continue;
    std::string best = family.front();
    for (const auto& candidate : family) {
      if (largest * *conversion(unit, candidate) >= 1) best = candidate;
    }
    return best;
  }
  return unit;
}

/// Brings one coordinate of all marks into a readable unit; the label to write at its axis.
std::string scale(Picture& picture, const std::string& name, const std::string& unit,
                  std::initializer_list<double Mark::*> coordinates) {
  double largest = 0;
  for (const auto& series : picture.series) {
    for (const auto& mark : series.marks)
      largest = std::max(largest, std::abs(mark.*(*coordinates.begin())));
  }
  const std::string shown = readable_unit(unit, largest);
  const double factor = conversion(unit, shown).value_or(1);
  for (auto& series : picture.series) {
    for (auto& mark : series.marks) {
      for (const auto coordinate : coordinates) mark.*coordinate *= factor;
    }
  }
  const bool plain = shown.empty() || shown == "count";
  return plain ? name : name + " (" + shown + ")";
}

std::string scale_x(Picture& picture, const std::string& name, const std::string& unit) {
  return scale(picture, name, unit, {&Mark::x, &Mark::x_low, &Mark::x_high});
}
std::string scale_y(Picture& picture, const std::string& name, const std::string& unit) {
  return scale(picture, name, unit, {&Mark::y, &Mark::y_low, &Mark::y_high});
}

/// Samples of a metric by row of the point; none for a parameter or fact.
using SamplesByPoint = std::map<std::int64_t, std::vector<store::Sample>>;

Result<SamplesByPoint> samples_by_point(store::Archive& archive, const SelectRequest& points,
                                        const std::string& name, std::string* unit = nullptr) {
  CK_TRY(experiments, archive.heads(points.experiments, points.tags));
  CK_TRY(samples, read_metric_samples(archive, experiments, name));
  SamplesByPoint by_point;
  for (const auto& sample : samples.samples) by_point[sample.row].push_back(sample);
  if (unit != nullptr) *unit = samples.unit;
  return by_point;
}

/// The middle 80 % of a point's samples, and the value itself where there is but one.
std::pair<double, double> reach_of(const SamplesByPoint& samples, std::int64_t row, double value) {
  const auto found = samples.find(row);
  if (found == samples.end() || found->second.size() < 2) return {value, value};
  std::vector<double> sorted;
  for (const auto& sample : found->second) sorted.push_back(sample.value);
  std::ranges::sort(sorted);
  constexpr double kLow = 0.1;
  constexpr double kHigh = 0.9;
  return {measure::quantile(sorted, kLow), measure::quantile(sorted, kHigh)};
}

Status require(const std::string& value, const char* option, PlotKind kind) {
  if (!value.empty()) return {};
  return fail(Error(ErrorCode::usage, "a picture of kind " + std::string(name_of(kind)) +
                                          " needs --" + option +
                                          "=NAME of a metric, parameter or fact")
                  .hint("'ck ls experiment --csv' shows what was measured"));
}

Result<Selection> select_for(const PlotRequest& request, store::Archive& archive,
                             std::vector<std::string> names) {
  SelectRequest points = request.points;
  points.show = std::move(names);
  CK_TRY(selection, select_points(points, archive));
  if (selection.points.empty())
    return fail(Error(ErrorCode::not_found, "no point matches")
                    .hint("'ck ls experiment --where=…' shows which do"));
  return std::move(selection);
}

const double* number_in(const SelectedPoint& point, std::size_t column) {
  return std::get_if<double>(&point.values[column]);
}

Error no_numbers(const std::string& names) {
  return Error(ErrorCode::not_found, "no point has numbers for " + names)
      .hint("'ck ls experiment --columns=" + names + "' shows what they have");
}

bool of_several_experiments(const Selection& selection) {
  return std::ranges::any_of(selection.points, [&](const SelectedPoint& point) {
    return point.experiment != selection.points.front().experiment;
  });
}

/// Series by experiment, else by subject; the last one takes all that would get no colour.
MarkSeries& series_of(Picture& picture, const SelectedPoint& point, bool by_experiment) {
  const std::string name = by_experiment ? point.experiment : point.head.subject;
  const auto known = std::ranges::find(picture.series, name, &MarkSeries::name);
  if (known != picture.series.end()) return *known;
  if (picture.series.size() == kMostSeries) {
    picture.series.back().name = "others";
    return picture.series.back();
  }
  picture.series.push_back({name, {}});
  return picture.series.back();
}

/// "a against b of experiment:x".
std::string title_of(const PlotRequest& request, const std::string& what) {
  if (!request.title.empty()) return request.title;
  if (request.points.experiments.empty()) return what;
  return what + " of experiment:" + request.points.experiments;
}

void add_frontier(Picture& picture, const Selection& selection) {
  const bool x_lower = selection.columns[0].direction != "higher";
  const bool y_lower = selection.columns[1].direction == "lower";
  Objective x;
  Objective y;
  std::vector<std::size_t> all;
  std::vector<const Mark*> marks;
  for (const auto& series : picture.series) {
    for (const auto& mark : series.marks) {
      all.push_back(all.size());
      marks.push_back(&mark);
      x.push_back(x_lower ? mark.x : -mark.x);
      y.push_back(y_lower ? mark.y : -mark.y);
    }
  }
  for (const auto place : frontier_of(all, {x, y}))
    picture.frontier.emplace_back(marks[place]->x, marks[place]->y);
  std::ranges::sort(picture.frontier);
  picture.frontier_rises = x_lower;
}

Result<Picture> scatter(const PlotRequest& request, store::Archive& archive) {
  CK_CHECK(require(request.x, "x", request.kind));
  CK_CHECK(require(request.y, "y", request.kind));
  CK_TRY(selection, select_for(request, archive, {request.x, request.y}));
  CK_TRY(x_samples, samples_by_point(archive, request.points, request.x));
  CK_TRY(y_samples, samples_by_point(archive, request.points, request.y));
  Picture picture;
  picture.title = title_of(request, request.y + " against " + request.x);
  const bool by_experiment = of_several_experiments(selection);
  // The same name twice is one column.
  const std::size_t y_column = request.x == request.y ? 0 : 1;
  for (const auto& point : selection.points) {
    const double* x = number_in(point, 0);
    const double* y = number_in(point, y_column);
    if (x == nullptr || y == nullptr) continue;
    const auto [x_low, x_high] = reach_of(x_samples, point.head.row, *x);
    const auto [y_low, y_high] = reach_of(y_samples, point.head.row, *y);
    series_of(picture, point, by_experiment)
        .marks.push_back({*x, *y, x_low, x_high, y_low, y_high, 0});
  }
  if (picture.series.empty()) return fail(no_numbers(request.x + "," + request.y));
  picture.x_label = scale_x(picture, request.x, selection.columns[0].unit);
  picture.y_label = scale_y(picture, request.y, selection.columns[y_column].unit);
  if (request.frontier && y_column == 1) add_frontier(picture, selection);
  return picture;
}

/// Box, violin, trace: a series a point, with its samples.
Result<Picture> samples_of_points(const PlotRequest& request, store::Archive& archive) {
  CK_CHECK(require(request.y, "y", request.kind));
  std::vector<std::string> shown;
  if (!request.x.empty()) shown.push_back(request.x);
  CK_TRY(selection, select_for(request, archive, shown));
  std::string unit;
  CK_TRY(samples, samples_by_point(archive, request.points, request.y, &unit));
  std::vector<const SelectedPoint*> measured;
  for (const auto& point : selection.points) {
    if (samples.contains(point.head.row)) measured.push_back(&point);
  }
  if (measured.empty()) return fail(no_numbers(request.y));
  if (measured.size() > kMostPoints)
    measured.erase(measured.begin(), measured.end() - static_cast<std::ptrdiff_t>(kMostPoints));
  Picture picture;
  const bool trace = request.kind == PlotKind::trace;
  picture.title = title_of(request, request.y + (trace ? " over time" : ""));
  for (const auto* point : measured) {
    constexpr std::size_t kShownUid = 8;
    MarkSeries series{point->head.uid.substr(0, kShownUid), {}};
    if (!request.x.empty()) {
      const auto* text = std::get_if<std::string>(&point->values[0]);
      const double* number = number_in(*point, 0);
      if (text != nullptr) series.name = *text;
      if (number != nullptr)
        series.name = request.x + "=" + human_metric(*number, selection.columns[0].unit);
    }
    const auto& own = samples.at(point->head.row);
    const std::int64_t start = own.front().started_ns;
    for (const auto& sample : own) {
      const double x = trace ? static_cast<double>(sample.started_ns - start) / kNanoseconds
                             : static_cast<double>(picture.series.size());
      series.marks.push_back({x, sample.value, x, x, sample.value, sample.value, 0});
    }
    if (!trace) picture.x_names.push_back(series.name);
    picture.series.push_back(std::move(series));
  }
  picture.x_label = trace ? "time since the first sample of each point (s)" : request.x;
  picture.y_label = scale_y(picture, request.y, unit);
  return picture;
}

std::string text_of(const SelectedValue& value, const std::string& unit) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? std::string() : human_metric(*number, unit);
}

/// The values of a column, each once, smallest first.
std::vector<std::string> categories(const Selection& selection, std::size_t column) {
  std::vector<std::pair<SelectedValue, std::string>> values;
  for (const auto& point : selection.points) {
    if (std::holds_alternative<std::monostate>(point.values[column])) continue;
    values.emplace_back(point.values[column],
                        text_of(point.values[column], selection.columns[column].unit));
  }
  std::ranges::sort(values, [](const auto& a, const auto& b) {
    const auto* text_a = std::get_if<std::string>(&a.first);
    const auto* text_b = std::get_if<std::string>(&b.first);
    if (text_a != nullptr && text_b != nullptr) return natural_less(*text_a, *text_b);
    return a.first < b.first;
  });
  std::vector<std::string> names;
  for (const auto& [value, name] : values) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

double place_in(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<double>(std::ranges::find(names, name) - names.begin());
}

Result<Picture> heat(const PlotRequest& request, store::Archive& archive) {
  CK_CHECK(require(request.x, "x", request.kind));
  CK_CHECK(require(request.y, "y", request.kind));
  CK_CHECK(require(request.z, "z", request.kind));
  const std::set<std::string> different = {request.x, request.y, request.z};
  if (different.size() < 3) return fail(ErrorCode::usage, "--x, --y and --z must be three names");
  CK_TRY(selection, select_for(request, archive, {request.x, request.y, request.z}));
  Picture picture;
  picture.title = title_of(request, request.z);
  picture.x_names = categories(selection, 0);
  picture.y_names = categories(selection, 1);
  // Several points of one place: the last one is shown.
  std::map<std::pair<double, double>, Mark> places;
  for (const auto& point : selection.points) {
    const double* z = number_in(point, 2);
    const auto x_name = text_of(point.values[0], selection.columns[0].unit);
    const auto y_name = text_of(point.values[1], selection.columns[1].unit);
    if (z == nullptr || x_name.empty() || y_name.empty()) continue;
    const double x = place_in(picture.x_names, x_name);
    const double y = place_in(picture.y_names, y_name);
    places[{x, y}] = {x, y, x, x, y, y, *z};
  }
  if (places.empty()) return fail(no_numbers(request.x + "," + request.y + "," + request.z));
  picture.series.push_back({request.z, {}});
  for (const auto& [place, mark] : places) picture.series.front().marks.push_back(mark);
  picture.x_label = request.x;
  picture.y_label = request.y;
  picture.z_label = scale(picture, request.z, selection.columns[2].unit, {&Mark::z});
  return picture;
}

Result<Picture> history(const PlotRequest& request, store::Archive& archive) {
  CK_CHECK(require(request.y, "y", request.kind));
  CK_TRY(selection, select_for(request, archive, {request.y}));
  CK_TRY(samples, samples_by_point(archive, request.points, request.y));
  Picture picture;
  picture.title = title_of(request, "history of " + request.y);
  const bool by_experiment = of_several_experiments(selection);
  for (const auto& point : selection.points) {
    const double* y = number_in(point, 0);
    if (y == nullptr) continue;
    const double x = static_cast<double>(point.head.created_ns) / kNanoseconds;
    const auto [low, high] = reach_of(samples, point.head.row, *y);
    series_of(picture, point, by_experiment).marks.push_back({x, *y, x, x, low, high, 0});
  }
  if (picture.series.empty()) return fail(no_numbers(request.y));
  for (auto& series : picture.series) std::ranges::sort(series.marks, {}, &Mark::x);
  picture.y_label = scale_y(picture, request.y, selection.columns[0].unit);
  return picture;
}

Result<Picture> make(const PlotRequest& request, store::Archive& archive) {
  switch (request.kind) {
    case PlotKind::scatter:
      return scatter(request, archive);
    case PlotKind::heat:
      return heat(request, archive);
    case PlotKind::history:
      return history(request, archive);
    case PlotKind::box:
    case PlotKind::violin:
    case PlotKind::trace:
      break;
  }
  return samples_of_points(request, archive);
}

}  // namespace

std::string_view name_of(PlotKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"scatter", "box",  "violin",
                                                      "trace",   "heat", "history"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<PlotKind> plot_kind_named(const std::string& name) {
  std::vector<std::string> names;
  for (const auto kind : kKinds) {
    if (name == name_of(kind)) return kind;
    names.emplace_back(name_of(kind));
  }
  Error error(ErrorCode::usage, "there is no picture of kind '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
  return fail(std::move(error).hint("kinds there are: " + join(names, ", ")));
}

Result<Picture> make_picture(const PlotRequest& request, store::Archive& archive) {
  CK_TRY(picture, make(request, archive));
  picture.kind = request.kind;
  return std::move(picture);
}

}  // namespace ck::experiment
