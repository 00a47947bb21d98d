#include "experiment/import_benchmarks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "experiment/units.hpp"
#include "sys/files.hpp"

namespace ck::experiment {
namespace {

constexpr double kNanoseconds = 1e9;
constexpr std::size_t kUidDigits = 16;

const store::MetricKey kWallTime = {"wall_time", "ns", "lower", "performance"};

std::string uid_of(const std::string& text) { return sha256_hex(text).substr(0, kUidDigits); }

/// What is kept of a point: the tool, what it wrote, and the parameters that questions ask for.
std::string document_of(const std::string& tool, const Json& entry, const Json& context,
                        const Json& parameters) {
  return to_text(
      {{"schema", "ck.record/1"},
       {"ck_version", CK_VERSION},
       {"benchmark",
        {{"tool", tool}, {"parameters", parameters}, {"context", context}, {"entry", entry}}}});
}

store::ImportedPoint new_point(const std::string& experiment, const std::string& subject,
                               std::string document, std::int64_t now) {
  store::ImportedPoint imported;
  auto& point = imported.point;
  point.uid = uid_of(experiment + "\n" + document);
  point.subject = subject;
  point.state = store::PointState::ok;
  point.created_ns = now;
  point.ended_ns = now;
  point.document = std::move(document);
  imported.other_uid = uid_of("other\n" + experiment + "\n" + point.document);
  return imported;
}

store::Repetition& add_repetition(store::Point& point, double wall_ns,
                                  std::vector<double> metrics) {
  store::Repetition repetition;
  repetition.number = static_cast<int>(point.repetitions.size()) + 1;
  repetition.wall_ns = std::isfinite(wall_ns) ? static_cast<std::int64_t>(wall_ns) : 0;
  repetition.ok = true;
  repetition.ending = "exited with 0";
  repetition.detail = "{}";
  repetition.metrics = std::move(metrics);
  point.repetitions.push_back(std::move(repetition));
  return point.repetitions.back();
}

std::vector<double> numbers_of(const Json& list) {
  std::vector<double> numbers;
  if (!list.is_array()) return numbers;
  for (const auto& item : list) {
    if (item.is_number()) numbers.push_back(item.get<double>());
  }
  return numbers;
}

// --- hyperfine

Result<store::ImportedPoint> hyperfine_point(const Json& result, const std::string& experiment,
                                             std::int64_t now, JsonProblems& problems,
                                             const std::string& path) {
  ObjectReader reader(result, path, problems);
  const std::string command = reader.string("command");
  const auto mean = reader.optional_number("mean");
  const auto times =
      result.is_object() ? numbers_of(result.value("times", Json())) : std::vector<double>();
  if (times.empty() && !mean) reader.problem("times", "is missing, as is 'mean'");
  if (!problems.empty()) return fail(problems.to_error());
  const Json parameters = result.value("parameters", Json::object());
  auto imported = new_point(experiment, "command:" + shortened(command, 200),
                            document_of("hyperfine", result, Json::object(), parameters), now);
  auto& point = imported.point;
  if (times.empty()) {
    point.keys = {{"wall_time_mean", "ns", "lower", "performance"}};
    add_repetition(point, *mean * kNanoseconds, {*mean * kNanoseconds});
    return imported;
  }
  point.keys = {kWallTime};
  const auto codes = numbers_of(result.value("exit_codes", Json()));
  for (std::size_t i = 0; i < times.size(); ++i) {
    auto& repetition = add_repetition(point, times[i] * kNanoseconds, {times[i] * kNanoseconds});
    if (i >= codes.size() || codes[i] == 0) continue;
    repetition.ok = false;
    repetition.ending = "exited with " + std::to_string(static_cast<long long>(codes[i]));
    point.state = store::PointState::failed;
  }
  return imported;
}

Result<std::vector<store::ImportedPoint>> read_hyperfine(const Json& document,
                                                         const std::string& experiment,
                                                         std::int64_t now,
                                                         const std::string& source) {
  std::vector<store::ImportedPoint> points;
  std::size_t number = 0;
  for (const auto& result : document["results"]) {
    JsonProblems problems(source);
    CK_TRY(point, hyperfine_point(result, experiment, now, problems,
                                  "/results/" + std::to_string(number++)));
    points.push_back(std::move(point));
  }
  return points;
}

// --- Google Benchmark

/// What describes an entry; all other numbers in it are counters.
bool describes(const std::string& name) {
  static const std::set<std::string> kNames = {"family_index",
                                               "per_family_instance_index",
                                               "repetitions",
                                               "repetition_index",
                                               "threads",
                                               "iterations",
                                               "real_time",
                                               "cpu_time",
                                               "error_occurred",
                                               "aggregate_unit",
                                               "cumulative_complexity_n"};
  return kNames.contains(name);
}

store::MetricKey counter_key(const std::string& name, const std::string& suffix) {
  if (name == "bytes_per_second") return {name + suffix, "bytes/s", "higher", "performance"};
  if (name == "items_per_second") return {name + suffix, "1/s", "higher", "performance"};
  return {name + suffix, "", "none", ""};
}

struct Measured {
  std::vector<store::MetricKey> keys;
  std::vector<double> values;
};

std::string text_in(const Json& entry, const char* key) {
  if (!entry.is_object() || !entry.contains(key) || !entry[key].is_string()) return {};
  return entry[key].get<std::string>();
}

Measured measured_in(const Json& entry, const std::string& suffix) {
  Measured measured;
  const std::string unit = text_in(entry, "time_unit");
  const double factor = unit.empty() ? 1 : conversion(unit, "ns").value_or(1);
  for (const auto* name : {"real_time", "cpu_time"}) {
    if (!entry.contains(name) || !entry[name].is_number()) continue;
    measured.keys.push_back({name + suffix, "ns", "lower", "performance"});
    measured.values.push_back(entry[name].get<double>() * factor);
  }
  for (const auto& [name, value] : entry.items()) {
    if (!value.is_number() || describes(name)) continue;
    measured.keys.push_back(counter_key(name, suffix));
    measured.values.push_back(value.get<double>());
  }
  return measured;
}

bool is_aggregate(const Json& entry) {
  return entry.is_object() && entry.value("run_type", Json("iteration")) == "aggregate";
}

std::string run_name(const Json& entry) {
  const std::string name = text_in(entry, "run_name");
  return name.empty() ? text_in(entry, "name") : name;
}

/// Entries of one benchmark: its samples, or its mean when only summaries were written.
void add_entries(store::Point& point, const std::vector<const Json*>& entries) {
  const bool samples = std::any_of(entries.begin(), entries.end(),
                                   [](const Json* entry) { return !is_aggregate(*entry); });
  for (const auto* entry : entries) {
    if (samples == is_aggregate(*entry)) continue;
    const std::string aggregate = text_in(*entry, "aggregate_name");
    if (!samples && aggregate != "mean") continue;
    const auto measured = measured_in(*entry, samples ? "" : "_mean");
    for (const auto& key : measured.keys) {
      const bool known = std::any_of(point.keys.begin(), point.keys.end(),
                                     [&](const auto& other) { return other.name == key.name; });
      if (!known) point.keys.push_back(key);
    }
    std::vector<double> metrics(point.keys.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < point.keys.size(); ++i) {
      for (std::size_t j = 0; j < measured.keys.size(); ++j) {
        if (point.keys[i].name == measured.keys[j].name) metrics[i] = measured.values[j];
      }
    }
    const double wall = measured.values.empty() ? 0 : measured.values.front();
    auto& repetition = add_repetition(point, wall, std::move(metrics));
    if (entry->value("error_occurred", Json(false)) != true) continue;
    repetition.ok = false;
    repetition.ending = "error: " + text_in(*entry, "error_message");
    point.state = store::PointState::failed;
  }
  for (auto& repetition : point.repetitions)
    repetition.metrics.resize(point.keys.size(), std::numeric_limits<double>::quiet_NaN());
}

Result<std::vector<store::ImportedPoint>> read_google(const Json& document,
                                                      const std::string& experiment,
                                                      std::int64_t now, const std::string& source) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Json*>> by_name;
  std::size_t number = 0;
  for (const auto& entry : document["benchmarks"]) {
    const std::string name = run_name(entry);
    if (name.empty()) {
      return fail(Error(ErrorCode::invalid, "a benchmark has no name")
                      .in("file " + source + ", key /benchmarks/" + std::to_string(number)));
    }
    if (!by_name.contains(name)) order.push_back(name);
    by_name[name].push_back(&entry);
    ++number;
  }
  const Json context = document.value("context", Json::object());
  std::vector<store::ImportedPoint> points;
  for (const auto& name : order) {
    Json all = Json::array();
    for (const auto* entry : by_name[name]) all.push_back(*entry);
    auto imported = new_point(experiment, "benchmark:" + shortened(name, 200),
                              document_of("Google Benchmark", all, context, Json::object()), now);
    add_entries(imported.point, by_name[name]);
    points.push_back(std::move(imported));
  }
  return points;
}

bool has_list(const Json& document, const char* key) {
  return document.is_object() && document.contains(key) && document[key].is_array();
}

}  // namespace

Result<ImportReport> import_benchmarks(const ImportBenchmarksRequest& request, store::Store& store,
                                       const sys::Clock& clock) {
  CK_TRY(text, sys::read_file(request.file, std::uint64_t{1} << 30));
  const std::string source = request.file.string();
  CK_TRY(document, parse_json(text, source, {.max_bytes = std::size_t{1} << 30}));
  const std::string name =
      request.experiment.empty() ? request.file.stem().string() : request.experiment;
  const bool hyperfine = has_list(document, "results");
  if (!hyperfine && !has_list(document, "benchmarks")) {
    return fail(Error(ErrorCode::invalid, "these are no results of hyperfine or Google Benchmark")
                    .in("file " + source)
                    .hint("hyperfine --export-json=FILE …, or --benchmark_out=FILE of a program of "
                          "Google Benchmark"));
  }
  const auto now = clock.unix_ns();
  // The document's first import says when: importing again must find the same points.
  CK_TRY(points, hyperfine ? read_hyperfine(document, name, now, source)
                           : read_google(document, name, now, source));
  const std::string uid = uid_of("benchmarks of " + name);
  CK_TRY(known_as, store.import_experiment({uid, name, {}, now, now, 0, {}}));
  CK_TRY(added, store.import_points(uid, points));
  ImportReport report;
  report.experiments.push_back({known_as, uid, request.file, added, points.size() - added});
  return report;
}

}  // namespace ck::experiment
