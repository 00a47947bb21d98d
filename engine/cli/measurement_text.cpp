#include "cli/measurement_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.hpp"
#include "base/table.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownOutliers = 5;  ///< the farthest ones

std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.2g} %", 100 * share) : "?";
}

std::string single_values(const std::vector<experiment::MetricSummary>& metrics) {
  TextTable table({{"METRIC"}, {"VALUE", TextTable::Align::right}});
  for (const auto& metric : metrics)
    table.add_row(
        {printable(metric.key.name), human_metric(metric.summary.median, metric.key.unit)});
  return table.to_string();
}

std::string described_values(const std::vector<experiment::MetricSummary>& metrics, Columns shown) {
  const auto right = TextTable::Align::right;
  std::vector<TextTable::Column> columns = {
      {"METRIC"},     {"N", right},  {"MEDIAN", right}, {"±", right}, {"95 % INTERVAL", right},
      {"MIN", right}, {"MAX", right}};
  if (shown == Columns::all) {
    for (const char* title : {"MEAN", "MAD", "P95"}) columns.push_back({title, right});
  }
  TextTable table(std::move(columns));
  for (const auto& metric : metrics) {
    const auto& d = metric.description;
    const auto text = [&](double value) { return human_metric(value, metric.key.unit); };
    std::vector<std::string> row = {
        printable(metric.key.name),
        std::to_string(d.count),
        text(d.median),
        percent(measure::relative_half_width(d)),
        "[" + text(d.median_95.low) + ", " + text(d.median_95.high) + "]",
        text(d.minimum),
        text(d.maximum)};
    if (shown == Columns::all) {
      for (const double value : {d.mean, d.median_absolute_deviation, d.p95})
        row.push_back(text(value));
    }
    table.add_row(std::move(row));
  }
  return table.to_string();
}

std::string modes_of(const experiment::MetricSummary& metric) {
  std::vector<std::string> modes;
  for (const auto& mode : metric.description.modes)
    modes.push_back(
        fmt::format("{} ({:.0f} %)", human_metric(mode.at, metric.key.unit), 100 * mode.share));
  return printable(metric.key.name) + " has " + std::to_string(modes.size()) +
         " modes: " + join(modes, ", ") + "\n";
}

std::string outliers_of(const store::Point& point, const experiment::MetricSummary& metric,
                        std::size_t position) {
  const auto off = [&](std::size_t index) {
    return point.repetitions[index].metrics[position] / metric.description.median - 1;
  };
  auto outliers = metric.description.outliers;
  std::ranges::stable_sort(
      outliers, [&](std::size_t a, std::size_t b) { return std::abs(off(a)) > std::abs(off(b)); });
  std::string text;
  for (std::size_t i = 0; i < std::min(outliers.size(), kShownOutliers); ++i) {
    auto causes = experiment::causes_of(point, outliers[i]);
    if (causes.empty()) causes.emplace_back("no cause is visible");
    text += fmt::format("{}: run {} is off by {:+.0f} %: {}\n", printable(metric.key.name),
                        point.repetitions[outliers[i]].number, 100 * off(outliers[i]),
                        join(causes, ", "));
  }
  if (outliers.size() > kShownOutliers)
    text += fmt::format("{}: and {} lesser outliers\n", printable(metric.key.name),
                        outliers.size() - kShownOutliers);
  return text;
}

std::string precision_of(const experiment::SamplingRecord& sampling) {
  const auto& result = sampling.result;
  std::string text;
  if (result.warm_up > 0)
    text += fmt::format("warm-up: the first {} run{} kept but not counted\n", result.warm_up,
                        result.warm_up == 1 ? " is" : "s are");
  if (!result.precise) {
    text += fmt::format(
        "not precise enough: {} is known to ± {} instead of ± {}; about {} more runs are needed "
        "(--time_budget=SECONDS), or a quieter machine\n",
        printable(result.metric), percent(result.relative_half_width),
        percent(sampling.precision.value_or(0)), result.needed);
  }
  return text;
}

}  // namespace

Columns columns_of(const Output& output) {
  return output.verbose() ? Columns::all : Columns::usual;
}

std::string measurement_text(const store::Point& point,
                             const std::vector<experiment::MetricSummary>& metrics,
                             Columns columns) {
  if (metrics.empty()) return {};
  const bool several =
      std::ranges::any_of(metrics, [](const auto& metric) { return metric.summary.count > 1; });
  std::string text = several ? described_values(metrics, columns) : single_values(metrics);
  const auto sampling = experiment::sampling_of(point);
  const std::string primary =
      sampling ? sampling->result.metric : experiment::primary_metric(point.keys);
  for (const auto& metric : metrics) {
    if (metric.key.name != primary) continue;
    const auto key = std::ranges::find(point.keys, metric.key.name, &store::MetricKey::name);
    if (metric.description.modes.size() > 1) text += modes_of(metric);
    text += outliers_of(point, metric, static_cast<std::size_t>(key - point.keys.begin()));
  }
  if (sampling) text += precision_of(*sampling);
  return text;
}

std::string values_text(const app::SweepValues& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values)
    parts.push_back(printable(name) + "=" + printable(value));
  return join(parts, " ");
}

}  // namespace ck::cli
