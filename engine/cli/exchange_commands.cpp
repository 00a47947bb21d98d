#include "app/experiments.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"

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

Result<int> export_experiment(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty()) {
    return fail(Error(ErrorCode::usage, "which experiment?")
                    .hint("ck export experiment:NAME --format=ck [--out=FOLDER | --repo=REPO]"));
  }
  if (call.line.get("format") != "ck") {
    return fail(Error(ErrorCode::usage, "in which format?").hint("--format=ck is the only one"));
  }
  if (call.line.has("out") && call.line.has("repo"))
    return fail(ErrorCode::usage, "--out and --repo cannot both be given");
  app::ExportExperimentRequest request{name, call.line.get("repo"), call.line.get("out")};
  CK_TRY(report, app::export_experiment(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    call.output.data("experiment:" + printable(report.experiment) + " (" +
                     std::to_string(report.points) + (report.points == 1 ? " point" : " points") +
                     ") written to " + report.entry.string() + "\n");
  }
  return 0;
}

}  // namespace

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
       "write an experiment in the format of Collective Knowledge",
       {"export experiment:NAME --format=ck [--out=FOLDER | --repo=REPO]"},
       "Imported experiments are written as they were. Ours: metrics become characteristics of "
       "the run,\n"
       "program, command and variables choices, the host features. Nothing is ever overwritten.",
       {{{"format", "FORMAT", "ck: an entry of Collective Knowledge"},
         {"out", "FOLDER", "a new repository with this entry (default: ./NAME)"},
         {"repo", "REPO", "add it to this repository of Collective Knowledge"}},
        {},
        false},
       {"ck export experiment:susan --format=ck --out=susan-results"},
       export_experiment},
  };
}

}  // namespace ck::cli
