#include "app/programs.hpp"
#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/experiment_json.hpp"
#include "cli/host_options.hpp"
#include "cli/measurement_text.hpp"
#include "cli/plan_text.hpp"
#include "cli/program_request.hpp"
#include "cli/report_json.hpp"
#include "cli/requests.hpp"
#include "cli/trace.hpp"

namespace ck::cli {

Result<app::RunRequest> program_request(Call& call, const std::vector<std::string>& kinds) {
  app::RunRequest request;
  CK_TRY(pattern, pattern_of(call, kinds));
  request.pattern = pattern;
  // With a name, tags describe the record; without one they say which program is meant.
  const auto tags = model::TagQuery::parse(call.line.get("tags"));
  if (pattern.name.empty()) {
    request.tags = tags;
  } else {
    request.tags_of_record = model::Tags(tags.all);
  }
  request.command = call.line.get("cmd_key");
  request.values = call.line.values;
  take_collective_options(app::collective_program_options(), call.line, request.values);
  request.collective = collective_options(call);
  if (const auto source = call.line.given("source")) request.values["source"] = *source;
  request.variables = prefixed(call.line, "env");
  request.secrets = prefixed(call.line, "secret");
  request.pins = prefixed(call.line, "dep");
  request.arguments = call.line.arguments;
  CK_TRY(timeout, call.line.number("timeout", 0));
  request.timeout_seconds = timeout;
  request.profile = call.line.given("profile").value_or(request.profile);
  request.experiment = call.line.get("record_uoa");
  request.rebuild = call.line.has("rebuild");
  request.dry_run = call.line.has("dry_run");
  request.host = host_overrides(call);
  request.why_not = call.line.get("why_not");
  request.command_line = call.line.typed;
  if (!request.experiment.empty() && !model::is_valid_name(request.experiment)) {
    return fail(ErrorCode::usage, "--record_uoa=" + request.experiment +
                                      " is no name: letters, digits and ._-+@ are");
  }
  return request;
}

Grammar program_grammar() {
  Grammar grammar{
      {{"cmd_key", "NAME", "which command of the program"},
       {"record", "", "accepted for CK's sake: every run is recorded"},
       {"record_uoa", "NAME", "the experiment to record in (default: the program's name)"},
       {"tags", "A,B", "tags of the record; without a name: the program with these tags"},
       {"timeout", "SECONDS", "stop the program after this time"},
       {"profile", "NAME", "what steps get and may do: clean (default), host or untrusted"},
       {"rebuild", "", "build the program again although it exists"},
       {"jobs", "N", "processors for builds (default: all)"},
       {"dry_run", "", "print what would be done"},
       host_option(),
       {"source", "FILE", "CK programs: this file instead of the only download, or URL=FILE,…"}},
      collective_prefixes(),
      true};
  for (const char* prefix : {"dep", "secret", "host", "gpu"}) grammar.prefixes.emplace_back(prefix);
  add_collective_options(app::collective_program_options(), "programs", grammar);
  return grammar;
}

Result<app::RunRequest> request_of(Call& call, const std::vector<std::string>& kinds) {
  CK_TRY(locked, locked_use(call));
  CK_TRY(request, program_request(call, kinds));
  request.locked = std::move(locked);
  return std::move(request);
}

run::PassThrough pass_through(Call& call, bool show) {
  if (!show) return {};
  return {[&call](std::string_view bytes) { call.output.pass_through(bytes, false); },
          [&call](std::string_view bytes) { call.output.pass_through(bytes, true); }};
}

Result<int> finish(Call& call, const app::RunReport& report, bool metrics_are_data) {
  if (call.output.json()) {
    call.output.data(json_text(report));
    return report.failure ? exit_code(report.failure->code) : 0;
  }
  if (!report.point) {
    call.output.data(plan_text(report.plan) + run_plan_text(report.run_plan));
    return 0;
  }
  if (report.failure) return fail(*report.failure);
  std::string text = measurement_text(*report.point, report.metrics, columns_of(call.output));
  if (metrics_are_data) {
    call.output.data(text);
  } else if (!text.empty()) {
    text.pop_back();
    call.output.say(text);
  }
  call.output.say("recorded as point " + report.point->uid +
                  " of experiment:" + report.point->experiment);
  return 0;
}

namespace {

Result<int> run(Call& call) {
  CK_TRY(request, request_of(call, {"program"}));
  CK_TRY(report, app::run(call.session, request, pass_through(call, true)));
  CK_CHECK(take_observed(call, report));
  return finish(call, report, false);
}

Result<int> compile(Call& call) {
  CK_TRY(request, request_of(call, {"program"}));
  CK_TRY(report, app::compile(call.session, request));
  CK_CHECK(take_observed(call, report));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else if (report.plan) {
    call.output.data(plan_text(*report.plan));
  } else {
    call.output.data(report.environment.path.string() + "\n");
  }
  return 0;
}

std::string drawn_below(const solve::ConflictNode& node) {
  std::string text;
  for (const auto& line : split(node.drawn(), '\n')) text += "      " + printable(line) + "\n";
  return text;
}

std::string objections_text(const std::string& asked,
                            const std::vector<solve::Objection>& objections) {
  if (objections.empty()) return "nothing like " + printable(asked) + " can be had here\n";
  std::string text;
  for (const auto& one : objections) {
    if (one.key.empty()) {
      text += "there is only " + printable(one.candidate) + ": " + printable(one.reason) + "\n";
      continue;
    }
    text += printable(one.candidate) + (one.chosen ? " is '" : " is not '") + printable(one.key) +
            "'" + (one.scope.empty() ? "" : " of " + printable(one.scope)) + ": " +
            printable(one.reason) + "\n";
    if (one.proof) text += drawn_below(*one.proof);
    if (!one.option.empty()) text += "      it can be had with " + printable(one.option) + "\n";
  }
  return text;
}

Result<int> explain_host(Call& call) {
  CK_TRY(facts, app::host_facts(host_overrides(call)));
  if (call.output.json()) {
    call.output.data(json_text(facts));
    return 0;
  }
  std::string text;
  for (const auto& [name, value] : facts) text += name + " = " + printable(value) + "\n";
  call.output.data(text);
  return 0;
}

Result<int> explain(Call& call) {
  if (call.line.has("host_facts")) return explain_host(call);
  CK_TRY(request, request_of(call, {"program", "package", "dataset", "model"}));
  CK_TRY(report, app::explain(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  if (!request.why_not.empty()) {
    call.output.data(objections_text(request.why_not, report.objections));
    return 0;
  }
  std::string text = report.subject + "\n";
  for (const auto& choice : report.resolution.choices) {
    text += "  " + printable(choice.key) + ": " + printable(choice.candidate) + " (" +
            printable(choice.reason) + ")\n";
    for (const auto& demand : choice.demands) {
      text += "      asked for by " + printable(demand.by) + ": " +
              printable(demand.dependency.text()) + "\n";
    }
    for (const auto& rejection : choice.rejected) {
      text +=
          "      not " + printable(rejection.candidate) + ": " + printable(rejection.reason) + "\n";
    }
  }
  for (const auto& difference : report.differences) {
    text += "  not as locked: " + printable(difference.what) +
            "\n      locked: " + printable(difference.recorded) +
            "\n      here:   " + printable(difference.now) + "\n";
    if (!difference.advice.empty()) text += "      to do:  " + printable(difference.advice) + "\n";
  }
  call.output.data(text);
  return 0;
}

}  // namespace

std::vector<Command> program_commands() {
  const std::string choices =
      "--NAME=value sets a parameter of the program, --env.NAME=value a variable of the run,\n"
      "--secret.NAME=value one whose value is never written down, and --dep.KEY=CHOICE what a\n"
      "dependency resolves to: tags:A,B, KIND:NAME, KIND:NAME@RANGE, env:ID or a version range. "
      "What\n"
      "follows '--' is appended to the program's command.";
  const Grammar grammar = with_locked_options(program_grammar());
  Grammar traced = grammar;
  traced.options.push_back(trace_option());
  const Grammar explained = with_locked_options(
      {{{"tags", "A,B", "the program with these tags"},
        {"profile", "NAME", "the profile to resolve for"},
        {"why_not", "CHOICE", "only: why KIND:NAME, KIND:NAME@RANGE or tags:A,B was not chosen"},
        {"host_facts", "", "only: the facts about this machine (or FILE)"},
        host_option()},
       grammar.prefixes,
       true});
  return {
      {"run",
       "resolve, install, build and run a program, and record it",
       {"run program:NAME [--PARAMETER=value …] [--env.NAME=value …] [-- ARGUMENT …]"},
       choices +
           "\nThe program's output passes through; its numbers are recorded with everything else.\n"
           "With --trace the files that it and its build opened are looked up among what it\n"
           "depends on, repositories and the distribution's packages; what the component does not\n"
           "declare is listed, with what to add to its ck.json.",
       traced,
       {"ck run program:hello", "ck run program:hello --dry_run",
        "ck run program:hello --timeout=10 --quiet", "ck run program:hello --trace"},
       run},
      {"compile",
       "resolve, install and build what a program needs, and the program, without running it",
       {"compile program:NAME [--speed] [--PARAMETER=value …]"},
       "Prints the folder of the build. What is built already is not built again. With --dry_run\n"
       "the steps are printed, and nothing is made. Of a CK program --json tells what CK calls "
       "the\n"
       "characteristics of a compilation: compilation_time, binary_size, obj_size, obj_sizes,\n"
       "program_git_hash and, where $CK_OBJDUMP can disassemble the binary, md5_sum.",
       traced,
       {"ck compile program:hello", "ck compile program:hello --dry_run",
        "ck compile program:hello --rebuild --trace"},
       compile},
      benchmark_command(grammar, choices),
      explore_command(grammar, choices),
      {"explain",
       "tell why each dependency resolves as it does",
       {"explain program:NAME [--PARAMETER=value …] [--dep.KEY=CHOICE …]",
        "explain program:NAME --why_not=CHOICE", "explain --host_facts [--json]"},
       choices + "\n--host=FILE and --host.NAME=VALUE resolve for another machine: FILE is what\n"
                 "'ck explain --host_facts --json' printed there.",
       explained,
       {"ck explain program:hello", "ck explain program:hello --why_not=software:gcc",
        "ck explain program:hello --host.glibc=2.28"},
       explain},
  };
}

}  // namespace ck::cli
