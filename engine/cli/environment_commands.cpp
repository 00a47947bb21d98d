#include "app/environments.hpp"

#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/collective_options.hpp"
#include "cli/command.hpp"
#include "cli/host_options.hpp"
#include "cli/plan_text.hpp"
#include "cli/report_json.hpp"
#include "cli/requests.hpp"
#include "cli/search_options.hpp"
#include "cli/trace.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownId = 12;

Result<app::EnvironmentQuery> query_of(Call& call) {
  CK_TRY(name, name_of_kind(call, "env"));
  return app::EnvironmentQuery{name, model::TagQuery::parse(call.line.get("tags"))};
}

void print_environments(Call& call, const app::EnvironmentsReport& report) {
  TextTable table(
      {{"ID"}, {"COMPONENT"}, {"VERSION"}, {"SIZE", TextTable::Align::right}, {"TAGS"}, {"PATH"}});
  for (const auto& environment : report.environments) {
    const auto& record = environment.record;
    const bool built = record.origin == store::EnvironmentRecord::Origin::built;
    table.add_row({record.id.substr(0, kShownId), printable(record.component.text()),
                   printable(record.version),
                   built ? human_bytes(static_cast<double>(record.size_bytes)) : "detected",
                   printable(record.tags.text()), built ? environment.path.string() : record.file});
  }
  if (!table.empty()) call.output.data(table.to_string());
}

Result<int> locate(Call& call) {
  CK_TRY(query, query_of(call));
  CK_TRY(report, app::locate_environments(call.session, query));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& environment : report.environments)
    call.output.data(environment.path.string() + "\n");
  return 0;
}

Result<int> detect(Call& call) {
  app::DetectRequest request;
  CK_TRY(pattern, pattern_of(call, {"software", "soft"}));
  request.pattern = pattern;
  request.tags = model::TagQuery::parse(call.line.get("tags"));
  request.full_path = call.line.get("full_path");
  request.collective = collective_options(call);
  request.profile = call.line.given("profile").value_or(request.profile);
  if (pattern.name.empty() && request.tags.empty() && call.line.words.empty()) {
    return fail(Error(ErrorCode::usage, "nothing says what to detect")
                    .hint("ck detect software:NAME, ck detect software --tags=A,B, or ck detect "
                          "software for all"));
  }
  CK_TRY(report, app::detect(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  TextTable table({{"ID"}, {"SOFTWARE"}, {"VERSION"}, {"FILE"}, {"PACKAGE"}});
  for (const auto& [component, detection, others] : report.software) {
    for (const auto& environment : detection.found) {
      const auto& record = environment.record;
      table.add_row({record.id.substr(0, kShownId), printable(component.id.text()), record.version,
                     printable(record.file), record.owner});
    }
    for (const auto& other : others)
      call.output.say("not taken: " + printable(other.file) + ": " + printable(other.reason));
    // What was not taken matters when nothing was; the rest is for --verbose.
    if (!detection.found.empty() && !call.output.verbose()) continue;
    for (const auto& miss : detection.missed) {
      call.output.say("not taken: " + printable(miss.file) + ": " + printable(miss.reason));
    }
  }
  if (!table.empty()) call.output.data(table.to_string());
  return 0;
}

}  // namespace

Result<app::InstallRequest> installation_request(Call& call) {
  app::InstallRequest request;
  CK_TRY(pattern, pattern_of(call, {"package", "dataset", "model"}));
  request.pattern = pattern;
  request.tags = model::TagQuery::parse(call.line.get("tags"), call.line.get("no_tags"));
  request.values = call.line.values;
  take_collective_options(app::collective_package_options(), call.line, request.values);
  request.values.erase("reinstall");  // means the same for packages of ours
  if (const auto variations = call.line.given("variation"))
    request.variations = split(*variations, ',');
  CK_TRY(version, model::VersionRange::parse(call.line.get("version")));
  request.version = version;
  request.pins = prefixed(call.line, "dep");
  request.profile = call.line.given("profile").value_or(request.profile);
  request.rebuild = call.line.has("rebuild") || call.line.has("reinstall");
  request.dry_run = call.line.has("dry_run");
  request.host = host_overrides(call);
  request.collective = collective_options(call);
  request.secrets = prefixed(call.line, "secret");
  return request;
}

Grammar installation_grammar() {
  Grammar grammar{
      {{"tags", "A,B", "the one package, dataset or model with these tags"},
       {"no_tags", "C,D", "none of these tags"},
       {"version", "RANGE", "for example '>=1.2,<2'"},
       {"variation", "A,B", "variations by name"},
       {"profile", "NAME", "what steps get and may do: clean (default), host or untrusted"},
       {"rebuild", "", "build it again although it exists"},
       {"jobs", "N", "processors for builds (default: all)"},
       {"dry_run", "", "print what would be done"},
       host_option(),
       {"source", "FILE", "CK packages: this file instead of the download, or URL=FILE,…"},
       {"extra_tags", "A,B", "CK packages: more tags for the environment"},
       {"force_version", "VERSION", "CK packages: this version"}},
      collective_prefixes(),
      true};
  for (const char* prefix : {"dep", "secret", "host", "gpu"}) grammar.prefixes.emplace_back(prefix);
  add_collective_options(app::collective_package_options(), "packages", grammar);
  return grammar;
}

namespace {

Result<int> install(Call& call) {
  CK_TRY(locked, locked_use(call));
  CK_TRY(request, installation_request(call));
  request.locked = std::move(locked);
  CK_TRY(report, app::install(call.session, request));
  CK_CHECK(take_observed(call, report));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else if (request.dry_run) {
    call.output.data(plan_text(report.plan));
  } else {
    call.output.data(report.path.string() + "\n");
  }
  return 0;
}

Result<int> show_log(Call& call, const app::EnvironmentQuery& query) {
  CK_TRY(report, app::log_of(call.session, query));
  call.output.data(call.output.json() ? json_text(report) : printable_lines(report.text));
  return 0;
}

}  // namespace

Result<int> show_environments(Call& call) {
  CK_TRY(query, query_of(call));
  if (call.line.has("log")) return show_log(call, query);
  CK_TRY(report, query.id.empty() ? app::show_environments(call.session, query)
                                  : app::locate_environments(call.session, query));
  CK_TRY(part, part_of(call));
  keep_part(part, report.environments);
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_environments(call, report);
  }
  return 0;
}

Result<int> search_environments(Call& call) {
  CK_TRY(query, query_of(call));
  query.tags = model::TagQuery::parse(call.line.get("tags"), call.line.get("no_tags"));
  CK_TRY(part, part_of(call));
  CK_TRY(report, app::show_environments(call.session, query));
  auto& found = report.environments;
  keep_part(part, found);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& environment : found)
    call.output.data("env:" + environment.record.id.substr(0, kShownId) + "\n");
  return 0;
}

Result<int> remove_environments(Call& call) {
  CK_TRY(query, query_of(call));
  CK_TRY(report, app::remove_environments(call.session, query, call.line.has("force")));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& environment : report.environments) {
    call.output.data("removed env:" + environment.record.id.substr(0, kShownId) + " (" +
                     printable(environment.record.component.text()) + ")\n");
  }
  return 0;
}

std::vector<Command> environment_commands() {
  Grammar installing = installation_grammar();
  installing.options.push_back(trace_option());
  return {
      {"detect",
       "recognise software that is installed on this machine",
       {"detect software[:NAME] [--tags=A,B] [--full_path=FILE]"},
       "Looks only where the component says, and executes only the command it declares. 'soft' "
       "means CK's\n"
       "entries and ours.",
       {{{"tags", "A,B", "all software with these tags"},
         {"full_path", "FILE", "look at this file only"},
         {"search_dirs", "A,B", "CK's soft: more folders to look in"},
         {"extra_tags", "A,B", "CK's soft: more tags for the environment"},
         {"force_version", "VERSION", "CK's soft: do not ask for the version"},
         {"profile", "NAME", "CK's soft: what hooks and commands get (default: clean)"}},
        collective_prefixes(),
        false},
       {"ck detect software:gcc", "ck detect soft --tags=compiler"},
       detect},
      {"install",
       "obtain and build a package, dataset or model into an environment",
       {"install package:NAME [--PARAMETER=value …]", "install package --tags=A,B",
        "install model:NAME"},
       "Prints the environment's folder. What exists already is not built again. With --trace the\n"
       "files that a build opened and its recipe does not declare are listed.",
       with_locked_options(installing),
       {"ck install package:onnx-lite", "ck install package --tags=dataset,digits --dry_run"},
       install},
      {"locate",
       "print the folders of environments",
       {"locate env --tags=A,B", "locate env:ID"},
       "Fails when there is none.",
       {{{"tags", "A,B", "only those that have all these tags"}}, {}, false},
       {"ck locate env --tags=dataset,digits"},
       locate},
  };
}

}  // namespace ck::cli
