/// Reading a program's numbers from what it left behind.

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/pattern.hpp"
#include "run/runner.hpp"
#include "run/written_file.hpp"
#include "sys/files.hpp"

namespace ck::run {
namespace {

constexpr std::uint64_t kMaxMetricsFile = 256u << 20;

/// Metrics files of one run, each read once.
using Documents = std::map<std::string, Json>;

/// The value that a pointer names, if there is one. A plan may come from another machine's record,
/// so even a malformed pointer or an index beyond all numbers is only one that names nothing.
const Json* find_value(const Json& document, const std::string& pointer) {
  try {
    const Json::json_pointer place(pointer);
    return document.contains(place) ? &document.at(place) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

Result<double> number_in(const Json& document, const model::JsonMetric& from) {
  const Json* value = find_value(document, from.pointer);
  if (value == nullptr) return fail(ErrorCode::not_found, from.file + " has no " + from.pointer);
  if (value->is_number()) return value->get<double>();
  return fail(ErrorCode::invalid,
              from.file + " " + from.pointer + " is " + value->type_name() + ", not a number");
}

Result<double> from_json(const model::JsonMetric& from, const fs::path& folder,
                         Documents& documents) {
  auto known = documents.find(from.file);
  if (known == documents.end()) {
    CK_TRY(file, written_file(folder, from.file));
    CK_TRY(text, sys::read_file(file, kMaxMetricsFile));
    CK_TRY(document, parse_json(text, from.file, {.max_bytes = kMaxMetricsFile}));
    known = documents.emplace(from.file, std::move(document)).first;
  }
  return number_in(known->second, from);
}

/// The group of the first line that matches.
Result<std::string> first_match(const std::string& text, std::string_view out) {
  CK_TRY(pattern, model::Pattern::parse(text));
  for (const auto& line : split(out, '\n')) {
    if (auto match = pattern.find(line)) return std::move(*match);
  }
  return fail(ErrorCode::not_found, "no line of stdout matches '" + text + "'");
}

Result<double> from_pattern(const model::PatternMetric& from, std::string_view out) {
  CK_TRY(text, first_match(from.pattern, out));
  if (const auto number = parse_number(text)) return *number;
  return fail(ErrorCode::invalid, "'" + printable(text) + "' in stdout is not a number");
}

Result<double> extract(const model::Metric& metric, const fs::path& folder, std::string_view out,
                       Documents& documents) {
  const auto* json = std::get_if<model::JsonMetric>(&metric.from);
  auto value = json != nullptr ? from_json(*json, folder, documents)
                               : from_pattern(std::get<model::PatternMetric>(metric.from), out);
  if (value && !std::isfinite(*value)) value = fail(ErrorCode::invalid, "the value is not finite");
  if (!value) value.error().message = "metric " + metric.name + ": " + value.error().message;
  return value;
}

}  // namespace

Result<fs::path> written_file(const fs::path& folder, const std::string& path) {
  auto file = sys::contained_path(folder, path);
  if (!file && file.error().code == ErrorCode::denied) return file;
  std::error_code missing;
  if (file && fs::is_regular_file(*file, missing)) return file;
  return fail(ErrorCode::not_found, "the program wrote no file " + path);
}

Result<std::vector<double>> extract_metrics(const std::vector<model::Metric>& metrics,
                                            const fs::path& folder, std::string_view out) {
  std::vector<double> values;
  Documents documents;
  for (const auto& metric : metrics) {
    auto value = extract(metric, folder, out, documents);
    if (!value && metric.required) return fail(std::move(value.error()));
    values.push_back(value ? *value : std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

}  // namespace ck::run
