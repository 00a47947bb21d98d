/// Reading a program's numbers from what it left behind.

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/strings.hpp"
#include "run/runner.hpp"
#include "sys/files.hpp"

namespace ck::run {
namespace {

constexpr std::uint64_t kMaxMetricsFile = 256u << 20;
// std::regex recurses once per character: a longer line could exhaust the stack.
constexpr std::size_t kMaxLine = 4096;

/// Metrics files of one run, each read once.
using Documents = std::map<std::string, Json>;

Result<double> number_in(const Json& document, const model::JsonMetric& from,
                         const std::string& name) {
  const Json::json_pointer pointer(from.pointer);
  if (!document.contains(pointer)) {
    return fail(ErrorCode::not_found,
                "metric " + name + ": " + from.file + " has no " + from.pointer);
  }
  const Json& value = document.at(pointer);
  if (!value.is_number()) {
    return fail(ErrorCode::invalid, "metric " + name + ": " + from.file + " " + from.pointer +
                                        " is " + value.type_name() + ", not a number");
  }
  return value.get<double>();
}

Result<double> from_json(const model::JsonMetric& from, const std::string& name,
                         const fs::path& folder, Documents& documents) {
  auto known = documents.find(from.file);
  if (known == documents.end()) {
    CK_TRY(file, sys::contained_path(folder, from.file));
    auto text = sys::read_file(file, kMaxMetricsFile);
    if (!text && text.error().code == ErrorCode::not_found) {
      return fail(ErrorCode::not_found, "metric " + name + ": the program wrote no " + from.file);
    }
    if (!text) return fail(std::move(text.error()));
    JsonLimits limits;
    limits.max_bytes = kMaxMetricsFile;
    CK_TRY(document, parse_json(*text, from.file, limits));
    known = documents.emplace(from.file, std::move(document)).first;
  }
  return number_in(known->second, from, name);
}

Result<double> from_pattern(const model::PatternMetric& from, const std::string& name,
                            std::string_view out) {
  const std::regex pattern(from.pattern, std::regex::ECMAScript | std::regex::optimize);
  for (const auto& line : split(out, '\n')) {
    std::smatch match;
    const std::string head = line.substr(0, kMaxLine);
    if (!std::regex_search(head, match, pattern)) continue;
    if (const auto number = parse_number(match[1].str())) return *number;
    return fail(ErrorCode::invalid,
                "metric " + name + ": '" + match[1].str() + "' in stdout is not a number");
  }
  return fail(ErrorCode::not_found,
              "metric " + name + ": no line of stdout matches '" + from.pattern + "'");
}

Result<double> extract(const model::Metric& metric, const fs::path& folder, std::string_view out,
                       Documents& documents) {
  auto value =
      std::holds_alternative<model::JsonMetric>(metric.from)
          ? from_json(std::get<model::JsonMetric>(metric.from), metric.name, folder, documents)
          : from_pattern(std::get<model::PatternMetric>(metric.from), metric.name, out);
  if (value && !std::isfinite(*value))
    return fail(ErrorCode::invalid, "metric " + metric.name + " is not finite");
  return value;
}

}  // namespace

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
