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

std::string json_text(const experiment::DiffReport& report) {
  const auto side = [](const store::Point& point) {
    return Json{{"experiment", point.experiment}, {"point", point.uid}};
  };
  Json json = {
      {"schema", "ck.diff/1"}, {"a", side(report.a)}, {"b", side(report.b)}, {"same", report.same}};
  json["differences"] = Json::array();
  for (const auto& difference : report.differences) {
    json["differences"].push_back({{"kind", experiment::name_of(difference.area)},
                                   {"effect", experiment::is_effect(difference.area)},
                                   {"what", difference.what},
                                   {"a", difference.a},
                                   {"b", difference.b},
                                   {"detail", difference.detail}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::BisectReport& report) {
  constexpr const char* kLikeness[] = {"a", "b", "neither"};
  const auto swap_json = [](const app::Swap& swap) {
    return Json{
        {"kind", app::name_of(swap.kind)}, {"name", swap.name}, {"a", swap.a}, {"b", swap.b}};
  };
  const auto& result = report.result;
  Json json = {
      {"schema", "ck.bisect/1"}, {"a", report.a}, {"b", report.b}, {"told_by", report.told_by}};
  json["cause"] = result.cause ? swap_json(report.swaps[*result.cause]) : Json();
  json["beside"] = Json::array();
  for (const auto number : result.beside) json["beside"].push_back(swap_json(report.swaps[number]));
  json["differences"] = Json::array();
  for (const auto& swap : report.swaps) json["differences"].push_back(swap_json(swap));
  json["trials"] = Json::array();
  for (std::size_t i = 0; i < result.steps.size(); ++i) {
    json["trials"].push_back(
        {{"taken", result.steps[i].taken},
         {"like", kLikeness[static_cast<std::size_t>(result.steps[i].likeness)]},
         {"point", i < report.trials.size() ? report.trials[i] : std::string()}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::PlotReport& report) {
  return to_pretty_text({{"schema", "ck.plot/1"},
                         {"file", report.file.string()},
                         {"text", report.text},
                         {"marks", report.marks}});
}

namespace {

Json columns_json(const store::ColumnReport& columns) {
  return {{"points", columns.points},         {"differing", columns.differing},
          {"strangers", columns.strangers},   {"point", columns.point},
          {"experiment", columns.experiment}, {"reason", columns.reason}};
}

Json notes_json(const store::NoteReport& notes) {
  Json json = {{"notes", notes.notes},
               {"removed", notes.removed},
               {"unchained", notes.unchained},
               {"head", notes.head},
               {"broken", nullptr}};
  if (notes.broken) {
    json["broken"] = {{"note", notes.broken->number},
                      {"experiment", notes.broken->experiment},
                      {"point", notes.broken->point},
                      {"reason", notes.broken->reason}};
  }
  return json;
}

std::string_view name_of(app::ColumnRepairReport::One::Outcome outcome) {
  using Outcome = app::ColumnRepairReport::One::Outcome;
  if (outcome == Outcome::broken) return "broken";
  if (outcome == Outcome::failed) return "failed";
  return outcome == Outcome::repaired ? "repaired" : "sound";
}

}  // namespace

std::string json_text(const app::ColumnRepairReport& report) {
  Json json = {
      {"schema", "ck.repair-columns/1"}, {"ok", report.ok()}, {"experiments", Json::array()}};
  for (const auto& one : report.experiments) {
    json["experiments"].push_back({{"experiment", one.experiment},
                                   {"outcome", name_of(one.outcome)},
                                   {"points", one.points},
                                   {"reason", one.reason}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::RecordsReport& report) {
  const auto& chain = report.chain;
  Json json = {{"schema", "ck.verify-records/1"},
               {"experiment", report.experiment},
               {"good", report.good()},
               {"records", chain.records},
               {"removed", chain.removed},
               {"unchained", chain.unchained},
               {"head", chain.head}};
  json["broken"] = nullptr;
  if (chain.broken) {
    json["broken"] = {{"record", chain.broken->number},
                      {"point", chain.broken->point},
                      {"experiment", chain.broken->experiment},
                      {"reason", chain.broken->reason}};
  }
  json["columns"] = columns_json(chain.columns);
  json["notes"] = notes_json(report.notes);
  json["damaged_outputs"] = report.damaged_outputs;
  json["signatures"] = Json::array();
  for (const auto& one : report.signatures) {
    json["signatures"].push_back({{"signer", one.signature.signer},
                                  {"created_ns", one.signature.created_ns},
                                  {"state", experiment::name_of(one.state)}});
  }
  return to_pretty_text(json);
}

std::string json_text(const experiment::Report& report) {
  return to_pretty_text(
      {{"schema", "ck.report/1"}, {"text", report.text}, {"missing", report.missing}});
}

std::string json_text(const app::ExportCapsuleReport& report) {
  return to_pretty_text({{"schema", "ck.capsule-export/1"},
                         {"file", report.file.string()},
                         {"size_bytes", report.bytes},
                         {"experiment", report.experiment},
                         {"points", report.points},
                         {"files", report.files},
                         {"sources", report.sources},
                         {"repositories", report.repositories}});
}

std::string json_text(const app::ImportCapsuleReport& report) {
  Json signatures = Json::array();
  for (const auto& one : report.signatures) {
    signatures.push_back({{"signer", one.signature.signer},
                          {"created_ns", one.signature.created_ns},
                          {"state", experiment::name_of(one.state)}});
  }
  return to_pretty_text({{"schema", "ck.capsule-import/1"},
                         {"experiment", report.experiment},
                         {"added", report.added},
                         {"known", report.known},
                         {"signatures", signatures},
                         {"repositories", report.repositories},
                         {"kept", report.kept}});
}

std::string json_text(const store::Signature& signature) {
  return to_pretty_text({{"schema", "ck.signature/1"},
                         {"signer", signature.signer},
                         {"created_ns", signature.created_ns},
                         {"statement", signature.statement},
                         {"signature", signature.signature}});
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
