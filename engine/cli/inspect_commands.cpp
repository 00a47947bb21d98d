#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/archive_commands.hpp"
#include "cli/archive_json.hpp"
#include "cli/experiment_json.hpp"

namespace ck::cli {
namespace {

void print_diff(Call& call, const experiment::DiffReport& report) {
  TextTable table({{"KIND"}, {"WHAT"}, {"A"}, {"B"}, {""}});
  constexpr std::size_t kShown = 60;
  for (const auto& difference : report.differences) {
    const auto side = [](const std::string& text) {
      return text.empty() ? std::string("-") : shortened(printable(text), kShown);
    };
    table.add_row({std::string(experiment::name_of(difference.area)), printable(difference.what),
                   side(difference.a), side(difference.b), difference.detail});
  }
  if (!table.empty()) call.output.data(table.to_string());
  call.output.say("A: point " + report.a.uid + " of experiment:" + printable(report.a.experiment) +
                  ", B: point " + report.b.uid +
                  " of experiment:" + printable(report.b.experiment));
  call.output.say(std::to_string(report.differences.size()) + " things differ, " +
                  std::to_string(report.same) + " are the same");
}

Result<int> diff(Call& call) {
  CK_TRY(a, place_at(call, 0, "diff"));
  CK_TRY(b, place_at(call, 1, "diff"));
  CK_TRY(report, app::diff(call.session, a, b));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_diff(call, report);
  }
  return 0;
}

/// Of the terminal, or what fits on most.
app::PlotTarget terminal_size() {
  app::PlotTarget target;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    target.columns = std::clamp<int>(size.ws_col, 60, 200);
    target.lines = std::clamp<int>(size.ws_row - 2, 16, 50);
  }
  return target;
}

Result<int> plot(Call& call) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  experiment::PlotRequest request;
  CK_TRY(points, selection_of(call, name));
  request.points = std::move(points);
  request.x = call.line.get("x");
  request.y = call.line.given("y").value_or("wall_time");
  request.z = call.line.get("z");
  request.frontier = call.line.has("pareto");
  request.points.frontier.clear();
  request.title = call.line.get("title");
  const std::string usual = request.x.empty() ? "history" : "scatter";
  CK_TRY(kind, experiment::plot_kind_named(call.line.given("kind").value_or(usual)));
  request.kind = kind;
  app::PlotTarget target = terminal_size();
  target.out = call.line.get("out");
  CK_TRY(report, app::plot(call.session, request, target));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else if (report.file.empty()) {
    call.output.data(report.text);
  } else {
    call.output.data(report.file.string() + "\n");
  }
  return 0;
}

/// What is wrong with columns, and what to do; nothing of sound ones.
std::string columns_text(const Output& output, const store::ColumnReport& columns) {
  if (columns.good()) return {};
  std::string text = output.bad("columns: ");
  if (columns.differing > 0) {
    text += "not what " + std::to_string(columns.differing) + " of " +
            counted(columns.points, "point") + " say; the first is " + columns.point + " of ";
  }
  text += "experiment:" + printable(columns.experiment) + ": " + printable(columns.reason) + "\n";
  return text + "'ck repair experiment:" + printable(columns.experiment) +
         "' makes its columns again from the points\n";
}

/// What was imported again after it was removed has a row of the removed one too.
std::string removed_text(std::int64_t removed) {
  return ", " + std::to_string(removed) + " of them of an earlier removal";
}

std::string notes_text(const Output& output, const store::NoteReport& notes) {
  if (notes.notes + notes.unchained == 0) return {};
  std::string text = counted(notes.notes, "note or later tag", "notes and later tags");
  if (notes.removed > 0) text += removed_text(notes.removed);
  if (notes.unchained > 0) text += ", " + std::to_string(notes.unchained) + " without a record";
  text += notes.broken ? ": " + output.bad("broken") : ": " + output.good("intact");
  text += "\n";
  if (!notes.broken)
    return notes.head.empty() ? text : text + "newest note or later tag " + notes.head + "\n";
  text += "note " + std::to_string(notes.broken->number) +
          " of experiment:" + printable(notes.broken->experiment);
  if (!notes.broken->point.empty()) text += ", point " + printable(notes.broken->point);
  return text + ": " + printable(notes.broken->reason) + "\n";
}

void print_verification(Call& call, const app::RecordsReport& report) {
  const auto& chain = report.chain;
  std::string text = counted(chain.records, "record");
  if (chain.removed > 0) text += removed_text(chain.removed);
  if (chain.unchained > 0) text += ", " + counted(chain.unchained, "point") + " without a record";
  text += chain.broken ? ": " + call.output.bad("broken") : ": " + call.output.good("intact");
  text += "\n";
  if (chain.broken) {
    text += "record " + std::to_string(chain.broken->number) + ", point " + chain.broken->point;
    if (!chain.broken->experiment.empty())
      text += " of experiment:" + printable(chain.broken->experiment);
    text += ": " + printable(chain.broken->reason) + "\n";
  } else if (!chain.head.empty()) {
    text += "newest record " + chain.head + "\n";
  }
  text += columns_text(call.output, chain.columns) + notes_text(call.output, report.notes);
  for (const auto& damaged : report.damaged_outputs)
    text += call.output.bad("damaged: ") + printable(damaged) + "\n";
  for (const auto& one : report.signatures) {
    text += "signed by " + printable(one.signature.signer) + " at " +
            iso_time(one.signature.created_ns) + ": " +
            std::string(experiment::name_of(one.state)) + "\n";
  }
  call.output.data(text);
}

Result<int> sign(Call& call) {
  CK_TRY(place, place_at(call, 0, "sign"));
  if (!place.point.empty()) {
    return fail(Error(ErrorCode::usage, "a signature is for a whole experiment")
                    .hint("ck sign experiment:" + place.experiment + " --key=FILE"));
  }
  if (!call.line.has("key")) {
    return fail(
        Error(ErrorCode::usage, "sign with which key?")
            .hint("ck sign experiment:" + place.experiment + " --key=$HOME/.ssh/id_ed25519"));
  }
  const std::string signer = call.line.given("signer").value_or("unknown");
  CK_TRY(signature, app::sign(call.session, place.experiment, call.line.get("key"), signer));
  if (call.output.json()) {
    call.output.data(json_text(signature));
  } else {
    call.output.data(signature.statement + signature.signature);
  }
  return 0;
}

std::string swap_text(const app::Swap& swap) {
  const auto side = [](const std::string& value) {
    return value.empty() ? std::string("(none)") : printable(value);
  };
  return std::string(app::name_of(swap.kind)) + " " + printable(swap.name) + ": " + side(swap.a) +
         " in A, " + side(swap.b) + " in B";
}

void print_bisect(Call& call, const app::BisectReport& report) {
  const auto& result = report.result;
  std::string text = counted(report.swaps.size(), "difference") + ", " +
                     counted(result.steps.size(), "trial") + ", told by " +
                     printable(report.told_by) + "\n";
  if (!result.cause) {
    call.output.data(text + "none of them matters: with all taken from B it is still like A\n");
    return;
  }
  text += "what matters: " + call.output.strong(swap_text(report.swaps[*result.cause])) + "\n";
  if (!result.beside.empty()) {
    text += "taken from B as well, and without effect alone:\n";
    for (const auto number : result.beside) text += "  " + swap_text(report.swaps[number]) + "\n";
  }
  call.output.data(text);
}

Result<int> bisect(Call& call) {
  app::BisectRequest request;
  CK_TRY(a, place_at(call, 0, "bisect"));
  CK_TRY(b, place_at(call, 1, "bisect"));
  request.a = a;
  request.b = b;
  request.metric = call.line.get("metric");
  constexpr int kMost = 100'000;
  CK_TRY(repetitions, call.line.integer("repetitions", 1, kMost));
  request.repetitions = repetitions.value_or(request.repetitions);
  request.command_line = call.line.typed;
  CK_TRY(report, app::bisect(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_bisect(call, report);
  }
  return 0;
}

Result<int> report(Call& call) {
  CK_TRY(place, place_at(call, 0, "report"));
  const std::string name = call.line.given("template").value_or("ae");
  CK_TRY(report, app::report(call.session, place.experiment, name));
  const auto out = call.line.given("out");
  if (out) CK_CHECK(app::write_text(*out, report.text));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    call.output.data(out ? *out + "\n" : report.text);
  }
  if (!report.missing.empty()) {
    call.output.say("not recorded: " + join(report.missing, ", "));
    call.output.say(call.output.strong("hint: ") + "ck note experiment:" +
                    printable(place.experiment) + " 'abstract: TEXT' says it for the next time");
  }
  return 0;
}

}  // namespace

Result<int> import_results(Call& call) {
  if (call.line.words.size() > 1)
    return fail(ErrorCode::usage, "one file is expected, found also '" + call.line.words[1] + "'");
  CK_TRY(report,
         app::import_benchmarks(call.session, call.line.words.front(), call.line.get("name")));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& experiment : report.experiments) {
    call.output.data("experiment:" + printable(experiment.name) + "  " +
                     counted(experiment.added, "point") + " added, " +
                     std::to_string(experiment.known) + " known\n");
  }
  return 0;
}

/// The experiment named, or nothing for all.
Result<std::string> chosen_experiment(Call& call, const std::string& verb) {
  CK_TRY(name, name_of_kind(call, "experiment"));
  std::string wrong;
  if (call.line.has("tags")) wrong = "--tags chooses environments, not experiments";
  if (name.empty() && !call.line.has("all")) wrong = verb + " which experiment?";
  if (!name.empty() && call.line.has("all")) wrong = "--all and an experiment exclude each other";
  if (wrong.empty()) return std::move(name);
  return fail(Error(ErrorCode::usage, wrong)
                  .hint("ck " + verb + " experiment:NAME, or ck " + verb + " experiment --all"));
}

Result<int> verify_experiments(Call& call) {
  CK_TRY(name, chosen_experiment(call, "verify"));
  CK_TRY(report, app::verify_records(call.session, name, call.line.get("allowed_signers")));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print_verification(call, report);
  }
  return report.good() ? 0 : exit_code(ErrorCode::verification);
}

Result<int> repair_experiments(Call& call) {
  CK_TRY(name, chosen_experiment(call, "repair"));
  CK_TRY(report, app::repair_columns(call.session, name, call.line.has("force")));
  const int code = report.ok() ? 0 : exit_code(ErrorCode::verification);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return code;
  }
  using Outcome = app::ColumnRepairReport::One::Outcome;
  for (const auto& one : report.experiments) {
    std::string text = call.output.good("sound");
    if (one.outcome == Outcome::repaired) text = call.output.good("repaired");
    if (one.outcome == Outcome::broken || one.outcome == Outcome::failed)
      text = call.output.bad("not repaired");
    text += "  experiment:" + printable(one.experiment);
    if (one.outcome == Outcome::repaired) text += ", " + counted(one.points, "point");
    if (!one.reason.empty()) text += ": " + printable(one.reason);
    call.output.data(text + "\n");
  }
  for (const auto& one : report.experiments) {
    if (!one.failure) continue;
    Error error = *one.failure;
    call.output.error(std::move(error).in("experiment:" + printable(one.experiment)));
  }
  return code;
}

std::vector<Command> inspect_commands() {
  return {
      {"diff",
       "tell what differs between two recorded points, causes first",
       {"diff experiment:A[:POINT] experiment:B[:POINT]"},
       "Without POINT: the last one that ended well and is no replay. Code, dependencies, "
       "parameters,\n"
       "inputs, variables and host come in the order of how likely they matter, then outputs and "
       "metrics.",
       {},
       {"ck diff experiment:hello experiment:hello"},
       diff},
      {"bisect",
       "find which difference between two recorded points matters",
       {"bisect experiment:A[:POINT] experiment:B[:POINT] [--metric=NAME] [--repetitions=N]"},
       "Runs A again with half of the differences taken from B, and halves on: 32 differences take "
       "7 trials.\n"
       "Commits of repositories, dependencies, the command, parameters and variables of the run "
       "are swapped.\n"
       "A trial is told by an output that differs, else by the number that changed most, or the "
       "one that\n"
       "--metric names.",
       {{{"metric", "NAME", "the number that tells A from B"},
         {"repetitions", "N", "executions of each trial (default: 3)"}},
        {},
        false},
       {"ck bisect experiment:hello experiment:hello --metric=wall_time"},
       bisect},
      {"plot",
       "draw points of experiments",
       {"plot experiment[:NAME] [--y=METRIC] [--out=FILE.svg|FILE.png]",
        "plot experiment[:NAME] --x=NAME --y=NAME [--pareto]",
        "plot experiment[:NAME] --kind=box|violin|trace|history --y=METRIC [--x=LABEL]",
        "plot experiment[:NAME] --kind=heat --x=PARAMETER --y=PARAMETER --z=METRIC"},
       "Without --out the picture is drawn in the terminal. Marks are medians, bars the middle 80 "
       "% of the\n"
       "samples. Names are those of 'ck ls experiment --where'. Needs gnuplot.",
       {{{"x", "NAME", "to the right"},
         {"y", "NAME", "upwards (default: wall_time)"},
         {"z", "NAME", "as colour"},
         {"kind", "KIND",
          "scatter (default with --x), history (default), box, violin, trace, heat"},
         {"pareto", "", "scatter: the line of points that no other one beats"},
         {"out", "FILE", "write an SVG or PNG file"},
         {"title", "TEXT", "above the picture"},
         {"tags", "A,B", "only experiments that have all these tags"},
         {"where", "CONDITION", "only points for which this holds"},
         {"sort", "NAMES", "the order of boxes; -NAME: the greatest first"},
         {"limit", "N", "at most so many points"}},
        {},
        false},
       {"ck plot experiment:hello", "ck plot experiment:hello --kind=box --out=times.svg"},
       plot},
      {"sign",
       "sign the records of an experiment with an ssh key",
       {"sign experiment:NAME --key=FILE [--signer=WHO]"},
       "The signature is kept beside the records; 'ck verify experiment:NAME' checks it. Signers "
       "that are\n"
       "to be trusted stand in $CK_HOME/allowed_signers, as ssh-keygen(1) describes it.",
       {{{"key", "FILE", "a private key, or a public one whose private half ssh-agent has"},
         {"signer", "WHO", "the name under which others look the key up (default: unknown)"}},
        {},
        false},
       {"ck sign experiment:hello --key=no-such-key"},
       sign},
      {"report",
       "write an appendix for artifact evaluation from the record",
       {"report experiment:NAME [--template=ae|FILE.md] [--out=FILE.md]"},
       "What was not recorded is marked so; a note 'abstract: TEXT' (or algorithm, doi, "
       "code_licenses)\n"
       "fills what no machine can know. A template is Markdown with {{names}}.",
       {{{"template", "NAME", "ae (default), or a file of your own"},
         {"out", "FILE", "write to a file instead of stdout"}},
        {},
        false},
       {"ck report experiment:hello --template=ae"},
       report},
  };
}

}  // namespace ck::cli
