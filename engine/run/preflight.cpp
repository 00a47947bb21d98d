#include "run/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::run {
namespace {

constexpr std::size_t kNamed = 3;

void add_processes(const sys::NoiseFacts& facts, std::vector<NoiseFinding>& findings) {
  for (std::size_t i = 0; i < std::min(facts.busy.size(), kNamed); ++i) {
    const auto& process = facts.busy[i];
    findings.push_back({process.cpus >= 0.5 ? Noise::red : Noise::yellow,
                        fmt::format("process {} ({}) uses {:.1f} processors", process.pid,
                                    printable(process.name), process.cpus),
                        "stop it or wait until it is done"});
  }
  if (facts.busy.size() > kNamed) {
    findings.push_back({Noise::yellow,
                        fmt::format("{} more processes are busy", facts.busy.size() - kNamed),
                        "stop them or wait until they are done"});
  }
}

void add_load(const sys::NoiseFacts& facts, std::vector<NoiseFinding>& findings) {
  const double load = facts.load_1min / facts.cpus;
  if (load >= 0.25) {
    findings.push_back(
        {load >= 0.75 ? Noise::red : Noise::yellow,
         fmt::format("the load is {:.1f} on {} processors", facts.load_1min, facts.cpus),
         "wait until the machine is idle"});
  }
  const double pressure = facts.cpu_pressure_percent.value_or(0);
  if (pressure >= 2) {
    findings.push_back(
        {pressure >= 10 ? Noise::red : Noise::yellow,
         fmt::format("processes waited for a processor in {:.0f} % of the last 10 s", pressure),
         "wait until the machine is idle"});
  }
  if (facts.steal_share >= 0.005) {
    findings.push_back(
        {facts.steal_share >= 0.05 ? Noise::red : Noise::yellow,
         fmt::format("the hypervisor takes {:.1f} % of the processors", 100 * facts.steal_share),
         "use a machine of your own, or compare interleaved (--compare)"});
  }
}

void add_frequency(const sys::NoiseFacts& facts, std::vector<NoiseFinding>& findings) {
  if (facts.governor && *facts.governor != "performance") {
    findings.push_back({Noise::yellow,
                        "the frequency governor is '" + printable(*facts.governor) + "'",
                        "--fix sets it to 'performance' while measuring (as root)"});
  }
  if (facts.turbo.value_or(false)) {
    findings.push_back({Noise::yellow, "turbo is on: speed depends on heat and on other processors",
                        "--fix switches it off while measuring (as root)"});
  }
  if (facts.throttled > 0) {
    findings.push_back(
        {Noise::red,
         fmt::format("the processor slowed down for heat {} times just now", facts.throttled),
         "let it cool down"});
  }
}

}  // namespace

std::string_view name_of(Noise noise) {
  switch (noise) {
    case Noise::green:
      return "green";
    case Noise::yellow:
      return "yellow";
    case Noise::red:
      return "red";
  }
  return "red";
}

Preflight assess(const sys::NoiseFacts& facts) {
  Preflight preflight;
  add_processes(facts, preflight.findings);
  add_load(facts, preflight.findings);
  add_frequency(facts, preflight.findings);
  for (const auto& finding : preflight.findings)
    preflight.noise = std::max(preflight.noise, finding.noise);
  return preflight;
}

Json to_json(const Preflight& preflight) {
  Json json = {{"noise", name_of(preflight.noise)}, {"findings", Json::array()}};
  for (const auto& finding : preflight.findings) {
    json["findings"].push_back(
        {{"noise", name_of(finding.noise)}, {"what", finding.what}, {"advice", finding.advice}});
  }
  return json;
}

}  // namespace ck::run
