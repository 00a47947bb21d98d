#include "app/bisect.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "app/prepare.hpp"
#include "app/programs.hpp"
#include "app/recorded_choice.hpp"
#include "base/strings.hpp"

namespace ck::app {
namespace {

/// One of the two sides, taken apart into what a run can be asked for.
struct Side {
  store::Point point;
  run::RunPlan plan;
  install::Lock lock;
};

Result<Side> side_of(store::Point point) {
  CK_TRY(plan, experiment::plan_of(point));
  CK_TRY(lock, experiment::lock_of(point));
  return Side{std::move(point), std::move(plan), std::move(lock)};
}

template <typename Values>
void add_swaps(std::vector<Swap>& swaps, Swap::Kind kind, const Values& a, const Values& b) {
  std::map<std::string, Swap> all;
  for (const auto& [name, value] : a) all[name] = {kind, name, value, {}};
  for (const auto& [name, value] : b) {
    auto& swap = all[name];
    swap.kind = kind;
    swap.name = name;
    swap.b = value;
  }
  for (auto& [name, swap] : all) {
    if (swap.a != swap.b) swaps.push_back(std::move(swap));
  }
}

/// Repositories whose commits are known, both.
std::vector<Swap> repository_swaps(const Side& a, const Side& b) {
  std::vector<Swap> swaps;
  for (const auto& one : a.lock.repositories) {
    const auto other =
        std::ranges::find(b.lock.repositories, one.name, &install::LockedRepository::name);
    const bool differs = other != b.lock.repositories.end() && !one.commit.empty() &&
                         !other->commit.empty() && one.commit != other->commit;
    if (differs) swaps.push_back({Swap::Kind::repository, one.name, one.commit, other->commit});
  }
  return swaps;
}

std::vector<Swap> swaps_between(const Side& a, const Side& b, const std::set<std::string>& here) {
  std::vector<Swap> swaps = repository_swaps(a, b);
  std::map<std::string, std::string> dependencies_a;
  std::map<std::string, std::string> dependencies_b;
  for (const auto& [key, id] : a.lock.roots)
    dependencies_a[key] = recorded_choice(a.lock, id, here);
  for (const auto& [key, id] : b.lock.roots)
    dependencies_b[key] = recorded_choice(b.lock, id, here);
  add_swaps(swaps, Swap::Kind::dependency, dependencies_a, dependencies_b);
  if (a.plan.command != b.plan.command)
    swaps.push_back({Swap::Kind::command, "command", a.plan.command, b.plan.command});
  add_swaps(swaps, Swap::Kind::parameter, a.plan.parameters, b.plan.parameters);
  add_swaps(swaps, Swap::Kind::variable, a.plan.variables, b.plan.variables);
  // Paths into environments follow from the dependencies.
  std::erase_if(swaps, [](const Swap& swap) {
    return swap.kind == Swap::Kind::variable && (swap.a.find("/envs/") != std::string::npos ||
                                                 swap.b.find("/envs/") != std::string::npos);
  });
  return swaps;
}

/// What a run is like A or B by.
struct Judge {
  std::string output;  ///< name; empty: the metric decides
  std::string metric;
  std::string a;  ///< hash of the output
  std::string b;
  double median_a = 0;
  double median_b = 0;
};

std::string output_of(const store::Point& point, const std::string& name) {
  if (point.repetitions.empty()) return {};
  for (const auto& output : point.repetitions.front().outputs) {
    if (output.name == name) return output.sha256;
  }
  return {};
}

std::optional<double> median_of(const store::Point& point, const std::string& metric) {
  for (const auto& summary : experiment::summarize(point)) {
    if (summary.key.name == metric) return summary.summary.median;
  }
  return std::nullopt;
}

/// Ratios count for what is positive, as times and sizes are.
double distance(double from, double to) {
  return from > 0 && to > 0 ? std::abs(std::log(to / from)) : std::abs(to - from);
}

Judge judge_by_metric(const Side& a, const Side& b, const std::string& metric) {
  return {{},
          metric,
          {},
          {},
          median_of(a.point, metric).value_or(0),
          median_of(b.point, metric).value_or(0)};
}

Result<Judge> judge_of(const Side& a, const Side& b, const std::string& wanted) {
  if (!wanted.empty()) {
    if (!median_of(a.point, wanted) || !median_of(b.point, wanted))
      return fail(ErrorCode::not_found, "not both points have a metric '" + wanted + "'");
    return judge_by_metric(a, b, wanted);
  }
  for (const auto& output : a.plan.outputs) {
    const auto hash_a = output_of(a.point, output.name);
    const auto hash_b = output_of(b.point, output.name);
    if (!hash_a.empty() && !hash_b.empty() && hash_a != hash_b)
      return Judge{output.name, {}, hash_a, hash_b, 0, 0};
  }
  std::string most;
  double most_distance = 0;
  for (const auto& metric : a.plan.metrics) {
    const auto median_a = median_of(a.point, metric.name);
    const auto median_b = median_of(b.point, metric.name);
    if (!median_a || !median_b || distance(*median_a, *median_b) <= most_distance) continue;
    most = metric.name;
    most_distance = distance(*median_a, *median_b);
  }
  if (most.empty()) {
    return fail(Error(ErrorCode::not_found,
                      "no output and no declared metric differs between the two points")
                    .hint("--metric=NAME names one; 'ck diff' shows all"));
  }
  return judge_by_metric(a, b, most);
}

experiment::Likeness judged(const Judge& judge, const store::Point& point) {
  using experiment::Likeness;
  if (!judge.output.empty()) {
    const auto hash = output_of(point, judge.output);
    if (hash == judge.a) return Likeness::a;
    return hash == judge.b ? Likeness::b : Likeness::neither;
  }
  const auto median = median_of(point, judge.metric);
  if (!median) return Likeness::neither;
  return distance(judge.median_a, *median) <= distance(judge.median_b, *median) ? Likeness::a
                                                                                : Likeness::b;
}

void apply(const Swap& swap, const std::string& value, RunRequest& request) {
  if (value.empty()) return;
  switch (swap.kind) {
    case Swap::Kind::repository:
      for (auto& repository : request.at_commits) {
        if (repository.name == swap.name) repository.commit = value;
      }
      return;
    case Swap::Kind::command:
      request.command = value;
      return;
    case Swap::Kind::parameter:
      request.values[swap.name] = value;
      return;
    case Swap::Kind::variable:
      request.variables.emplace_back(swap.name, value);
      return;
    case Swap::Kind::dependency:
      request.pins.emplace_back(swap.name, value);
      return;
  }
}

/// Those of A, and those that only B has.
std::vector<install::LockedRepository> repositories_of(const Side& a, const Side& b) {
  auto all = a.lock.repositories;
  for (const auto& one : b.lock.repositories) {
    if (std::ranges::find(all, one.name, &install::LockedRepository::name) == all.end())
      all.push_back(one);
  }
  return all;
}

/// A run of A with these swaps taken from B.
Result<RunRequest> request_of(const Side& a, const Side& b, const std::vector<Swap>& swaps,
                              const std::vector<std::size_t>& taken,
                              const std::set<std::string>& here, const BisectRequest& asked) {
  CK_TRY(request, request_as_planned(a.plan));
  request.sampling.repetitions = asked.repetitions;
  request.experiment = a.point.experiment + "-bisect";
  request.command_line = asked.command_line;
  request.at_commits = repositories_of(a, b);
  std::set<std::string> swapped;
  for (std::size_t i = 0; i < swaps.size(); ++i) {
    const bool from_b = std::ranges::find(taken, i) != taken.end();
    if (swaps[i].kind == Swap::Kind::parameter) request.values.erase(swaps[i].name);
    if (swaps[i].kind == Swap::Kind::dependency) swapped.insert(swaps[i].name);
    apply(swaps[i], from_b ? swaps[i].b : swaps[i].a, request);
  }
  // What does not differ stays as it was recorded, whatever is newest today.
  for (const auto& [key, id] : a.lock.roots) {
    if (!swapped.contains(key)) request.pins.emplace_back(key, recorded_choice(a.lock, id, here));
  }
  return request;
}

/// It says nothing about the differences, and what it was may be the user's to mend.
void tell_failed_trial(std::size_t number, const Error& error, EventSink& events) {
  events.on(Warning{"trial " + std::to_string(number) + " failed: " + error.message});
}

}  // namespace

std::string_view name_of(Swap::Kind kind) {
  switch (kind) {
    case Swap::Kind::repository:
      return "repository";
    case Swap::Kind::parameter:
      return "parameter";
    case Swap::Kind::variable:
      return "variable";
    case Swap::Kind::dependency:
      return "dependency";
    case Swap::Kind::command:
      return "command";
  }
  return "parameter";
}

Result<BisectReport> bisect(Session& session, const BisectRequest& asked) {
  CK_TRY(points, diff(session, asked.a, asked.b));
  CK_TRY(a, side_of(std::move(points.a)));
  CK_TRY(b, side_of(std::move(points.b)));
  if (a.plan.subject != b.plan.subject) {
    return fail(ErrorCode::conflict, "A ran " + a.plan.subject + " and B " + b.plan.subject +
                                         ": there is nothing between them");
  }
  if (!a.plan.surroundings.empty()) {
    return fail(
        Error(ErrorCode::unsupported,
              a.plan.subject + " is of Collective Knowledge: only programs in our own format "
                               "are run with one difference swapped at a time")
            .hint("'ck diff' lists what differs, and 'ck replay experiment:" + a.point.experiment +
                  " --with KEY=CHOICE' tries one of them"));
  }
  CK_TRY(store, session.store());
  CK_TRY(environments, store->environments());
  std::set<std::string> here;
  for (const auto& environment : environments) here.insert(environment.id);
  BisectReport report;
  report.a = a.point.uid;
  report.b = b.point.uid;
  report.swaps = swaps_between(a, b, here);
  if (report.swaps.empty()) {
    return fail(
        Error(
            ErrorCode::conflict,
            "no commit, parameter, variable or dependency differs, and nothing else can be swapped")
            .hint("'ck diff' lists what differs"));
  }
  CK_TRY(judge, judge_of(a, b, asked.metric));
  for (const auto* side : {&a, &b}) CK_CHECK(check_commits(session, side->lock.repositories));
  report.told_by = judge.output.empty() ? "metric " + judge.metric : "output " + judge.output;
  const experiment::Trial trial =
      [&](const std::vector<std::size_t>& taken) -> Result<experiment::Likeness> {
    CK_TRY(request, request_of(a, b, report.swaps, taken, here, asked));
    auto ran = run(session, request, {});
    if (!ran) {
      // A combination that cannot be resolved or built says nothing; being interrupted does.
      const auto code = ran.error().code;
      if (code == ErrorCode::interrupted || code == ErrorCode::io || code == ErrorCode::internal)
        return fail(std::move(ran.error()));
      tell_failed_trial(report.trials.size() + 1, ran.error(), session.events());
      report.trials.emplace_back();
      return experiment::Likeness::neither;
    }
    if (ran->failure) {
      if (ran->failure->code == ErrorCode::interrupted) return fail(std::move(*ran->failure));
      tell_failed_trial(report.trials.size() + 1, *ran->failure, session.events());
    }
    report.trials.push_back(ran->point ? ran->point->uid : std::string());
    if (ran->failure || !ran->point) return experiment::Likeness::neither;
    return judged(judge, *ran->point);
  };
  CK_TRY(result, experiment::bisect(report.swaps.size(), trial));
  report.result = std::move(result);
  return report;
}

}  // namespace ck::app
