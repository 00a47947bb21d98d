#include "app/experiments.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/archive_commands.hpp"
#include "cli/archive_json.hpp"
#include "cli/command.hpp"
#include "cli/experiment_json.hpp"

namespace ck::cli {
namespace {

void tell_problem(Call& call, const Error& problem) {
  std::string line = call.output.bad("warning: ") + printable_lines(problem.message);
  for (const auto& place : problem.context) line += ", in " + printable(place);
  call.output.say(line);
}

void print_import(Call& call, const experiment::ImportReport& report) {
  TextTable table({{"EXPERIMENT"},
                   {"POINTS ADDED", TextTable::Align::right},
                   {"KNOWN", TextTable::Align::right}});
  for (const auto& experiment : report.experiments) {
    table.add_row({printable(experiment.name), std::to_string(experiment.added),
                   std::to_string(experiment.known)});
  }
  if (!table.empty()) call.output.data(table.to_string());
}

Result<int> export_capsule(Call& call, const std::string& name) {
  if (call.line.has("repo")) return fail(ErrorCode::usage, "a capsule is a file: give --out");
  const std::string out = call.line.given("out").value_or(name + ".ckz");
  CK_TRY(report, app::export_capsule(call.session, name, out));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  call.output.data(report.file.string() + "  " + human_bytes(static_cast<double>(report.bytes)) +
                   "\n");
  call.output.say(counted(report.points, "point") + ", " + counted(report.files, "file") + ", " +
                  counted(report.sources, "git source") + ", " +
                  counted(report.repositories, "repository", "repositories"));
  return 0;
}

Result<int> export_experiment(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty()) {
    return fail(Error(ErrorCode::usage, "which experiment?")
                    .hint("ck export experiment:NAME --out=FILE.ckz")
                    .hint("ck export experiment:NAME --format=ck [--out=FOLDER | --repo=REPO]"));
  }
  const std::string format = call.line.get("format");
  const bool capsule = call.line.get("out").ends_with(".ckz") && format.empty();
  if (capsule || format == "capsule") return export_capsule(call, name);
  if (format != "ck") {
    return fail(Error(ErrorCode::usage, "in which format?")
                    .hint("--out=FILE.ckz writes a capsule, which replays elsewhere")
                    .hint("--format=ck an entry of Collective Knowledge"));
  }
  if (call.line.has("out") && call.line.has("repo"))
    return fail(ErrorCode::usage, "--out and --repo cannot both be given");
  app::ExportExperimentRequest request{name, call.line.get("repo"), call.line.get("out")};
  CK_TRY(report, app::export_experiment(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    call.output.data("experiment:" + printable(report.experiment) + " (" +
                     counted(report.points, "point") + ") written to " + report.entry.string() +
                     "\n");
  }
  return 0;
}

}  // namespace

Result<int> import_capsule(Call& call) {
  if (call.line.words.size() > 1)
    return fail(ErrorCode::usage, "one file is expected, found also '" + call.line.words[1] + "'");
  CK_TRY(report, app::import_capsule(call.session, call.line.words.front()));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  call.output.data("experiment:" + printable(report.experiment) + "  " +
                   counted(report.added, "point") + " added, " + std::to_string(report.known) +
                   " known\n");
  for (const auto& one : report.signatures)
    call.output.data("signed by " + printable(one.signature.signer) + "  " +
                     std::string(experiment::name_of(one.state)) + "\n");
  for (const auto& repository : report.repositories)
    call.output.data("repo:" + printable(repository) + "  registered\n");
  for (const auto& repository : report.kept)
    call.output.say("repo:" + printable(repository) + " is here already and stays as it is");
  return 0;
}

Result<int> import_experiments(Call& call) {
  if (call.line.has("path")) {
    return fail(Error(ErrorCode::usage, "--path is for 'ck import repo'")
                    .hint("ck import experiments FOLDER"));
  }
  if (call.line.words.size() < 2) {
    return fail(Error(ErrorCode::usage, "import experiments from where?")
                    .hint("ck import experiments REPO|FOLDER [NAME…] [--tags=TAGS]"));
  }
  app::ImportExperimentsRequest request;
  request.from = call.line.words[1];
  request.names.assign(call.line.words.begin() + 2, call.line.words.end());
  request.tags = model::TagQuery::parse(call.line.get("tags"));
  CK_TRY(report, app::import_experiments(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_import(call, report);
    for (const auto& problem : report.problems) tell_problem(call, problem);
  }
  return report.problems.empty() ? 0 : exit_code(report.problems.front().code);
}

std::vector<Command> exchange_commands() {
  return {
      {"export",
       "write an experiment to a capsule, or in the format of Collective Knowledge",
       {"export experiment:NAME --out=FILE.ckz",
        "export experiment:NAME --format=ck [--out=FOLDER | --repo=REPO]"},
       "A capsule has the records, kept outputs, logs, notes, sources, and repositories at their "
       "commits:\n"
       "after 'ck import FILE.ckz', 'ck replay experiment:NAME --offline' works elsewhere. "
       "Software "
       "of the\n"
       "system (compilers, interpreters) is not in it.\n"
       "Imported experiments are written as they were. Ours: metrics become characteristics of "
       "the run,\n"
       "program, command and variables choices, the host features. Nothing is ever overwritten.",
       {{{"format", "FORMAT", "capsule, or ck: an entry of Collective Knowledge"},
         {"out", "PATH", "the capsule; or a new repository with this entry (default: ./NAME)"},
         {"repo", "REPO", "add it to this repository of Collective Knowledge"}},
        {},
        false},
       {"ck export experiment:hello --out=hello.ckz",
        "ck export experiment:susan --format=ck --out=susan-results"},
       export_experiment},
  };
}

}  // namespace ck::cli
