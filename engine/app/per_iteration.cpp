#include "app/per_iteration.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.hpp"

namespace ck::app {
namespace {

bool is_of_whole_run(const store::MetricKey& key) {
  static constexpr std::array<std::string_view, 5> kTimes{"wall_time", "user_time", "system_time",
                                                          "cpu_time", "total_execution_time"};
  return key.role == "counter" || key.role == "energy" ||
         std::ranges::find(kTimes, key.name) != kTimes.end();
}

using Keys = std::vector<store::MetricKey>;

const store::MetricKey* key_named(const std::string& name, const Keys& keys) {
  const auto found = std::ranges::find(keys, name, &store::MetricKey::name);
  return found == keys.end() ? nullptr : &*found;
}

/// The metric that a name in a condition means: "wall_time", "wall_time_ms", "wall_time_ms.p90".
/// None for the number of executions.
const store::MetricKey* key_meant(std::string name, const Keys& keys) {
  if (const auto* exact = key_named(name, keys)) return exact;
  if (const auto dot = name.rfind('.'); dot != std::string::npos) {
    if (name.substr(dot) == ".count") return nullptr;
    name.resize(dot);
    if (const auto* whole = key_named(name, keys)) return whole;
  }
  const auto mark = name.rfind('_');
  return mark == std::string::npos ? nullptr : key_named(name.substr(0, mark), keys);
}

}  // namespace

std::optional<std::uint64_t> iterations_of(const run::RunPlan& plan) {
  if (plan.iterations) return plan.iterations->count;
  if (plan.surroundings.empty()) return std::nullopt;
  const auto repeat = plan.parameters.find("repeat");
  const auto count = repeat == plan.parameters.end() ? std::nullopt : parse_integer(repeat->second);
  return count && *count > 0 ? static_cast<std::uint64_t>(*count) : 1;
}

double iterations_in(const store::MetricKey& key, const run::RunPlan& plan) {
  const bool declared =
      std::ranges::find(plan.metrics, key.name, &model::Metric::name) != plan.metrics.end();
  if (declared || !is_of_whole_run(key)) return 1;
  return static_cast<double>(iterations_of(plan).value_or(1));
}

experiment::Condition of_whole_run(experiment::Condition condition, const Keys& keys,
                                   const run::RunPlan& plan) {
  for (auto& part : condition.parts) part = of_whole_run(std::move(part), keys, plan);
  const auto* key = key_meant(condition.name, keys);
  if (condition.kind != experiment::Condition::Kind::comparison || key == nullptr) return condition;
  for (auto& value : condition.values) {
    if (auto* number = std::get_if<double>(&value.value)) *number *= iterations_in(*key, plan);
  }
  return condition;
}

}  // namespace ck::app
