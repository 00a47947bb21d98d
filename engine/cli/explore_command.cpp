#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "app/explore.hpp"
#include "app/forward.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/collective_options.hpp"
#include "cli/experiment_json.hpp"
#include "cli/measurement_text.hpp"
#include "cli/program_request.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownPlaces = 20;

Result<experiment::SearchRule> rule_of(const Call& call) {
  constexpr int kMostPlaces = 1'000'000;
  constexpr int kMostSamples = 10'000;
  experiment::SearchRule rule;
  CK_TRY(strategy, experiment::strategy_named(call.line.given("strategy").value_or("climb")));
  rule.strategy = strategy;
  CK_TRY(budget, call.line.integer("budget", 1, kMostPlaces));
  CK_TRY(samples, call.line.integer("samples", 1, kMostSamples));
  CK_TRY(seed, call.line.integer("seed", 0, kMostPlaces));
  CK_TRY(margin, call.line.share("margin"));
  rule.budget = static_cast<std::size_t>(budget.value_or(100));
  rule.samples = static_cast<std::size_t>(samples.value_or(3));
  rule.seed = static_cast<std::uint64_t>(seed.value_or(1));
  rule.margin = margin.value_or(rule.margin);
  return rule;
}

Result<app::ExploreRequest> explore_request(Call& call) {
  app::ExploreRequest request;
  CK_TRY(base, request_of(call, {"program"}));
  request.base = std::move(base);
  request.base.preflight = app::RunRequest::Preflight::tell;
  request.base.fix = call.line.has("fix");
  request.base.calibrate = true;
  request.base.sampling.vary_environment = true;
  for (const auto& [name, values] : prefixed(call.line, "param"))
    request.axes.push_back({name, values});
  CK_CHECK(app::refuse_varied_secrets(call.session, request.base, prefixed(call.line, "param")));
  const std::string space = call.line.get("space");
  if (!space.empty() && space != "flags") {
    return fail(Error(ErrorCode::usage, "--space=" + space + " is not known")
                    .hint("--space=flags: the optimisation flags of the compiler"));
  }
  request.flags = space == "flags";
  request.compiler = call.line.get("compiler");
  request.objectives = split(call.line.given("objective").value_or("time"), ',');
  CK_TRY(where, experiment::parse_condition(call.line.get("where")));
  request.where = std::move(where);
  CK_TRY(rule, rule_of(call));
  request.rule = std::move(rule);
  request.prune = call.line.has("prune");
  return request;
}

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

std::string number_text(double number) { return fmt::format("{:.6g}", number); }

std::string space_text(const app::ExploreReport& report) {
  TextTable table({{"AXIS"}, {"VALUES"}});
  for (const auto& [name, values] : report.axes) {
    std::vector<std::string> shown;
    for (const auto& value : values) shown.push_back(value.empty() ? "(none)" : printable(value));
    table.add_row({printable(name), join(shown, ", ")});
  }
  return table.to_string() + number_text(report.places) + " places\n";
}

/// Those on the frontier first, within them the cheapest in the first objective.
std::vector<std::size_t> shown_places(const app::ExploreReport& report) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < report.entries.size(); ++i) {
    if (!report.entries[i].medians.empty()) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const auto& entry = report.entries[i];
    const double first = report.objectives.front().greatest ? -entry.medians[0] : entry.medians[0];
    return std::pair(!entry.on_frontier, first);
  });
  if (order.size() > kShownPlaces) order.resize(kShownPlaces);
  return order;
}

std::string places_text(const app::ExploreReport& report) {
  std::vector<TextTable::Column> columns;
  for (const auto& objective : report.objectives)
    columns.push_back({printable(objective.name), TextTable::Align::right});
  columns.push_back({"FRONTIER", TextTable::Align::right});
  columns.push_back({"POINT"});
  columns.push_back({"VALUES"});
  TextTable table(columns);
  for (const std::size_t i : shown_places(report)) {
    const auto& entry = report.entries[i];
    std::vector<std::string> row;
    for (std::size_t k = 0; k < entry.medians.size(); ++k)
      row.push_back(human_metric(entry.medians[k], report.objectives[k].unit));
    row.push_back(percent(entry.probability));
    row.push_back(entry.point);
    row.push_back(values_text(entry.values));
    table.add_row(std::move(row));
  }
  return table.to_string();
}

/// What it costs to take the base's value instead.
std::string effect_text(const experiment::ChoiceEffect& effect) {
  if (effect.failed_without) return "fails";
  if (effect.needed > 0)
    return "not shown to matter: need about " + counted(effect.needed, "more sample");
  if (!effect.matters) return "no worse";
  const auto& interval = effect.without.interval;
  std::string text = "costs " + percent(effect.without.ratio - 1) + " more";
  if (std::isfinite(interval.low) && std::isfinite(interval.high))
    text += " [" + percent(interval.low - 1) + ", " + percent(interval.high - 1) + "]";
  return text;
}

std::string choices_text(const app::ExploreReport& report) {
  std::string text;
  if (!report.choices.empty()) {
    TextTable table({{"CHOICE"}, {"INSTEAD"}, {"WITHOUT IT"}});
    for (const auto& choice : report.choices) {
      const bool is_flag = choice.axis.starts_with('-');
      table.add_row({printable(is_flag ? choice.value : choice.axis + "=" + choice.value),
                     choice.instead.empty() ? "(none)" : printable(choice.instead),
                     effect_text(choice.effect)});
    }
    text = table.to_string();
  }
  return text +
         "what matters: " + (report.pruned.empty() ? "nothing" : values_text(report.pruned)) + "\n";
}

std::string explore_text(const app::ExploreReport& report, bool pruned) {
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(
      report.entries, [](const auto& entry) { return entry.medians.empty(); }));
  std::string text;
  if (failed < report.entries.size()) text += places_text(report);
  if (pruned && report.best) text += choices_text(report);
  text +=
      std::to_string(report.entries.size()) + " of " + number_text(report.places) + " places tried";
  if (failed > 0) {
    const auto first = std::ranges::find_if(
        report.entries, [](const auto& entry) { return entry.medians.empty(); });
    text +=
        ", " + std::to_string(failed) + " failed (the first: " + printable(first->failure) + ")";
  }
  return text + "; sweep " + report.id + " of experiment:" + report.experiment + "\n";
}

Result<int> explore(Call& call) {
  CK_TRY(request, explore_request(call));
  CK_TRY(report, app::explore(call.session, request, pass_through(call, call.output.verbose())));
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    call.output.data(request.base.dry_run ? space_text(report)
                                          : explore_text(report, request.prune));
  }
  const bool nothing = !request.base.dry_run && !report.best;
  return nothing ? exit_code(ErrorCode::program_failed) : 0;
}

}  // namespace

Command explore_command(const Grammar& program, const std::string& choices) {
  Grammar grammar = program;
  grammar.prefixes.emplace_back("param");
  grammar.options.insert(
      grammar.options.begin(),
      {{"space", "flags", "the optimisation flags that the compiler names"},
       {"compiler", "NAME", "whose flags (default: the one the program is built with, else cc)"},
       {"objective", "A,B", "metrics, or time, size, memory, energy (default: time)"},
       {"where", "CONDITION", "only places that meet it count, as for 'ck ls experiment'"},
       {"strategy", "NAME", "climb (default), random, exhaustive, halving"},
       {"budget", "N", "try at most N places (100)"},
       {"samples", "N", "run each N times (3)"},
       {"margin", "SHARE", "smaller differences do not count (1%)"},
       {"seed", "N", "of what is drawn at random (1)"},
       {"prune", "", "find out which choices of the best place matter"},
       {"fix", "", "set governor and turbo for measuring, and back afterwards (as root)"}});
  return {
      "explore",
      "look for good choices of parameters or compiler flags",
      {"explore program:NAME --param.NAME=A,B,C [--objective=METRIC,…] [--budget=N]",
       "explore program:NAME --space=flags [--objective=time,size] [--prune]"},
      choices +
          "\nEach place is recorded as a point, and known ones of the same code and conditions are "
          "not run again:\n"
          "an interrupted search goes on with the same command; with --rebuild all is measured "
          "anew.\n"
          "Strategies: climb goes from the first values, then from random places, to neighbours "
          "that are shown\n"
          "to be better; halving runs many places once and the better half of them twice as often, "
          "again and\n"
          "again, and drops what is clearly beaten; random and exhaustive are what they say. "
          "Printed first is\n"
          "the frontier: places that no other one beats in all objectives, with the probability "
          "(bootstrap)\n"
          "that measuring again would find them there. --prune measures the best place again, "
          "takes "
          "back one\n"
          "of its choices after the other and tells what it is worth; it matters if the 90 % "
          "interval of the\n"
          "ratio lies beyond --margin. --space=flags sets the program's parameter 'flags'. Flags "
          "that may\n"
          "change results (-ffast-math …) are not explored; --where guards the rest. Programs that "
          "declare\n"
          "how they repeat their work do so at each place, as in 'ck benchmark' and with its "
          "options\n"
          "(--repeat=N, --calibration_time=SECONDS, --skip_calibration). What is measured of a "
          "whole run\n"
          "(wall_time, energy …) then counts by the iteration, for --objective and for --where.",
      grammar,
      {"ck explore program:image-classification --param.model=@all --budget=2 "
       "--dry_run",
       "ck explore program:hello --param.env.LANG=C,C.UTF-8 --strategy=exhaustive --samples=2"},
      explore};
}

}  // namespace ck::cli
