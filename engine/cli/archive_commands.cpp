#include "cli/archive_commands.hpp"

#include <algorithm>

#include "app/archive.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/archive_json.hpp"
#include "cli/search_options.hpp"

namespace ck::cli {
namespace {

/// Words of a list, without empty ones.
std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> names;
  for (const auto& part : split(text, ',')) {
    if (!trim(part).empty()) names.emplace_back(trim(part));
  }
  return names;
}

std::string shown(const experiment::SelectedValue& value,
                  const experiment::SelectedColumn& column) {
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text);
  if (const auto* number = std::get_if<double>(&value)) {
    const bool time = column.name == "created" || column.name == "ended";
    constexpr double kNanoseconds = 1e9;
    return time ? iso_time(static_cast<std::int64_t>(*number * kNanoseconds))
                : human_metric(*number, column.unit);
  }
  return "-";
}

void print_points(Call& call, const experiment::Selection& selection, bool many_experiments) {
  std::vector<TextTable::Column> columns = {{"POINT"}, {"STATE"}, {"CREATED"}};
  if (many_experiments) columns.insert(columns.begin(), {"EXPERIMENT"});
  for (const auto& column : selection.columns)
    columns.push_back({printable(column.name), TextTable::Align::right});
  TextTable table(columns);
  for (const auto& point : selection.points) {
    std::vector<std::string> row = {point.head.uid, std::string(store::name_of(point.head.state)),
                                    iso_time(point.head.created_ns)};
    if (many_experiments) row.insert(row.begin(), printable(point.experiment));
    for (std::size_t i = 0; i < selection.columns.size(); ++i)
      row.push_back(shown(point.values[i], selection.columns[i]));
    table.add_row(std::move(row));
  }
  if (!table.empty()) call.output.data(table.to_string());
  std::string line =
      std::to_string(selection.matched) + " of " + counted(selection.looked_at, "point");
  if (selection.points.size() < selection.matched)
    line += ", " + std::to_string(selection.points.size()) + " shown";
  call.output.say(line);
}

void print_annotations(Call& call, const app::AnnotateReport& report) {
  std::string text = "experiment:" + printable(report.experiment) +
                     (report.point.empty() ? "" : ":" + report.point);
  text += "  tags " + (report.tags.empty() ? "none" : printable(report.tags.text())) + "\n";
  for (const auto& annotation : report.annotations) {
    text += "  " + iso_time(annotation.created_ns) + "  " + printable(annotation.author) + "  ";
    if (annotation.kind == store::Annotation::Kind::tag) text += "+";
    if (annotation.kind == store::Annotation::Kind::untag) text += "-";
    text += printable(annotation.text) + "\n";
  }
  call.output.data(text);
}

Result<int> show_annotations(Call& call, const app::AnnotateReport& report) {
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_annotations(call, report);
  }
  return 0;
}

Result<int> tag(Call& call) {
  CK_TRY(place, place_at(call, 0, "tag"));
  CK_TRY(before, app::annotations(call.session, place.experiment, place.point));
  app::AnnotateRequest request{place.experiment, place.point, {}, {}};
  request.tags.assign(call.line.words.begin() + 1, call.line.words.end());
  for (const auto& text : list_of(call.line.get("remove"))) request.tags.push_back("-" + text);
  if (request.tags.empty()) return show_annotations(call, before);
  CK_TRY(report, app::annotate(call.session, request));
  return show_annotations(call, report);
}

Result<int> note(Call& call) {
  CK_TRY(place, place_at(call, 0, "note"));
  const std::vector<std::string> words(call.line.words.begin() + 1, call.line.words.end());
  if (words.empty()) {
    CK_TRY(report, app::annotations(call.session, place.experiment, place.point));
    return show_annotations(call, report);
  }
  CK_TRY(report,
         app::annotate(call.session, {place.experiment, place.point, {}, join(words, " ")}));
  return show_annotations(call, report);
}

}  // namespace

Result<app::PointName> place_at(const Call& call, std::size_t word, const std::string& verb) {
  constexpr std::string_view kKind = "experiment:";
  const bool there = call.line.words.size() > word && call.line.words[word].starts_with(kKind) &&
                     call.line.words[word].size() > kKind.size();
  if (!there) {
    return fail(Error(ErrorCode::usage, word == 0 ? "which experiment?" : "and which other one?")
                    .hint("'ck " + verb + " --help' shows how to name them"));
  }
  app::PointName place{call.line.words[word].substr(kKind.size()), {}};
  const auto colon = place.experiment.rfind(':');
  if (colon == std::string::npos) return place;
  place.point = place.experiment.substr(colon + 1);
  place.experiment.resize(colon);
  return place;
}

std::vector<Option> point_options() {
  return {
      {"where", "CONDITION", "points of experiments for which this holds"},
      {"sort", "NAMES", "by these values; -NAME: the greatest first"},
      {"columns", "NAMES", "show these values too"},
      {"pareto", "NAMES", "only points that no other one beats in all of these"},
      {"limit", "N", "at most so many points"},
      {"csv", "", "as comma-separated values"},
  };
}

bool asks_for_points(const Call& call) {
  return std::ranges::any_of(point_options(),
                             [&](const Option& option) { return call.line.has(option.name); });
}

Result<experiment::SelectRequest> selection_of(const Call& call, const std::string& experiments) {
  experiment::SelectRequest request;
  request.experiments = experiments;
  request.tags = model::TagQuery::parse(call.line.get("tags"));
  CK_TRY(where, experiment::parse_condition(call.line.get("where")));
  request.where = std::move(where);
  request.sort = list_of(call.line.get("sort"));
  request.show = list_of(call.line.get("columns"));
  request.frontier = list_of(call.line.get("pareto"));
  CK_TRY(limit, call.line.integer("limit", 1, 1'000'000'000));
  request.limit = static_cast<std::size_t>(limit.value_or(0));
  return request;
}

Result<int> list_points(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  for (const auto* option : {"limit_size", "start_from"}) {
    if (!call.line.has(option)) continue;
    return fail(
        Error(ErrorCode::usage, std::string("--") + option + " counts experiments, not points")
            .hint("--limit=N takes the first points"));
  }
  CK_TRY(request, selection_of(call, name));
  const bool for_programs = call.output.json() || call.line.has("csv");
  request.show_metrics = for_programs && request.show.empty();
  CK_TRY(selection, app::select_points(call.session, request));
  if (call.line.has("csv")) {
    call.output.data(csv_text(selection));
  } else if (call.output.json()) {
    call.output.data(json_text(selection));
  } else {
    print_points(call, selection, name.empty() || has_wildcard(name));
  }
  return 0;
}

Result<int> search_experiments(Call& call) {
  const std::vector<std::string> words(call.line.words.begin() + 1, call.line.words.end());
  if (words.empty()) {
    return fail(Error(ErrorCode::usage, "search experiments for which words?")
                    .hint("ck search experiment 'words in notes or logs'"));
  }
  constexpr std::size_t kShown = 50;
  CK_TRY(part, part_of(call));
  if (!part.limit) part.limit = kShown;
  CK_TRY(report, app::search_words(call.session, join(words, " "), part.skip + *part.limit));
  keep_part(part, report.found);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  TextTable table({{"EXPERIMENT"}, {"POINT"}, {"IN"}, {"TEXT"}});
  for (const auto& found : report.found) {
    table.add_row({printable(found.experiment), found.point, found.source,
                   printable(replace_all(found.excerpt, "\n", " "))});
  }
  if (!table.empty()) call.output.data(table.to_string());
  return 0;
}

std::vector<Command> archive_commands() {
  return {
      {"tag",
       "add tags to an experiment or point, or take them away",
       {"tag experiment:NAME[:POINT] [+TAG…] [--remove=A,B]"},
       "Nothing is changed in the record: both are remembered beside it, with their author and "
       "time.\n"
       "Without tags it shows what was said so far.",
       {{{"remove", "A,B", "take these tags away"}}, {}, false},
       {"ck tag experiment:hello +paper --remove=draft"},
       tag},
      {"note",
       "write a note about an experiment or point",
       {"note experiment:NAME[:POINT] [TEXT…]"},
       "Notes are only ever added; 'ck search experiment' finds them. Without a text it shows what "
       "was said\n"
       "so far.",
       {},
       {"ck note experiment:hello 'measured with the fan at full speed'"},
       note},
  };
}

}  // namespace ck::cli
