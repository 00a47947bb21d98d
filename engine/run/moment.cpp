#include "run/moment.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "install/isolation.hpp"

namespace ck::run {
namespace {

Json to_json(const sys::HostLoad& load) {
  Json json = Json::object();
  json["load_1min"] = load.load_1min;
  if (load.cpu_pressure_percent) json["cpu_pressure_percent"] = *load.cpu_pressure_percent;
  if (load.cpu_mhz) json["cpu_mhz"] = *load.cpu_mhz;
  if (load.temperature_celsius) json["temperature_celsius"] = *load.temperature_celsius;
  return json;
}

/// Time that the hypervisor took, and that others than the program used meanwhile.
void add_others(const sys::ProcessResult& result, const Moment& before, Json& detail) {
  const auto after = sys::read_cpu_times();
  if (!before.cpu || !after) return;
  const std::int64_t busy = after->busy_ns - before.cpu->busy_ns;
  detail["steal_ns"] = std::max<std::int64_t>(0, after->steal_ns - before.cpu->steal_ns);
  detail["others_ns"] = std::max<std::int64_t>(0, busy - result.user_ns - result.system_ns);
}

void add_counters(const Moment& before, Json& detail, std::vector<Measured>& counted) {
  if (!before.counters) return;
  Json missing = Json::object();
  for (const auto& reading : before.counters->read()) {
    if (reading.value) {
      counted.push_back(
          {{reading.name, "count", "lower", "counter"}, static_cast<double>(*reading.value)});
    } else {
      missing[reading.name] = "unavailable: " + reading.unavailable;
    }
  }
  if (!missing.empty()) detail["counters"] = std::move(missing);
}

void add_energy(const Moment& before, Json& detail, std::vector<Measured>& counted) {
  if (!before.energy) return;
  const auto& started = *before.energy;
  const auto ended = started ? sys::read_energy() : started;
  if (!ended) {
    detail["energy"] = "unavailable: " + ended.error().message;
    return;
  }
  const bool wrapped = ended->microjoules < started->microjoules;
  const std::uint64_t used =
      ended->microjoules - started->microjoules + (wrapped ? ended->range_microjoules : 0);
  counted.push_back({{"energy", "uJ", "lower", "energy"}, static_cast<double>(used)});
}

}  // namespace

Moment Moment::now(const Conditions& conditions) {
  Moment moment;
  moment.load = sys::read_host_load();
  moment.minor_faults = sys::minor_faults_of_children();
  if (conditions.counters) {
    moment.energy = sys::read_energy();
    moment.counters = sys::Counters::open();
  }
  moment.cpu = sys::read_cpu_times();
  return moment;
}

Observation observe(const std::string& profile, const sys::ProcessResult& result,
                    const Moment& before, const Conditions& conditions) {
  Observation observation;
  Json detail = Json::object();
  add_others(result, before, detail);
  add_counters(before, detail, observation.counted);
  add_energy(before, detail, observation.counted);
  if (const auto* exited = std::get_if<sys::Exited>(&result.ending)) detail["exit"] = exited->code;
  if (const auto* signaled = std::get_if<sys::Signaled>(&result.ending))
    detail["signal"] = signaled->signal;
  if (result.isolation) {
    detail["isolation"] = install::isolation_json(*result.isolation);
    detail["isolation"]["profile"] = profile;
  }
  detail["load_before"] = to_json(before.load);
  detail["load_after"] = to_json(sys::read_host_load());
  detail["voluntary_switches"] = result.voluntary_switches;
  detail["involuntary_switches"] = result.involuntary_switches;
  detail["major_faults"] = result.major_faults;
  detail["minor_faults"] = sys::minor_faults_of_children() - before.minor_faults;
  detail["max_rss_floor_bytes"] = result.max_rss_floor_bytes;
  detail["out_truncated"] = result.out_truncated;
  detail["err_truncated"] = result.err_truncated;
  if (!conditions.cpus.empty()) detail["cpus"] = conditions.cpus;
  if (conditions.padding_bytes > 0) detail["padding_bytes"] = conditions.padding_bytes;
  observation.detail = to_text(detail);
  return observation;
}

}  // namespace ck::run
