#include "cli/archive_json.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::cli {
namespace {

Json value_json(const experiment::SelectedValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

/// So many digits that the number is read back the same.
std::string exact(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  return {digits, end.ptr};
}

/// In quotation marks when it needs them. What a spreadsheet would take for a formula gets a
/// quotation mark of its own, since texts may come from anywhere.
std::string csv_cell(const std::string& text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t").find(text[0]) != std::string_view::npos;
  const std::string safe = formula ? "'" + text : text;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  return "\"" + replace_all(safe, "\"", "\"\"") + "\"";
}

std::string csv_value(const experiment::SelectedValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return exact(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return csv_cell(*text);
  return {};
}

}  // namespace

std::string json_text(const experiment::Selection& selection) {
  Json json = {{"schema", "ck.points/1"},
               {"looked_at", selection.looked_at},
               {"matched", selection.matched}};
  json["columns"] = Json::array();
  for (const auto& column : selection.columns) {
    json["columns"].push_back(
        {{"name", column.name}, {"unit", column.unit}, {"direction", column.direction}});
  }
  json["points"] = Json::array();
  for (const auto& point : selection.points) {
    Json values = Json::object();
    for (std::size_t i = 0; i < selection.columns.size(); ++i)
      values[selection.columns[i].name] = value_json(point.values[i]);
    json["points"].push_back({{"uid", point.head.uid},
                              {"experiment", point.experiment},
                              {"subject", point.head.subject},
                              {"state", store::name_of(point.head.state)},
                              {"created_ns", point.head.created_ns},
                              {"values", std::move(values)}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::AnnotateReport& report) {
  Json json = {{"schema", "ck.annotations/1"},
               {"experiment", report.experiment},
               {"point", report.point},
               {"tags", std::vector<std::string>(report.tags.begin(), report.tags.end())}};
  json["annotations"] = Json::array();
  for (const auto& annotation : report.annotations) {
    json["annotations"].push_back({{"kind", store::name_of(annotation.kind)},
                                   {"text", annotation.text},
                                   {"author", annotation.author},
                                   {"created_ns", annotation.created_ns}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::SearchWordsReport& report) {
  Json json = {{"schema", "ck.search-words/1"}, {"words", report.words}};
  json["found"] = Json::array();
  for (const auto& found : report.found) {
    json["found"].push_back({{"experiment", found.experiment},
                             {"point", found.point},
                             {"source", found.source},
                             {"excerpt", found.excerpt}});
  }
  return to_pretty_text(json);
}

std::string csv_text(const experiment::Selection& selection) {
  std::string text = "experiment,point,subject,state,created";
  for (const auto& column : selection.columns)
    text += "," + csv_cell(column.name + (column.unit.empty() ? "" : " [" + column.unit + "]"));
  text += "\r\n";
  for (const auto& point : selection.points) {
    text += csv_cell(point.experiment) + "," + point.head.uid + "," + csv_cell(point.head.subject) +
            "," + std::string(store::name_of(point.head.state)) + "," +
            iso_time(point.head.created_ns);
    for (const auto& value : point.values) text += "," + csv_value(value);
    text += "\r\n";
  }
  return text;
}

}  // namespace ck::cli
