#include <algorithm>

#include "app/substitution.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/collective_options.hpp"
#include "cli/command.hpp"
#include "cli/experiment_json.hpp"

namespace ck::cli {
namespace {

std::string verdict_word(const Output& output, const experiment::Comparison& comparison) {
  const std::string word(experiment::name_of(comparison.verdict));
  return experiment::is_reproduced(comparison.verdict) ? output.good(word) : output.bad(word);
}

/// Why each metric agrees or not; metrics of one reason share a line.
std::string reasons_text(const std::vector<experiment::MetricComparison>& metrics) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const auto& metric : metrics) {
    if (metric.reason.empty()) continue;
    auto known = std::ranges::find(reasons, metric.reason,
                                   &std::pair<std::string, std::vector<std::string>>::first);
    if (known == reasons.end()) known = reasons.insert(known, {metric.reason, {}});
    known->second.push_back(printable(metric.key.name));
  }
  std::string text;
  for (const auto& [reason, names] : reasons)
    text += join(names, ", ") + ": " + printable(reason) + "\n";
  return text;
}

/// What the verdict rests on: ", by 2 outputs and 1 metric".
std::string deciders_text(const experiment::Comparison& comparison) {
  const auto metrics =
      std::ranges::count_if(comparison.metrics, &experiment::MetricComparison::decides);
  if (comparison.outputs.empty() && metrics == 0)
    return ", in that it ran: it has no output or metric that decides";
  return ", by " + counted(static_cast<std::int64_t>(comparison.outputs.size()), "output") +
         " and " + counted(metrics, "metric");
}

std::string level_text(experiment::ReplayLevel level) {
  std::string text = "level: " + std::string(experiment::name_of(level));
  switch (level) {
    case experiment::ReplayLevel::same_store:
      return text + " (every recorded environment is here)";
    case experiment::ReplayLevel::rebuilt:
      return text + " (what is not here is made again, as it was recorded)";
    case experiment::ReplayLevel::capsule:
      return text + " (it and all its sources came in a capsule: no network is needed)";
    case experiment::ReplayLevel::substitutions:
      return text + " (something is another thing than recorded)";
    case experiment::ReplayLevel::inspect:
      break;
  }
  return text + " (it cannot be run again; 'ck show' tells what is recorded)";
}

void print_replay(Call& call, const experiment::ReplayReport& report) {
  const auto& comparison = report.comparison;
  TextTable table({{"WHAT"}, {"AGREEMENT"}, {"NOW"}});
  for (const auto& output : comparison.outputs) {
    table.add_row({"output " + printable(output.name),
                   std::string(experiment::name_of(output.agreement)), printable(output.detail)});
  }
  for (const auto& metric : comparison.metrics) {
    const std::string agreement(experiment::name_of(metric.agreement));
    table.add_row({printable(metric.key.name), metric.decides ? agreement : "(" + agreement + ")",
                   printable(metric.detail)});
  }
  std::string text = table.empty() ? "" : table.to_string();
  text += reasons_text(comparison.metrics);
  for (const auto& difference : comparison.environment) {
    text += "not the same: " + printable(difference.what) + ": " + printable(difference.now) +
            " instead of " + printable(difference.recorded) + "\n";
  }
  text += level_text(report.level) + "\n";
  text += "point " + report.now.uid + " replays " + report.recorded.uid +
          " of experiment:" + report.recorded.experiment + ": " +
          verdict_word(call.output, comparison) + deciders_text(comparison) + "\n";
  call.output.data(text);
}

/// What would be done, and what is known to be unequal.
std::string plan_text(const experiment::ReplayPlan& plan) {
  const auto& point = plan.recorded;
  std::string text = "would replay point " + point.uid +
                     " of experiment:" + printable(point.experiment) + ", " +
                     printable(point.subject) + ", " + counted(plan.repetitions, "time") + "\n" +
                     level_text(plan.level) + "\n";
  TextTable table({{"NEEDS"}, {"ENVIRONMENT"}, {""}});
  for (const auto& need : plan.needs)
    table.add_row({printable(need.what), need.id, need.here ? "is here" : "is not here"});
  if (!table.empty()) text += table.to_string();
  for (const auto& difference : plan.unequal) {
    text += "cannot be held equal: " + printable(difference.what) + ": " +
            printable(difference.now) + " instead of " + printable(difference.recorded) + "\n";
  }
  return text;
}

Result<int> dry_run(Call& call, const experiment::ReplayRequest& request,
                    const std::vector<app::Substitution>& substitutions) {
  CK_TRY(plan, app::plan_replay(call.session, request, substitutions));
  call.output.data(call.output.json() ? json_text(plan) : plan_text(plan));
  if (!plan.obstacle) return 0;
  if (!call.output.json()) call.output.error(*plan.obstacle);
  return exit_code(plan.obstacle->code);
}

/// --with KEY=CHOICE, and --with.KEY=CHOICE as often as wanted.
Result<std::vector<app::Substitution>> substitutions_of(const Call& call) {
  std::vector<app::Substitution> substitutions;
  if (const auto one = call.line.given("with")) {
    const auto equals = one->find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(
          Error(ErrorCode::usage, "--with=" + *one + " does not say what to replace by what")
              .hint("for example --with compiler=clang"));
    }
    substitutions.push_back({one->substr(0, equals), one->substr(equals + 1)});
  }
  for (const auto& [what, choice] : prefixed(call.line, "with"))
    substitutions.push_back({what, choice});
  return substitutions;
}

Result<int> replay(Call& call) {
  experiment::ReplayRequest request;
  CK_TRY(name, name_of_kind(call, "experiment"));
  if (name.empty()) {
    return fail(Error(ErrorCode::usage, "which experiment?")
                    .hint("ck replay experiment:NAME; 'ck ls experiment' lists them"));
  }
  request.experiment = name;
  request.point = call.line.get("point");
  constexpr int kMostRepetitions = 1'000'000;
  CK_TRY(repetitions, call.line.integer("repetitions", 1, kMostRepetitions));
  request.repetitions = repetitions;
  CK_TRY(margin, call.line.share("margin"));
  request.margin = margin;
  request.request = call.line.typed;
  request.secrets = prefixed(call.line, "secret");
  request.profile = call.line.get("profile");
  run::PassThrough output;
  if (call.output.verbose()) {
    output = {[&call](std::string_view bytes) { call.output.pass_through(bytes, false); },
              [&call](std::string_view bytes) { call.output.pass_through(bytes, true); }};
  }
  CK_TRY(substitutions, substitutions_of(call));
  if (call.line.has("dry_run")) return dry_run(call, request, substitutions);
  auto ran = substitutions.empty() ? app::replay(call.session, request, output)
                                   : app::replay_with(call.session, request, substitutions, output);
  CK_TRY(report, std::move(ran));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else if (report.failure) {
    return fail(*report.failure);
  } else {
    print_replay(call, report);
  }
  if (report.failure) return exit_code(report.failure->code);
  return experiment::is_reproduced(report.comparison.verdict) ? 0 : exit_code(ErrorCode::differs);
}

}  // namespace

std::vector<Command> replay_commands() {
  return {
      {"replay",
       "rebuild a recorded point, run it again and say whether it reproduced",
       {"replay experiment:NAME [--point=UID] [--repetitions=N] [--margin=SHARE] [--dry_run]",
        "replay experiment:NAME --with KEY=CHOICE [--with.KEY=CHOICE …] [--dry_run]"},
       "Ends with a verdict: reproduced or within tolerance (exit code 0), trend only, "
       "inconclusive or\n"
       "differs (exit code 4). Outputs are compared as the program declares. Measured numbers have "
       "to be\n"
       "shown to be the same but for a margin (90 % interval of the ratio within it): --margin, "
       "else the\n"
       "tolerance that the program declares, else the author's own spread, between the recorded "
       "sessions\n"
       "if there are three, else inside the one. Trend only: better than recorded by more than "
       "that.\n"
       "Inconclusive tells how many more runs would decide. Numbers in brackets have no say: ck's "
       "own,\n"
       "and what was recorded fewer than 5 times.\n"
       "The level tells how near it comes: same store (every recorded environment is here), "
       "rebuilt (made\n"
       "again as recorded), capsule (it and its sources came in one: no network is needed), "
       "substitutions\n"
       "(something is another thing), inspect (it cannot be run again).\n"
       "A benchmark's processors and varied environment are those of the record; what cannot be "
       "held\n"
       "equal is told before the run. Secrets are not recorded: give them again with "
       "--secret.NAME=VALUE.\n"
       "--with replaces a dependency (compiler=clang: one with that tag, or what --dep. takes) or "
       "a\n"
       "parameter; all else stays as it was recorded.",
       {{{"point", "UID", "which point (default: the last one that ended well)"},
         {"repetitions", "N", "how often to run (default: as often as recorded)"},
         {"margin", "SHARE", "how far measured numbers may be off (default: see above)"},
         {"with", "KEY=CHOICE", "another dependency or parameter than recorded"},
         {"profile", "NAME", "the recorded one, of a repository that you trust with it"},
         {"dry_run", "", "tell what would be replayed, at which level and what is unequal"}},
        {"secret", "with"},
        false},
       {"ck replay experiment:hello", "ck replay experiment:hello --dry_run"},
       replay},
  };
}

}  // namespace ck::cli
