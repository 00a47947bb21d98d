#include "app/known_points.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "app/preparations.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "experiment/measured.hpp"
#include "measure/description.hpp"

namespace ck::app {
namespace {

using collective::number_at;
using collective::object_at;
using collective::text_at;

constexpr double kNanoseconds = 1e9;  ///< of a second

/// The parts of a plan that decide what is executed; metrics and outputs say what is read of it.
constexpr std::array<const char*, 15> kDeciding{
    "command",   "argv",    "environments", "parameters", "profile",
    "isolation", "limits",  "accept_exit",  "placements", "binary",
    "directory", "secrets", "variables",    "iterations", "surroundings"};

Json object_of(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

/// A plan without what is told by the place itself (`varied` variables), what calibrating finds and
/// what only bounds a run.
std::string essence_of(const Json& plan, const std::vector<std::string>& varied) {
  Json kept = Json::object();
  for (const auto* key : kDeciding) {
    if (plan.contains(key)) kept[key] = plan[key];
  }
  Json limits = object_at(kept, "limits");
  limits.erase("timeout_seconds");
  kept["limits"] = std::move(limits);
  Json variables = object_at(kept, "variables");
  for (const auto& name : varied) variables.erase(name);
  if (kept.contains("iterations") && kept["iterations"].is_object()) {
    variables.erase(text_at(kept["iterations"], "variable"));
    kept["iterations"].erase("count");
  }
  kept["variables"] = std::move(variables);
  if (kept.contains("surroundings")) {
    // Dependencies are there as documents of their environments, whose ids are told already.
    Json around = object_of(text_at(kept, "surroundings"));
    around.erase("dependencies");
    kept["surroundings"] = std::move(around);
  }
  return to_text(kept);
}

std::string essence_of(const run::RunPlan& plan, const std::vector<std::string>& varied) {
  return essence_of(object_of(run::scrubber_of(plan).scrub(to_text(run::to_json(plan)))), varied);
}

bool is_variable(const std::pair<std::string, std::string>& value) {
  return value.first.starts_with("env.");
}

std::vector<std::string> variables_in(const SweepValues& values) {
  std::vector<std::string> names;
  for (const auto& value : values) {
    if (is_variable(value)) names.push_back(value.first.substr(std::string_view("env.").size()));
  }
  return names;
}

/// Whether a point ran with all that the lock names.
bool has_locked(const Json& document, const install::Lock& lock) {
  const Json recorded = collective::array_at(object_at(document, "lock"), "environments");
  return std::ranges::all_of(lock.environments, [&](const install::LockedEnvironment& locked) {
    return std::ranges::any_of(recorded, [&](const Json& one) {
      return text_at(object_at(one, "environment"), "id") == locked.record.id;
    });
  });
}

bool same_conditions(const Json& document, const experiment::Sampling& wanted) {
  const Json sampling = object_at(document, "sampling");
  const Json cpus = wanted.cpus;
  return (text_at(sampling, "environment") == "varied") == wanted.vary_environment &&
         sampling.value("cpus", Json::array()) == cpus;
}

/// Of the experiment's numbers those that this point's program tells, and ck's own.
std::vector<store::MetricKey> keys_told(const store::Point& point) {
  const Json document = object_of(point.document);
  const Json metrics = collective::array_at(object_at(document, "plan"), "metrics");
  const auto declares = [&](const std::string& name) {
    return std::ranges::any_of(metrics,
                               [&](const Json& metric) { return text_at(metric, "name") == name; });
  };
  std::vector<store::MetricKey> keys;
  for (const auto& key : point.keys) {
    if (declares(key.name) || !experiment::steady_samples(point, key).empty()) keys.push_back(key);
  }
  return keys;
}

std::string metric_of(const store::Point& point, const experiment::Sampling& wanted) {
  return wanted.metric.empty() ? experiment::primary_metric(keys_told(point)) : wanted.metric;
}

/// It was measured by the same rule, so that measuring again would end no earlier. A comparison
/// ends by a rule of its own.
bool by_the_same_rule(const store::Point& point, const experiment::Sampling& wanted) {
  const Json document = object_of(point.document);
  const Json sampling = object_at(document, "sampling");
  return !document.contains("comparison") && sampling.contains("precision") &&
         number_at(sampling, "precision", 0) <= *wanted.precision &&
         number_at(sampling, "time_budget_seconds", 0) >= wanted.budget_seconds &&
         text_at(sampling, "metric") == metric_of(point, wanted);
}

/// The points of an experiment that ended well; none where there is no such experiment.
Result<std::vector<store::Point>> recorded_in(Session& session, const std::string& experiment) {
  CK_TRY(archive, session.store());
  CK_TRY(experiments, archive->experiments(experiment, {}));
  if (experiments.empty()) return std::vector<store::Point>();
  CK_TRY(points, archive->points(experiment));
  std::erase_if(points, [](const auto& point) { return point.state != store::PointState::ok; });
  return std::move(points);
}

bool is_precise(const store::Point& point, const experiment::Sampling& wanted) {
  const auto key = std::ranges::find(point.keys, metric_of(point, wanted), &store::MetricKey::name);
  if (key == point.keys.end()) return false;
  measure::StopRule rule;
  rule.half_width = *wanted.precision;
  return measure::precise_enough(measure::describe(experiment::steady_samples(point, *key), 0),
                                 rule);
}

}  // namespace

std::string text_of(const LeftAside& left) {
  const std::size_t all = left.code + left.sampling;
  if (all == 0) return {};
  std::vector<std::string> parts;
  if (left.code > 0) parts.push_back(std::to_string(left.code) + " of other code");
  if (left.sampling > 0) parts.push_back(std::to_string(left.sampling) + " of other sampling");
  return counted(all, "recorded point is", "recorded points are") +
         " left aside and measured anew: " + join(parts, ", ");
}

bool is_enough(const store::Point& point, const experiment::Sampling& wanted) {
  if (!wanted.precision)
    return point.repetitions.size() >= static_cast<std::size_t>(std::max(0, wanted.repetitions));
  return by_the_same_rule(point, wanted) || is_precise(point, wanted);
}

void KnownPoints::Cost::add(const store::Point& point) {
  if (point.repetitions.empty()) return;
  ++points;
  repetitions += point.repetitions.size();
  // Points of a comparison last as long as all of it.
  if (point.document.find("\"comparison\"") == std::string::npos) {
    seconds += static_cast<double>(point.ended_ns - point.created_ns) / kNanoseconds;
    return;
  }
  for (const auto& repetition : point.repetitions)
    seconds += static_cast<double>(repetition.wall_ns) / kNanoseconds;
}

Result<KnownPoints> KnownPoints::open(Session& session, const RunRequest& base,
                                      const std::string& experiment, const std::string& id) {
  KnownPoints known(session, base);
  CK_TRY(collective, collective_program(session, base));
  known.collective_ = collective.has_value();
  CK_TRY(component, choose_component(session, base.pattern, base.tags, {"program"}));
  const std::string program = component.id.name;
  CK_TRY(points, recorded_in(session, experiment));
  for (auto& point : points) {
    auto place = experiment::sweep_place_of(point);
    if (place.id == id) {
      known.own_.add(point);
      std::ranges::sort(place.values);
      known.points_[std::move(place.values)].push_back(std::move(point));
    } else if (point.subject == "program:" + program) {
      known.others_.add(point);
    }
  }
  if (known.own_.points + known.others_.points > 0 || experiment == program) return known;
  CK_TRY(others, recorded_in(session, program));
  for (const auto& point : others) known.others_.add(point);
  return known;
}

PlacePoints KnownPoints::at(const SweepValues& values) {
  PlacePoints found;
  SweepValues place = values;
  std::ranges::sort(place);
  const auto recorded = points_.find(place);
  if (recorded == points_.end()) return found;
  for (const auto& point : recorded->second) {
    const Json document = object_of(point.document);
    if (!same_code(document, values)) {
      ++found.others.code;
    } else if (!same_conditions(document, base_.sampling)) {
      ++found.others.sampling;
    } else {
      found.same.push_back(point);
    }
  }
  return found;
}

bool KnownPoints::same_code(const Json& document, const SweepValues& values) {
  // A dry run with a lock tells what CK's program is written as, not its plan; the lock tells all.
  if (collective_ && base_.locked) return has_locked(document, base_.locked->lock);
  const Json plan = object_at(document, "plan");
  // Calibrated programs of CK repeat as often as their plan's parameters say.
  const std::string repeat = collective_ ? text_at(object_at(plan, "parameters"), "repeat") : "";
  const Essence& now = planned(values, repeat);
  return now && *now == essence_of(plan, varied_in(values));
}

std::vector<std::string> KnownPoints::varied_in(const SweepValues& values) const {
  // Variables of CK's programs may decide what they are built with.
  return collective_ ? std::vector<std::string>() : variables_in(values);
}

const KnownPoints::Essence& KnownPoints::planned(const SweepValues& values,
                                                 const std::string& repeat) {
  SweepValues deciding = values;
  for (auto& value : deciding) {
    if (!collective_ && is_variable(value)) value.second.clear();
  }
  std::ranges::sort(deciding);
  const auto [place, fresh] = planned_.try_emplace(Key(std::move(deciding), repeat));
  if (!fresh) return place->second;
  RunRequest now = request_for(base_, values);
  now.dry_run = true;
  now.rebuild = false;
  if (!repeat.empty()) now.values["repeat"] = repeat;
  if (const auto prepared = prepare_run(*session_, now))
    place->second = essence_of(prepared->run_plan, varied_in(values));
  return place->second;
}

std::optional<double> KnownPoints::seconds_per_point() const {
  const Cost& cost = own_.points > 0 ? own_ : others_;
  if (cost.points == 0) return std::nullopt;
  const auto& sampling = base_.sampling;
  const double one = cost.seconds / static_cast<double>(cost.repetitions);
  if (!sampling.precision) return one * std::max(1, sampling.repetitions);
  const double usual = static_cast<double>(cost.repetitions) / static_cast<double>(cost.points);
  const auto fewest = static_cast<double>(measure::StopRule().fewest);
  return std::min(sampling.budget_seconds, one * std::max(fewest, usual));
}

}  // namespace ck::app
