#pragma once
/// What is measured of a whole run, told for one iteration of its work: runs that repeat their work
/// differently often can only be compared so. Internal to app.

#include <cstdint>
#include <optional>
#include <vector>

#include "experiment/query.hpp"
#include "run/plan.hpp"
#include "store/point.hpp"

namespace ck::app {

/// How often a run repeats its work: of programs that declare how, and of those of Collective
/// Knowledge (1 for those that do not repeat it). Nothing for others.
std::optional<std::uint64_t> iterations_of(const run::RunPlan& plan);

/// Over how many iterations a number goes. 1 unless it is of the whole run: ck's times, counters
/// and energy, and the `total_execution_time` of Collective Knowledge. A metric that the program
/// declares is what the program says, whatever it is called.
double iterations_in(const store::MetricKey& key, const run::RunPlan& plan);

/// The condition that holds for what is recorded of a run with these numbers when `condition` holds
/// for one iteration.
experiment::Condition of_whole_run(experiment::Condition condition,
                                   const std::vector<store::MetricKey>& keys,
                                   const run::RunPlan& plan);

}  // namespace ck::app
