#include <fmt/format.h>

#include <algorithm>

#include "app/autotune.hpp"
#include "app/forward.hpp"
#include "app/sweep.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/collective_options.hpp"
#include "cli/experiment_json.hpp"
#include "cli/measurement_text.hpp"
#include "cli/program_request.hpp"

namespace ck::cli {
namespace {

/// "2,5": processors by number, those that this process may use.
Result<std::vector<unsigned>> processors_of(const Call& call) {
  const auto allowed = app::allowed_processors();
  if (const auto text = call.line.given("cpus")) {
    std::vector<unsigned> chosen;
    for (const auto& word : split(*text, ',')) {
      const auto number = parse_integer(word);
      const bool there =
          number && *number >= 0 &&
          std::ranges::find(allowed, static_cast<unsigned>(*number)) != allowed.end();
      if (!there) {
        std::vector<std::string> names;
        for (const unsigned cpu : allowed) names.push_back(std::to_string(cpu));
        return fail(Error(ErrorCode::usage, "--cpus=" + *text + ": '" + word + "' is no processor")
                        .hint("there are " + join(names, ",")));
      }
      chosen.push_back(static_cast<unsigned>(*number));
    }
    return chosen;
  }
  // The last one: interrupts and the system's own work prefer the first.
  if (call.line.has("pin") && !allowed.empty()) return std::vector{allowed.back()};
  return std::vector<unsigned>();
}

Result<experiment::Sampling> sampling_of(const Call& call) {
  constexpr int kMostRepetitions = 1'000'000;
  constexpr double kPrecision = 0.01;
  experiment::Sampling sampling;
  CK_TRY(repetitions, call.line.integer("repetitions", 1, kMostRepetitions));
  CK_TRY(precision, call.line.share("precision"));
  CK_TRY(budget, call.line.number("time_budget", 0));
  if (repetitions && (precision || budget)) {
    return fail(Error(ErrorCode::usage, "--repetitions says exactly how often to run")
                    .hint("--precision and --time_budget let it be found out: leave one out"));
  }
  sampling.repetitions = repetitions.value_or(1);
  if (!repetitions) sampling.precision = precision.value_or(kPrecision);
  sampling.budget_seconds = budget.value_or(sampling.budget_seconds);
  CK_TRY(processors, processors_of(call));
  sampling.cpus = std::move(processors);
  sampling.vary_environment = !call.line.has("fixed_environment");
  sampling.counters = true;
  sampling.metric = call.line.get("metric");
  return sampling;
}

Result<app::RunRequest> benchmark_request(Call& call) {
  CK_TRY(request, request_of(call, {"program"}));
  CK_TRY(sampling, sampling_of(call));
  request.sampling = std::move(sampling);
  request.preflight = app::RunRequest::Preflight::tell;
  request.first_command = true;  // as `ck benchmark --quiet` always did
  request.fix = call.line.has("fix");
  request.calibrate = true;
  return std::move(request);
}

bool sweeps(const Call& call) {
  return !prefixed(call.line, "param").empty() || call.line.has("autotune");
}

Result<app::SweepRequest> sweep_request(Call& call) {
  app::SweepRequest request;
  CK_TRY(base, benchmark_request(call));
  request.base = std::move(base);
  for (const auto& [name, values] : prefixed(call.line, "param"))
    request.axes.push_back({name, values});
  if (const auto groups = call.line.given("zip")) {
    for (const auto& names : split(*groups, ';')) request.zip.push_back(split(names, ','));
  }
  if (const auto file = call.line.given("autotune")) {
    if (!request.axes.empty())
      return fail(ErrorCode::usage, "--autotune and --param. both say what is to be varied");
    CK_TRY(description, app::read_autotune(*file));
    for (const auto& note : description.notes) call.output.say(note);
    request.points = std::move(description.points);
  }
  CK_CHECK(app::refuse_varied_secrets(call.session, request.base, prefixed(call.line, "param")));
  // Every point is of the same names.
  if (!request.points.empty())
    CK_CHECK(app::refuse_varied_secrets(call.session, request.base, request.points.front()));
  return request;
}

/// The variants of options that were given several times.
Result<app::CompareRequest> repeated_variants(Call& call) {
  app::CompareRequest request;
  CK_TRY(lines, call.line.variants());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Call variant{lines[i], call.session, call.output};
    CK_TRY(one, benchmark_request(variant));
    request.variants.push_back(std::move(one));
    request.labels.push_back(call.line.variant_label(i));
  }
  return request;
}

Result<app::CompareRequest> variants_of(Call& call) {
  const bool repeated = !call.line.repeated.empty();
  if (repeated && sweeps(call)) {
    return fail(Error(ErrorCode::usage,
                      "--compare takes its variants from options given twice or from --param.")
                    .hint("write the first as --param. too: --param.env.BATCH_SIZE=1,8"));
  }
  if (repeated) return repeated_variants(call);
  if (!sweeps(call)) {
    return fail(Error(ErrorCode::usage, "--compare needs an option that is given twice or more")
                    .hint("for example --compare --env.BATCH_SIZE=1 --env.BATCH_SIZE=8")
                    .hint("or --compare --param.env.BATCH_SIZE=1,2,4,8"));
  }
  CK_TRY(request, sweep_request(call));
  return app::swept_variants(call.session, request);
}

Result<app::CompareRequest> compare_request(Call& call) {
  constexpr double kBudgetSeconds = 300;
  if (call.line.has("repetitions")) {
    return fail(Error(ErrorCode::usage, "--compare finds out how often to run")
                    .hint("--time_budget=SECONDS bounds it"));
  }
  CK_TRY(request, variants_of(call));
  CK_TRY(margin, call.line.share("margin"));
  request.margin = margin.value_or(request.margin);
  request.metric = call.line.get("metric");
  if (!call.line.has("time_budget")) {
    for (auto& variant : request.variants) variant.sampling.budget_seconds = kBudgetSeconds;
  }
  return std::move(request);
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

/// How many of several comparisons stand.
std::string family_text(const std::vector<experiment::VersusResult>& results) {
  if (results.size() < 2) return {};
  const auto standing = std::ranges::count_if(results, &experiment::VersusResult::called_different);
  return fmt::format(
      "{} comparisons, {} called different, of which at most {} are expected to be so by chance "
      "(Benjamini-Hochberg)\n",
      results.size(), standing, percent(measure::kFalseDiscoveryRate));
}

/// What may decide where the time on the clock does not.
std::optional<std::string> advice(const experiment::VersusOutcome& outcome) {
  const bool undecided = std::ranges::any_of(outcome.results, [](const auto& result) {
    return result.metric == "wall_time" &&
           (result.comparison.judgement == measure::Judgement::inconclusive ||
            result.comparison.judgement == measure::Judgement::disturbed);
  });
  if (!undecided) return std::nullopt;
  return "other programs disturb cpu_time less: --metric=cpu_time (for programs that compute)";
}

Result<int> compare_variants(Call& call) {
  CK_TRY(request, compare_request(call));
  if (call.line.has("dry_run")) {
    for (const auto& variant : request.variants) {
      CK_TRY(report, app::run(call.session, variant, {}));
      CK_CHECK(finish(call, report, true));
    }
    return 0;
  }
  CK_TRY(report,
         app::compare_variants(call.session, request, pass_through(call, call.output.verbose())));
  const auto& outcome = report.outcome;
  if (call.output.json()) {
    call.output.data(json_text(report));
    return outcome.failure ? exit_code(outcome.failure->code) : 0;
  }
  if (outcome.failure) return fail(*outcome.failure);
  std::string text;
  for (const auto& result : outcome.results) text += printable(experiment::text_of(result)) + "\n";
  text += family_text(outcome.results);
  call.output.data(text);
  if (const auto hint = advice(outcome)) call.output.say(call.output.strong("hint: ") + *hint);
  for (const auto& point : outcome.points)
    call.output.say("recorded as point " + point.uid + " of experiment:" + report.experiment);
  return 0;
}

/// What a point of a sweep gave, in a few words.
std::string entry_text(const app::SweepReport::Entry& entry) {
  if (entry.failure) return "failed: " + printable(entry.failure->message);
  if (!entry.point) return "to be run";
  const auto metrics = experiment::summarize(*entry.point);
  const auto sampling = experiment::sampling_of(*entry.point);
  const std::string primary = sampling && !sampling->result.metric.empty()
                                  ? sampling->result.metric
                                  : experiment::primary_metric(entry.point->keys);
  for (const auto& metric : metrics) {
    if (metric.key.name != primary) continue;
    const auto& interval = metric.description.median_95;
    return printable(primary) + " " + human_metric(metric.description.median, metric.key.unit) +
           " [" + human_metric(interval.low, metric.key.unit) + ", " +
           human_metric(interval.high, metric.key.unit) + "]";
  }
  return "no " + printable(primary);
}

/// "about 20 s, at most 3 min".
std::string cost_text(const app::SweepReport& report) {
  const auto points = static_cast<double>(report.missing());
  std::vector<std::string> parts;
  if (report.seconds_per_point)
    parts.push_back("about " + human_duration_ns(1e9 * points * *report.seconds_per_point));
  if (report.most_seconds_per_point)
    parts.push_back("at most " + human_duration_ns(1e9 * points * *report.most_seconds_per_point));
  if (parts.empty()) return "; how long one takes is not recorded yet";
  return ", " + join(parts, ", ") + " without builds";
}

std::string sweep_text(const app::SweepReport& report) {
  TextTable table({{"VALUES"}, {"POINT"}, {"RESULT"}});
  for (const auto& entry : report.entries) {
    table.add_row({values_text(entry.values),
                   entry.point ? entry.point->uid + (entry.known ? " (was there)" : "") : "",
                   entry_text(entry)});
  }
  const std::size_t missing = report.missing();
  const auto failed = std::ranges::count_if(
      report.entries, [](const auto& entry) { return entry.failure.has_value(); });
  std::string text =
      table.to_string() + "sweep " + report.id + " of experiment:" + report.experiment + ": " +
      counted(report.entries.size(), "point") + ", " + std::to_string(missing) + " to be run";
  if (missing > 0) text += cost_text(report);
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  return text + "\n";
}

Result<int> sweep(Call& call) {
  CK_TRY(request, sweep_request(call));
  CK_TRY(report, app::sweep(call.session, request, pass_through(call, call.output.verbose())));
  call.output.data(call.output.json() ? json_text(report) : sweep_text(report));
  const bool failed = std::ranges::any_of(
      report.entries, [](const auto& entry) { return entry.failure.has_value(); });
  return failed ? exit_code(ErrorCode::program_failed) : 0;
}

Result<int> benchmark(Call& call) {
  if (call.line.has("compare")) return compare_variants(call);
  if (sweeps(call)) return sweep(call);
  CK_TRY(request, benchmark_request(call));
  CK_TRY(report, app::run(call.session, request, pass_through(call, call.output.verbose())));
  return finish(call, report, true);
}

}  // namespace

Command benchmark_command(const Grammar& program, const std::string& choices) {
  Grammar repeated = program;
  repeated.repeatable_with = "compare";
  repeated.collected = {"zip"};
  repeated.prefixes.emplace_back("param");
  repeated.options.insert(
      repeated.options.begin(),
      {{"repetitions", "N", "run exactly N times (default: until the numbers are precise)"},
       {"precision", "SHARE", "how narrow: half of the 95 % interval over the median (1%)"},
       {"time_budget", "SECONDS", "stop when it takes longer, precise or not (60)"},
       {"compare", "", "measure the variants that options given twice make, interleaved"},
       {"margin", "SHARE", "with --compare: ratios nearer to 1 do not matter (1%)"},
       {"metric", "NAME", "what decides, such as cpu_time (default: the first of performance)"},
       {"zip", "A,B", "these --param. step together instead of being crossed; once a group"},
       {"autotune", "FILE", "the points that a description for CK's autotuner asks for"},
       {"pin", "", "run on one processor only"},
       {"cpus", "A,B", "run on these processors only"},
       {"fixed_environment", "", "do not vary the size of the environment between runs"},
       {"fix", "", "set governor and turbo for measuring, and back afterwards (as root)"}});
  return {
      "benchmark",
      "run a program repeatedly and summarise its numbers",
      {"benchmark program:NAME [--precision=SHARE] [--time_budget=SECONDS] [--PARAMETER=value …]",
       "benchmark program:NAME --repetitions=N [--PARAMETER=value …]",
       "benchmark program:NAME --compare --OPTION=A --OPTION=B [--margin=SHARE]",
       "benchmark program:NAME --compare --param.NAME=A,B,C [--margin=SHARE]",
       "benchmark program:NAME --param.NAME=A,B,C [--param.env.NAME=1..8] [--zip=A,B] "
       "[--dry_run]"},
      choices +
          "\nTells first what disturbs the machine. Then each run is a process of its own, with "
          "another size of\n"
          "the environment each time, until the median of the program's first performance metric "
          "(else of\n"
          "wall_time) is known to --precision, or --time_budget is used up, which is then said. "
          "Every run is\n"
          "kept; a warm-up is found as a change of level and not counted. Printed are median, "
          "95 % interval\n"
          "(bootstrap: nothing is assumed), with --verbose mean, MAD (median absolute deviation) "
          "and P95,\n"
          "several modes if there are any, and outliers with their cause where one is visible.\n"
          "--compare runs two or more variants in blocks of random ABBA order, the first one "
          "again "
          "beside them\n"
          "as a guard, and tells the ratio of the others to the first with its 95 % interval and "
          "a "
          "verdict:\n"
          "faster or slower (beyond --margin, in both halves, and the guard's ratio holds 1), no "
          "difference\n"
          "shown (within it), or inconclusive and how much is missing (--time_budget, 300 s). "
          "With three\n"
          "variants or more, or with --param. (the first combination is the base), a difference "
          "stands only if\n"
          "its p, adjusted for their number, is 5 % at most (false discovery rate, "
          "Benjamini-Hochberg).\n"
          "--param. runs every combination, each a point: of a parameter (@all: all its choices), "
          "env.NAME or\n"
          "dep.KEY; lists and ranges (1..8, 1..9:2, 1..64:*2, 0.1..0.5:0.1). What is recorded "
          "already by what\n"
          "would run now, under these conditions and often enough, is not run again, so that an "
          "interrupted\n"
          "sweep goes on; with --rebuild all is. --dry_run tells the points and about how long "
          "they take.\n"
          "With --locked all points are checked against the lock before the first runs.\n"
          "--autotune=FILE (or @FILE, as in CK) takes them from choices_order and "
          "choices_selection.\n"
          "Programs that declare how they repeat their work (\"repeat\" in ck.json, CT_REPEAT_MAIN "
          "in CK's) do so\n"
          "until a run takes long enough for the clock; the time of one iteration is told too. "
          "--repeat=N,\n"
          "--calibration_time=SECONDS and --skip_calibration say otherwise.",
      repeated,
      {"ck benchmark program:hello --precision=5% --time_budget=5",
       "ck benchmark program:hello --repetitions=5 --record_uoa=hello-times --tags=demo",
       "ck benchmark program:hello --compare --timeout=10 --timeout=20 --time_budget=5",
       "ck benchmark program:hello --compare --param.env.NAME=a,b,c --time_budget=5",
       "ck benchmark program:image-classification --param.model=@all --param.env.BATCH_SIZE=1,8 "
       "--dry_run"},
      benchmark};
}

}  // namespace ck::cli
