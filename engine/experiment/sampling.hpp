#pragma once
/// How often a plan is executed, and when that is enough.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "measure/description.hpp"
#include "run/preflight.hpp"
#include "run/runner.hpp"

namespace ck::experiment {

struct Sampling {
  int repetitions = 1;  ///< exactly so many, unless a precision is asked for
  /// Until half the 95 % interval of the metric's median is at most this share of it, the
  /// warm-up left out; but no longer than the budget, and at least 10 and at most 1,000 times.
  std::optional<double> precision;
  std::string metric;  ///< that decides; empty: the primary one
  double budget_seconds = 60;
  std::vector<unsigned> cpus;     ///< see `run::Conditions`
  bool vary_environment = false;  ///< another size of the environment for each execution
  bool counters = false;
  std::uint64_t seed = 1;  ///< of the sizes
  std::optional<run::Preflight> preflight;
};

/// What became of it, for the record.
struct SamplingResult {
  std::string metric;       ///< that decided
  std::size_t warm_up = 0;  ///< first repetitions that are kept but not counted
  double relative_half_width = 0;
  bool precise = true;     ///< the rule was reached, or none was asked for
  std::size_t needed = 0;  ///< about how many more repetitions reach it
};

/// Takes one repetition's outcome into the archive.
using Keep = std::function<Status(const run::RunOutcome&)>;

/// Executes until enough is known; one outcome after the other goes to `keep`. The error of the
/// program or of an interruption ends it and is handed back beside the result.
struct Sampled {
  SamplingResult result;
  std::optional<Error> failure;
};
Result<Sampled> sample(const Sampling& sampling, const run::RunPlan& plan,
                       const run::Phases& phases, const run::PassThrough& output, const Keep& keep,
                       install::Context& context);

/// The conditions of the `number`-th execution (from 1).
run::Conditions conditions_of(const Sampling& sampling, int number);

/// The metric that decides when to stop and that comparisons are about: the first of the program's
/// own with the role "performance" and a direction, else "iteration_time" where there is one, else
/// "wall_time".
std::string primary_metric(const std::vector<store::MetricKey>& keys);

/// "sampling" of a record, and what stands there.
Json to_json(const Sampling& sampling, const SamplingResult& result);
struct SamplingRecord {
  std::optional<double> precision;
  SamplingResult result;
};
/// Nothing for a record of a run that was no benchmark, or that says it in another way.
std::optional<SamplingRecord> sampling_of(const store::Point& point);

}  // namespace ck::experiment
