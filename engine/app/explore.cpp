#include "app/explore.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/archive.hpp"
#include "app/flag_space.hpp"
#include "app/known_points.hpp"
#include "app/machine.hpp"
#include "app/per_iteration.hpp"
#include "app/prepare.hpp"
#include "base/strings.hpp"
#include "experiment/measured.hpp"
#include "measure/frontier.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kResamples = 200;
/// Costs are logarithms: zero (an accuracy of nothing, a time below the clock) is far away, but
/// somewhere.
constexpr double kLeast = 1e-12;

/// The place in the list of keys that an objective's name means.
std::optional<std::size_t> key_of(const std::string& name,
                                  const std::vector<store::MetricKey>& keys) {
  const auto place = [&](auto&& fits) -> std::optional<std::size_t> {
    const auto found = std::ranges::find_if(keys, fits);
    if (found == keys.end()) return std::nullopt;
    return static_cast<std::size_t>(found - keys.begin());
  };
  if (const auto exact = place([&](const auto& key) { return key.name == name; })) return exact;
  if (name == "time") {
    const std::string primary = experiment::primary_metric(keys);
    return place([&](const auto& key) { return key.name == primary; });
  }
  if (name == "size" || name == "memory" || name == "energy")
    return place([&](const auto& key) { return key.role == name; });
  return std::nullopt;
}

Result<ExploreObjective> objective_of(const std::string& text,
                                      const std::vector<store::MetricKey>& keys) {
  const auto colon = text.rfind(':');
  const std::string name = text.substr(0, colon);
  const std::string side = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto key = key_of(name, keys);
  if (!key) {
    std::vector<std::string> names;
    for (const auto& one : keys) names.push_back(one.name);
    return fail(Error(ErrorCode::usage, "--objective=" + text + ": no such number is measured")
                    .hint("there are: " + join(names, ", ")));
  }
  const std::string& direction = keys[*key].direction;
  const bool told = side == "min" || side == "max";
  if ((!side.empty() && !told) || (!told && direction == "none")) {
    return fail(Error(ErrorCode::usage, "--objective=" + text + ": is less of it better, or more?")
                    .hint("--objective=" + name + ":min or " + name + ":max"));
  }
  return ExploreObjective{keys[*key].name, keys[*key].unit,
                          told ? side == "max" : direction == "higher"};
}

/// Of all searches of a space alike: their numbers count by the iteration, so that those go on that
/// older versions began, which did not have programs repeat their work.
std::string exploration_id(RunRequest base) {
  base.calibrate = false;
  return sweep_id(base);
}

std::size_t repetitions_of(const std::vector<store::Point>& points) {
  std::size_t count = 0;
  for (const auto& point : points) count += point.repetitions.size();
  return count;
}

/// The parameter that --space=flags sets.
constexpr const char* kFlags = "flags";

/// What the program's dependency tagged compiler says it is, as its build takes it; of a program of
/// Collective Knowledge what the run's variables say.
std::optional<std::string> compiler_of(const PreparedRun& prepared) {
  for (const auto& [name, value] : prepared.run_plan.variables) {
    if (name == "CK_CC_FULL_PATH")
      return replace_all(value, "${home}", prepared.context->home.root.string());
  }
  for (const auto& [key, id] : prepared.plan.roots) {
    for (const auto& step : prepared.plan.steps) {
      const auto& environment = step.environment;
      if (environment.record.id != id || !environment.record.tags.contains("compiler")) continue;
      for (const auto* name : {"cc", "cxx"}) {
        if (auto tool = environment.value(name)) return tool;
      }
    }
  }
  return std::nullopt;
}

/// Programs of Collective Knowledge, which have steps around their runs, all take flags.
Status check_takes_flags(const PreparedRun& prepared) {
  const auto& plan = prepared.run_plan;
  if (!plan.surroundings.empty() || plan.parameters.contains(kFlags)) return {};
  std::vector<std::string> names;
  for (const auto& [name, value] : plan.parameters) names.push_back(name);
  return fail(Error(ErrorCode::usage, "--space=flags: " + plan.subject + " has no parameter '" +
                                          kFlags + "'" +
                                          (names.empty() ? "" : ", only " + join(names, ", ")))
                  .hint("its ck.json would declare it, \"parameters\": {\"flags\": {\"type\": "
                        "\"string\", \"default\": \"-O2\"}}, and name ${flags} where it compiles")
                  .hint("--param.NAME=A,B,C explores what it has"));
}

class Exploration {
 public:
  Exploration(Session& session, const ExploreRequest& request, const run::PassThrough& output)
      : session_(session), request_(request), output_(output), rule_(request.rule) {}

  Result<ExploreReport> run() {
    CK_CHECK(lay_out());
    if (request_.base.dry_run) return std::move(report_);
    CK_TRY(known, KnownPoints::open(session_, request_.base, report_.experiment, report_.id));
    known_ = std::move(known);
    QuietMachine machine;
    if (request_.base.fix) machine.quieten(session_);
    preflight_ = request_.base.preflight;
    const experiment::TryPlace try_place = [this](const experiment::Place& place,
                                                  std::size_t samples) {
      return this->trial(place, samples);
    };
    CK_TRY(trials, experiment::search(rule_, try_place));
    tell_frontier(trials);
    if (request_.prune && report_.best) {
      CK_TRY(pruned, experiment::prune(rule_, trials[*report_.best], try_place));
      tell_choices(pruned);
    }
    if (auto text = text_of(left_aside_); !text.empty())
      session_.events().on(Warning{std::move(text)});
    return std::move(report_);
  }

 private:
  /// The space, and where its points are kept.
  Status lay_out() {
    const RunRequest& base = request_.base;
    CK_TRY(component, choose_component(session_, base.pattern, base.tags, {"program"}));
    report_.experiment = base.experiment.empty() ? component.id.name : base.experiment;
    report_.id = exploration_id(base);
    CK_TRY(lists, value_lists(session_, base, request_.axes));
    report_.axes = std::move(lists);
    first_flag_ = report_.axes.size();
    if (request_.flags) CK_CHECK(add_flags());
    // A name that the program does not know is told by the plan of any place.
    if (base.dry_run && !request_.flags) CK_CHECK(planned_base());
    report_.places = 1;
    rule_.sizes.clear();
    for (const auto& [name, values] : report_.axes) {
      rule_.sizes.push_back(values.size());
      report_.places *= static_cast<double>(values.size());
    }
    if (report_.places > 1) return {};
    return fail(Error(ErrorCode::usage, "there is nothing to explore")
                    .hint("name values: --param.NAME=A,B,C, or --space=flags"));
  }

  /// The run of the first values, planned only.
  Result<PreparedRun> planned_base() {
    SweepValues values;
    for (const auto& [name, list] : report_.axes) values.emplace_back(name, list.front());
    RunRequest first = request_for(request_.base, values);
    first.dry_run = true;
    return prepare_run(session_, first);
  }

  Status add_flags() {
    CK_TRY(prepared, planned_base());
    CK_CHECK(check_takes_flags(prepared));
    std::string compiler = request_.compiler;
    if (compiler.empty()) compiler = compiler_of(prepared).value_or("cc");
    CK_TRY(axes, flag_space(session_, compiler));
    for (auto& axis : axes) report_.axes.emplace_back(std::move(axis.name), std::move(axis.values));
    return {};
  }

  SweepValues values_of(const experiment::Place& place) const {
    SweepValues values;
    std::vector<std::string> flags;
    for (std::size_t axis = 0; axis < place.size(); ++axis) {
      const auto& [name, list] = report_.axes[axis];
      if (axis < first_flag_) {
        values.emplace_back(name, list[place[axis]]);
      } else if (!list[place[axis]].empty()) {
        flags.push_back(list[place[axis]]);
      }
    }
    if (request_.flags) values.emplace_back(kFlags, join(flags, " "));
    return values;
  }

  /// Those of a place: what is recorded and counts, and what has been measured since.
  std::vector<store::Point>& points_at(const SweepValues& values, std::size_t samples) {
    SweepValues key = values;
    std::ranges::sort(key);
    const auto [place, fresh] = points_.try_emplace(std::move(key));
    if (!fresh || request_.base.rebuild) return place->second;
    auto found = known_->at(values);
    place->second = std::move(found.same);
    if (repetitions_of(place->second) < samples) {
      left_aside_.code += found.others.code;
      left_aside_.sampling += found.others.sampling;
    }
    return place->second;
  }

  Result<experiment::TriedPlace> trial(const experiment::Place& place, std::size_t samples) {
    const SweepValues values = values_of(place);
    auto& points = points_at(values, samples);
    ExploreEntry entry{values, "", {}, 0, false, 0, ""};
    if (const std::size_t there = repetitions_of(points); there < samples) {
      CK_TRY(failure, measure(values, samples - there, points));
      entry.failure = std::move(failure);
    }
    experiment::TriedPlace trial{place, {}};
    if (entry.failure.empty()) {
      entry.point = points.back().uid;
      CK_CHECK(choose_objectives(points.back().keys));
      CK_TRY(good, meets_condition(points.back()));
      if (good) {
        CK_TRY(costs, costs_of(points, samples, entry));
        trial.costs = std::move(costs);
      } else {
        entry.failure = "does not meet " + experiment::text_of(request_.where);
      }
    }
    keep(place, std::move(entry));
    return trial;
  }

  /// Runs the place; why it failed, or nothing.
  Result<std::string> measure(const SweepValues& values, std::size_t repetitions,
                              std::vector<store::Point>& points) {
    session_.events().on(Progress{"explore", report_.entries.size() + 1, rule_.budget, "places"});
    RunRequest one = request_for(request_.base, values);
    one.sampling.repetitions = static_cast<int>(repetitions);
    one.sampling.precision.reset();
    one.sweep = {report_.id, values};
    one.fix = false;
    one.rebuild = one.rebuild && points.empty();
    if (!points.empty()) {
      CK_TRY(plan, experiment::plan_of(points.back()));
      one.iterations = iterations_of(plan);
    }
    one.preflight = std::exchange(preflight_, std::min(preflight_, RunRequest::Preflight::record));
    auto ran = app::run(session_, one, output_);
    if (!ran && ran.error().code == ErrorCode::build_failed) return ran.error().message;
    if (!ran && ran.error().code == ErrorCode::program_failed) return ran.error().message;
    if (!ran) return fail(std::move(ran.error()));
    if (ran->failure && ran->failure->code == ErrorCode::interrupted)
      return fail(std::move(*ran->failure).hint("the same command goes on from here"));
    if (ran->failure) return ran->failure->message;
    points.push_back(std::move(*ran->point));
    return std::string();
  }

  Status choose_objectives(const std::vector<store::MetricKey>& keys) {
    if (!report_.objectives.empty()) return {};
    for (const auto& text : request_.objectives) {
      CK_TRY(objective, objective_of(text, keys));
      report_.objectives.push_back(std::move(objective));
    }
    return {};
  }

  Result<bool> meets_condition(const store::Point& point) {
    if (experiment::names_in(request_.where).empty()) return true;
    CK_TRY(archive, open_archive(session_));
    CK_TRY(plan, experiment::plan_of(point));
    experiment::SelectRequest request;
    request.experiments = report_.experiment;
    request.where = of_whole_run(request_.where, point.keys, plan);
    CK_TRY(selection, experiment::select_points(request, archive));
    return std::ranges::any_of(selection.points,
                               [&](const auto& found) { return found.head.uid == point.uid; });
  }

  /// What is of a whole run is told for one iteration.
  static Result<std::vector<double>> samples_of(const std::vector<store::Point>& points,
                                                const std::string& metric) {
    std::vector<double> samples;
    for (const auto& point : points) {
      const auto key = std::ranges::find(point.keys, metric, &store::MetricKey::name);
      if (key == point.keys.end()) continue;
      CK_TRY(plan, experiment::plan_of(point));
      const double iterations = iterations_in(*key, plan);
      for (const double sample : experiment::steady_samples(point, *key))
        samples.push_back(sample / iterations);
    }
    return samples;
  }

  /// Of the first `wanted` samples, so that a search that goes on sees what it saw before. Empty
  /// when an objective was not measured there.
  Result<std::vector<std::vector<double>>> costs_of(const std::vector<store::Point>& points,
                                                    std::size_t wanted, ExploreEntry& entry) const {
    std::vector<std::vector<double>> costs;
    for (const auto& objective : report_.objectives) {
      CK_TRY(samples, samples_of(points, objective.name));
      if (samples.empty()) {
        entry.failure = objective.name + " was not measured";
        entry.medians.clear();
        return std::vector<std::vector<double>>();
      }
      samples.resize(std::min(samples.size(), wanted));
      entry.samples = samples.size();
      entry.medians.push_back(measure::median(samples));
      for (double& sample : samples) {
        const double cost = std::log(std::max(sample, kLeast));
        sample = objective.greatest ? -cost : cost;
      }
      costs.push_back(std::move(samples));
    }
    return costs;
  }

  void keep(const experiment::Place& place, ExploreEntry entry) {
    const auto [known, fresh] = entries_.emplace(place, report_.entries.size());
    if (fresh) {
      report_.entries.push_back(std::move(entry));
    } else {
      auto& before = report_.entries[known->second];
      entry.on_frontier = before.on_frontier;
      entry.probability = before.probability;
      before = std::move(entry);
    }
  }

  void tell_frontier(const std::vector<experiment::TriedPlace>& trials) {
    std::vector<std::vector<double>> medians;
    std::vector<std::vector<std::vector<double>>> samples;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < trials.size(); ++i) {
      medians.emplace_back();
      double sum = 0;
      for (const auto& list : trials[i].costs) {
        medians.back().push_back(measure::median(list));
        sum += medians.back().back();
      }
      if (!trials[i].failed() && sum < least) {
        least = sum;
        report_.best = i;
      }
      samples.push_back(trials[i].costs);
    }
    const auto on = measure::frontier(medians);
    const auto share = measure::frontier_probability(samples, kResamples, rule_.seed);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      report_.entries[i].on_frontier = on[i];
      report_.entries[i].probability = share[i];
    }
  }

  void tell_choices(const experiment::Pruned& pruned) {
    std::vector<std::string> flags;
    for (const auto& choice : pruned.choices) {
      const auto& [name, values] = report_.axes[choice.axis];
      report_.choices.push_back({name, values[choice.value], values[0], choice});
      if (!choice.matters) continue;
      if (choice.axis < first_flag_) {
        report_.pruned.emplace_back(name, values[choice.value]);
      } else {
        flags.push_back(values[choice.value]);
      }
    }
    if (!flags.empty()) report_.pruned.emplace_back(kFlags, join(flags, " "));
  }

  Session& session_;
  const ExploreRequest& request_;
  const run::PassThrough& output_;
  experiment::SearchRule rule_;
  RunRequest::Preflight preflight_ = RunRequest::Preflight::no;
  std::size_t first_flag_ = 0;  ///< axes from here on are flags of the compiler
  std::optional<KnownPoints> known_;
  LeftAside left_aside_;
  std::map<SweepValues, std::vector<store::Point>> points_;
  std::map<experiment::Place, std::size_t> entries_;
  ExploreReport report_;
};

}  // namespace

Result<ExploreReport> explore(Session& session, const ExploreRequest& request,
                              const run::PassThrough& output) {
  return Exploration(session, request, output).run();
}

}  // namespace ck::app
