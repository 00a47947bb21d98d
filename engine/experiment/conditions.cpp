#include "experiment/conditions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "sys/noise.hpp"

namespace ck::experiment {
namespace {

/// The conditions of measuring that a record names.
struct Conditions {
  std::vector<unsigned> cpus;  ///< empty: any
  bool vary_environment = false;
  std::uint64_t seed = 1;
  bool preflight = false;  ///< what disturbs the machine was looked for
};

Result<Conditions> conditions_of(const store::Point& recorded) {
  CK_TRY(document, document_of(recorded));
  Conditions conditions;
  const auto sampling = document.find("sampling");
  if (sampling == document.end() || !sampling->is_object()) return conditions;
  conditions.vary_environment = sampling->value("environment", Json()) == Json("varied");
  if (const auto seed = sampling->find("seed");
      seed != sampling->end() && seed->is_number_unsigned())
    conditions.seed = seed->get<std::uint64_t>();
  conditions.preflight = sampling->contains("preflight");
  const auto cpus = sampling->find("cpus");
  if (cpus == sampling->end() || !cpus->is_array()) return conditions;
  for (const auto& cpu : *cpus) {
    if (cpu.is_number_unsigned()) conditions.cpus.push_back(cpu.get<unsigned>());
  }
  return conditions;
}

std::string processors_text(const std::vector<unsigned>& cpus) {
  std::vector<std::string> names;
  for (const unsigned cpu : cpus) names.push_back(std::to_string(cpu));
  return names.empty() ? "any" : join(names, ",");
}

std::string environment_text(bool varied) { return varied ? "varied" : "fixed"; }

}  // namespace

void look_at_machine(Sampling& sampling) {
  // Long enough to see who is busy at 10 ms a tick, short beside any benchmark.
  constexpr int kWatchMs = 300;
  sampling.preflight = run::assess(sys::watch_noise(kWatchMs));
}

void tell_noise(const Sampling& sampling, EventSink& events) {
  if (!sampling.preflight) return;
  for (const auto& finding : sampling.preflight->findings) {
    events.on(Warning{"noise (" + std::string(run::name_of(finding.noise)) + "): " + finding.what +
                      "; " + finding.advice});
  }
}

Result<std::vector<EnvironmentDifference>> host_differences_now(const store::Point& recorded,
                                                                const PointRequest& request,
                                                                const run::RunPlan& plan,
                                                                const install::Lock& lock,
                                                                const install::Context& context) {
  CK_TRY(document, document_of(recorded));
  return host_differences(document, make_document(request, plan, lock, context));
}

Result<std::vector<EnvironmentDifference>> hold_conditions(const store::Point& recorded,
                                                           const std::vector<unsigned>& allowed,
                                                           Sampling& sampling) {
  CK_TRY(conditions, conditions_of(recorded));
  const bool all_here = std::ranges::all_of(conditions.cpus, [&](unsigned cpu) {
    return std::ranges::find(allowed, cpu) != allowed.end();
  });
  sampling.cpus = all_here ? conditions.cpus : std::vector<unsigned>();
  sampling.vary_environment = conditions.vary_environment;
  sampling.seed = conditions.seed;
  return condition_differences(recorded, sampling);
}

Result<std::vector<EnvironmentDifference>> condition_differences(const store::Point& recorded,
                                                                 const Sampling& sampling) {
  CK_TRY(conditions, conditions_of(recorded));
  std::vector<EnvironmentDifference> differences;
  if (conditions.cpus != sampling.cpus) {
    differences.push_back(
        {"processors", processors_text(conditions.cpus), processors_text(sampling.cpus)});
  }
  if (conditions.vary_environment != sampling.vary_environment) {
    differences.push_back({"size of the environment", environment_text(conditions.vary_environment),
                           environment_text(sampling.vary_environment)});
  }
  return differences;
}

Status tell_unequal(const store::Point& recorded,
                    const std::vector<EnvironmentDifference>& differences,
                    const PointRequest& request, const run::RunPlan& plan,
                    const install::Lock& lock, install::Context& context) {
  CK_TRY(unequal, host_differences_now(recorded, request, plan, lock, context));
  unequal.insert(unequal.end(), differences.begin(), differences.end());
  for (const auto& difference : unequal) {
    context.events.on(Warning{"cannot be held equal: " + difference.what + ": " + difference.now +
                              " instead of " + difference.recorded});
  }
  return {};
}

Result<std::vector<EnvironmentDifference>> hold_equal(
    const store::Point& recorded, const std::vector<EnvironmentDifference>& differences,
    const run::RunPlan& plan, const install::Lock& lock, PointRequest& request,
    install::Context& context) {
  CK_TRY(conditions, conditions_of(recorded));
  CK_TRY(unequal, hold_conditions(recorded, sys::allowed_cpus(), request.sampling));
  auto told = unequal;
  told.insert(told.end(), differences.begin(), differences.end());
  CK_CHECK(tell_unequal(recorded, told, request, plan, lock, context));
  if (conditions.preflight) {
    look_at_machine(request.sampling);
    tell_noise(request.sampling, context.events);
  }
  return std::move(unequal);
}

}  // namespace ck::experiment
