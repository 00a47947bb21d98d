#include "experiment/sampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "measure/random.hpp"
#include "measure/warm_up.hpp"

namespace ck::experiment {
namespace {

constexpr std::size_t kFewest = 10;
constexpr int kMost = 1000;
constexpr std::uint64_t kMostPadding = 4096;
constexpr double kNanoseconds = 1e9;

/// Samples of the metric that decides, and whether they are enough.
class Judge {
 public:
  explicit Judge(const Sampling& sampling)
      : rule_{sampling.precision.value_or(0), kFewest}, metric_(sampling.metric) {}

  /// `usage` for a metric that the program does not have.
  Status take(const run::RunOutcome& outcome) {
    if (metric_.empty()) metric_ = primary_metric(outcome.keys);
    if (samples_.empty()) CK_CHECK(check_metric(outcome.keys));
    const auto key = std::ranges::find(outcome.keys, metric_, &store::MetricKey::name);
    const auto index = static_cast<std::size_t>(key - outcome.keys.begin());
    samples_.push_back(index < outcome.repetition.metrics.size()
                           ? outcome.repetition.metrics[index]
                           : std::numeric_limits<double>::quiet_NaN());
    return {};
  }

  /// Looks at the samples, seldom when there are many: a look costs time, and each look at chance
  /// is one more opportunity to stop too early.
  bool enough() {
    if (samples_.size() < next_look_) return false;
    next_look_ = samples_.size() + std::max<std::size_t>(1, samples_.size() / 20);
    return measure::precise_enough(described(), rule_);
  }

  SamplingResult result(bool asked) const {
    const auto description = described();
    SamplingResult result;
    result.metric = metric_;
    result.warm_up = description.warm_up;
    result.relative_half_width = measure::relative_half_width(description);
    result.precise = !asked || measure::precise_enough(description, rule_);
    if (!result.precise) {
      const std::size_t wanted = measure::samples_for(description, rule_);
      result.needed = std::max<std::size_t>(1, wanted - std::min(wanted, description.count));
    }
    return result;
  }

 private:
  Status check_metric(const std::vector<store::MetricKey>& keys) const {
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(key.name);
    if (std::ranges::find(names, metric_) != names.end()) return {};
    Error error(ErrorCode::usage, "there is no metric '" + printable(metric_) + "'");
    if (const auto near = did_you_mean(near_misses(metric_, names))) error.hint(*near);
    return fail(std::move(error).hint("there are: " + join(names, ", ")));
  }

  measure::Description described() const {
    return measure::describe(samples_, measure::find_warm_up(samples_));
  }

  measure::StopRule rule_;
  std::string metric_;
  std::vector<double> samples_;
  std::size_t next_look_ = kFewest;
};

}  // namespace

run::Conditions conditions_of(const Sampling& sampling, int number) {
  run::Conditions conditions;
  conditions.cpus = sampling.cpus;
  conditions.counters = sampling.counters;
  if (sampling.vary_environment) {
    measure::Random random(sampling.seed + static_cast<std::uint64_t>(number));
    conditions.padding_bytes = 1 + random.below(kMostPadding);
  }
  return conditions;
}

std::string primary_metric(const std::vector<store::MetricKey>& keys) {
  constexpr const char* kWallTime = "wall_time";
  constexpr const char* kIterationTime = "iteration_time";
  static constexpr std::array<std::string_view, 6> kEngines{
      kWallTime, "user_time", "system_time", "cpu_time", kIterationTime, "iteration_cpu_time"};
  const auto own = std::ranges::find_if(keys, [](const store::MetricKey& key) {
    const bool engines = std::ranges::find(kEngines, key.name) != kEngines.end();
    return key.role == "performance" && key.direction != "none" && !engines;
  });
  if (own != keys.end()) return own->name;
  const bool iterates = std::ranges::any_of(
      keys, [](const store::MetricKey& key) { return key.name == kIterationTime; });
  return iterates ? kIterationTime : kWallTime;
}

Result<Sampled> sample(const Sampling& sampling, const run::RunPlan& plan,
                       const run::Phases& phases, const run::PassThrough& output, const Keep& keep,
                       install::Context& context) {
  const bool adaptive = sampling.precision.has_value();
  const int most = adaptive ? kMost : sampling.repetitions;
  const auto ends =
      static_cast<double>(context.clock.monotonic_ns()) + sampling.budget_seconds * kNanoseconds;
  Judge judge(sampling);
  Sampled sampled;
  for (int number = 1; number <= most; ++number) {
    if (auto stop = context.cancel.check(); !stop) {
      sampled.failure = std::move(stop.error());
      break;
    }
    CK_TRY(outcome,
           run::run_once(plan, number, output, context, phases, conditions_of(sampling, number)));
    CK_CHECK(keep(outcome));
    if (outcome.failure) {
      sampled.failure = std::move(outcome.failure);
      break;
    }
    CK_CHECK(judge.take(outcome));
    if (most > 1) {
      context.events.on(Progress{
          plan.subject, static_cast<std::uint64_t>(number),
          adaptive ? std::nullopt : std::optional(static_cast<std::uint64_t>(most)), "runs"});
    }
    const bool late = static_cast<double>(context.clock.monotonic_ns()) >= ends;
    if (adaptive && (judge.enough() || late)) break;
  }
  sampled.result = judge.result(adaptive);
  return sampled;
}

Json to_json(const Sampling& sampling, const SamplingResult& result) {
  Json json = Json::object();
  if (sampling.precision) {
    json["precision"] = *sampling.precision;
    json["time_budget_seconds"] = sampling.budget_seconds;
  }
  json["environment"] = sampling.vary_environment ? "varied" : "fixed";
  json["seed"] = sampling.seed;
  if (!sampling.cpus.empty()) json["cpus"] = sampling.cpus;
  if (sampling.preflight) json["preflight"] = run::to_json(*sampling.preflight);
  json["metric"] = result.metric;
  json["warm_up"] = result.warm_up;
  if (std::isfinite(result.relative_half_width))
    json["relative_half_width"] = result.relative_half_width;
  json["precise"] = result.precise;
  json["needed"] = result.needed;
  return json;
}

std::optional<SamplingRecord> sampling_of(const store::Point& point) {
  // Documents are long, and most have none: looked for before they are taken apart.
  if (point.document.find("\"sampling\"") == std::string::npos) return std::nullopt;
  const Json document = Json::parse(point.document, nullptr, false);
  const auto found = document.find("sampling");
  if (found == document.end() || !found->is_object() || !found->value("metric", Json()).is_string())
    return std::nullopt;
  const auto number = [&](const char* key) {
    const auto value = found->find(key);
    return value != found->end() && value->is_number() ? std::optional(value->get<double>())
                                                       : std::nullopt;
  };
  SamplingRecord record;
  record.precision = number("precision");
  record.result.metric = found->value("metric", Json()).get<std::string>();
  record.result.warm_up = static_cast<std::size_t>(std::max(0.0, number("warm_up").value_or(0)));
  record.result.relative_half_width =
      number("relative_half_width").value_or(std::numeric_limits<double>::infinity());
  record.result.precise = found->value("precise", Json()) != Json(false);
  record.result.needed = static_cast<std::size_t>(std::max(0.0, number("needed").value_or(0)));
  return record;
}

}  // namespace ck::experiment
