#include "experiment/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "base/strings.hpp"
#include "experiment/archive.hpp"

namespace ck::experiment {
namespace {

const Json& at(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_at(const Json& object, const char* key) {
  const Json& value = at(object, key);
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

/// Text from a record as it may stand in Markdown: no links, no tables, no HTML.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

/// As code; a back-quote would end it.
std::string code(const std::string& text) {
  return "`" + replace_all(printable(text), "`", "'") + "`";
}

std::string listed(const std::set<std::string>& texts) {
  return join(std::vector<std::string>(texts.begin(), texts.end()), ", ");
}

/// One thing that was used, as the lock of a point has it.
struct Used {
  std::string kind;
  std::string name;
  std::string version;
  std::string origin;
  std::string size;
};

std::vector<Used> used_in(const Json& lock) {
  std::vector<Used> all;
  for (const auto& entry : at(lock, "environments")) {
    const Json& environment = at(entry, "environment");
    const Json& component = at(environment, "component");
    const std::string owner = text_at(environment, "owner");
    const bool built = text_at(environment, "origin") == "built";
    all.push_back({text_at(component, "kind"),
                   text_at(component, "name"),
                   text_at(environment, "version"),
                   built           ? "built from its recipe"
                   : owner.empty() ? "found on the machine"
                                   : owner,
                   {}});
  }
  std::ranges::sort(all, [](const Used& a, const Used& b) {
    return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
  });
  return all;
}

std::string table_of(const std::vector<Used>& all, const std::set<std::string>& kinds) {
  std::string text;
  for (const auto& used : all) {
    if (!kinds.contains(used.kind)) continue;
    text += "| " + plain(used.kind + ":" + used.name) + " | " + plain(used.version) + " | " +
            plain(used.origin) + " |\n";
  }
  if (text.empty()) return {};
  return "| Component | Version | From |\n|---|---|---|\n" + text.substr(0, text.size() - 1);
}

std::string names_of(const std::vector<Used>& all, const std::string& kind) {
  std::set<std::string> names;
  for (const auto& used : all) {
    if (used.kind == kind) names.insert(plain(used.name + " " + used.version));
  }
  return listed(names);
}

bool is_compiler(const Used& used) {
  return used.name == "gcc" || used.name == "clang" || used.name.starts_with("compiler");
}

std::string compilers_in(const std::vector<Used>& all) {
  std::set<std::string> names;
  for (const auto& used : all) {
    if (is_compiler(used)) names.insert(plain(used.name + " " + used.version));
  }
  return listed(names);
}

void add_host(ReportFacts& facts, const Json& host) {
  const std::string cpu = text_at(host, "cpu_model");
  if (cpu.empty()) return;
  const std::string threads = text_at(host, "logical_cpus");
  const auto memory = parse_number(text_at(host, "memory_bytes"));
  facts["hardware"] = plain(cpu) + ", " + threads + " logical processors" +
                      (memory ? ", " + human_bytes(*memory) + " of memory" : "");
  std::string table = "| Fact | Recorded |\n|---|---|\n";
  for (const auto* key : {"cpu_model", "architecture", "logical_cpus", "memory_bytes", "microcode",
                          "governor", "turbo", "gpus"}) {
    const std::string value = text_at(host, key);
    if (!value.empty() && value != "[]") table += "| " + plain(key) + " | " + plain(value) + " |\n";
  }
  facts["hardware_table"] = table.substr(0, table.size() - 1);
  facts["runtime"] = plain(text_at(host, "os_id") + ", kernel " + text_at(host, "kernel") + ", " +
                           text_at(host, "libc"));
  const std::string governor = text_at(host, "governor");
  if (!governor.empty()) facts["runtime_state"] = "frequency governor " + plain(governor);
}

void add_repositories(ReportFacts& facts, const Json& lock) {
  std::string access;
  std::string commands;
  bool all_public = true;
  for (const auto& repository : at(lock, "repositories")) {
    const std::string name = text_at(repository, "name");
    const std::string url = text_at(repository, "url");
    const std::string commit = text_at(repository, "commit");
    if (url.empty()) {
      if (name != "core") all_public = false;
      access += "- " + plain(name) + ": " +
                (name == "core" ? "part of ck" : "no address recorded") + "\n";
      continue;
    }
    access += "- " + plain(name) + ": " + code(url) +
              (commit.empty() ? "" : " at commit " + code(commit)) + "\n";
    commands += "    ck pull repo --url=" + shell_quoted(url) +
                (commit.empty() ? "" : " --commit=" + shell_quoted(commit)) + "\n";
    all_public = all_public && (url.starts_with("http") || url.starts_with("git@"));
  }
  if (!access.empty()) facts["access"] = std::string(trim(access));
  if (!access.empty() && all_public) facts["public"] = "by the addresses under *How to access*";
  if (!commands.empty()) facts["installation"] = commands.substr(0, commands.size() - 1);
}

std::string results_table(const std::vector<const store::Point*>& points) {
  constexpr std::size_t kMostRows = 200;
  std::string text =
      "| Point | Subject | Metric | Median | 95 % interval | Executions |\n"
      "|---|---|---|---|---|---|\n";
  std::size_t rows = 0;
  for (const auto* point : points) {
    for (const auto& metric : summarize(*point)) {
      if (++rows > kMostRows)
        return text + "\nLonger than " + std::to_string(kMostRows) +
               " rows: `ck ls experiment:" + point->experiment + " --csv` has all of them.";
      const auto& unit = metric.key.unit;
      text += "| " + point->uid.substr(0, 8) + " | " + plain(point->subject) + " | " +
              plain(metric.key.name) + " | " + plain(human_metric(metric.summary.median, unit)) +
              " | " +
              (metric.summary.count < 2
                   ? std::string("one execution")
                   : plain(human_metric(metric.summary.median_95.low, unit) + " to " +
                           human_metric(metric.summary.median_95.high, unit))) +
              " | " + std::to_string(metric.summary.count) + " |\n";
    }
  }
  return rows == 0 ? std::string() : text.substr(0, text.size() - 1);
}

void add_results(ReportFacts& facts, const std::vector<const store::Point*>& points) {
  std::set<std::string> metrics;
  std::set<std::string> outputs;
  std::set<std::string> programs;
  std::string output_lines;
  std::int64_t wall_ns = 0;
  for (const auto* point : points) {
    programs.insert(plain(point->subject));
    for (const auto& metric : summarize(*point)) metrics.insert(plain(metric.key.name));
    for (const auto& repetition : point->repetitions) wall_ns += repetition.wall_ns;
    if (point->repetitions.empty()) continue;
    for (const auto& output : point->repetitions.front().outputs) {
      const std::string line = "- " + plain(output.name) + " (" + plain(output.path) +
                               "): sha256 " + code(output.sha256) + "\n";
      if (outputs.insert(plain(output.name)).second) output_lines += line;
    }
  }
  facts["programs"] = listed(programs);
  facts["metric_names"] = listed(metrics);
  facts["outputs_short"] = listed(outputs);
  if (!output_lines.empty())
    facts["outputs"] = "Outputs of the first execution:\n\n" + std::string(trim(output_lines));
  if (wall_ns > 0)
    facts["run_time"] = human_duration_ns(static_cast<double>(wall_ns)) + " of execution";
  facts["results"] = results_table(points);
}

void add_ways(ReportFacts& facts, const std::vector<const store::Point*>& points,
              const std::string& experiment, const Json& document) {
  std::set<std::string> requests;
  std::map<std::string, std::set<std::string>> parameters;
  for (const auto* point : points) {
    const auto recorded = document_of(*point);
    if (!recorded) continue;
    const std::string request = text_at(*recorded, "request");
    if (!request.empty()) requests.insert("    " + printable(request));
    const Json& values = at(at(*recorded, "plan"), "parameters");
    if (!values.is_object()) continue;
    for (const auto& [name, value] : values.items())
      parameters[name].insert(code(value.is_string() ? value.get<std::string>() : to_text(value)));
  }
  if (!requests.empty()) {
    facts["workflow"] =
        "As it was recorded:\n\n" +
        join(std::vector<std::string>(requests.begin(), requests.end()), "\n") +
        "\n\nThe same environments again, with a verdict:\n\n    ck replay experiment:" +
        experiment;
  }
  for (const auto& [name, values] : parameters)
    facts["customization"] += "- `--" + replace_all(printable(name), "`", "'") +
                              "=`: recorded with " + listed(values) + "\n";
  facts["execution"] = plain(text_at(at(document, "plan"), "profile"));
  if (!facts["execution"].empty()) facts["execution"] = "profile " + facts["execution"];
}

/// "abstract: We show …" gives the text of that name; all other notes are listed.
void add_notes(ReportFacts& facts, const std::vector<store::Annotation>& annotations) {
  for (const auto& annotation : annotations) {
    if (annotation.kind != store::Annotation::Kind::note) continue;
    const auto colon = annotation.text.find(':');
    const std::string name = to_lower(annotation.text.substr(0, colon));
    const auto fact = facts.find(name);
    // What was recorded stands; a note only says what no machine can know.
    if (colon != std::string::npos && fact != facts.end() && fact->second.empty()) {
      fact->second = plain(std::string(trim(annotation.text.substr(colon + 1))));
    } else {
      facts["notes"] += "- " + plain(annotation.text) + " (" + plain(annotation.author) + ", " +
                        iso_time(annotation.created_ns) + ")\n";
    }
  }
  for (const auto* name : {"notes", "customization"}) facts[name] = std::string(trim(facts[name]));
}

ReportFacts nothing() {
  ReportFacts facts;
  for (const auto* name : {"experiment",
                           "uid",
                           "abstract",
                           "algorithm",
                           "programs",
                           "compilers",
                           "transformations",
                           "binary",
                           "models_short",
                           "datasets_short",
                           "runtime",
                           "hardware",
                           "runtime_state",
                           "execution",
                           "metric_names",
                           "outputs_short",
                           "points",
                           "disk_space",
                           "preparation_time",
                           "run_time",
                           "public",
                           "code_licenses",
                           "data_licenses",
                           "framework",
                           "doi",
                           "access",
                           "hardware_table",
                           "software_table",
                           "datasets",
                           "models",
                           "installation",
                           "workflow",
                           "results",
                           "outputs",
                           "customization",
                           "notes",
                           "recorded",
                           "ck_version"})
    facts[name];
  return facts;
}

}  // namespace

Result<ReportFacts> report_facts(const ExperimentRecords& records) {
  std::vector<const store::Point*> points;
  for (const auto& point : records.points) {
    if (point.state == store::PointState::ok && point.replay_of.empty()) points.push_back(&point);
  }
  if (points.empty()) {
    return fail(ErrorCode::not_found,
                "experiment '" + records.experiment.name + "' has no point that ended well");
  }
  CK_TRY(document, document_of(*points.back()));
  ReportFacts facts = nothing();
  facts["experiment"] = plain(records.experiment.name);
  facts["uid"] = records.experiment.uid;
  facts["ck_version"] = plain(text_at(document, "ck_version"));
  facts["framework"] = "ck " + facts["ck_version"];
  facts["recorded"] =
      iso_time(points.front()->created_ns) + " to " + iso_time(points.back()->created_ns);
  facts["points"] = std::to_string(points.size()) + (points.size() == 1 ? " point" : " points");
  const Json& lock = at(document, "lock");
  const auto used = used_in(lock);
  facts["compilers"] = compilers_in(used);
  facts["software_table"] = table_of(used, {"software", "package", "soft", "program", "script"});
  facts["datasets"] = table_of(used, {"dataset"});
  facts["models"] = table_of(used, {"model"});
  facts["datasets_short"] = names_of(used, "dataset");
  facts["models_short"] = names_of(used, "model");
  add_host(facts, at(document, "host"));
  add_repositories(facts, lock);
  add_results(facts, points);
  add_ways(facts, points, records.experiment.name, document);
  add_notes(facts, records.annotations);
  return facts;
}

Result<Report> fill_template(std::string_view text, const ReportFacts& facts,
                             const std::string& source) {
  Report report;
  while (true) {
    const auto begin = text.find("{{");
    const auto end = text.find("}}", begin == std::string_view::npos ? begin : begin + 2);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    report.text += text.substr(0, begin);
    const std::string name(trim(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 2);
    const auto fact = facts.find(name);
    if (fact == facts.end()) {
      std::vector<std::string> names;
      for (const auto& [known, value] : facts) names.push_back(known);
      Error error(ErrorCode::invalid, "a report has no '{{" + printable(name) + "}}'");
      error.in("template " + source);
      if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
      return fail(std::move(error).hint("there are: " + join(names, ", ")));
    }
    if (fact->second.empty()) report.missing.push_back(name);
    report.text += fact->second.empty() ? "*(not recorded)*" : fact->second;
  }
  report.text += text;
  return report;
}

}  // namespace ck::experiment
