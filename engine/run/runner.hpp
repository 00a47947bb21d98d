#pragma once
/// Executing a run plan once and measuring it.

#include <functional>
#include <optional>
#include <string_view>

#include "install/context.hpp"
#include "run/plan.hpp"
#include "store/store.hpp"

namespace ck::run {

/// Where the program's own output goes while it runs; empty functions drop it.
struct PassThrough {
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
};

/// What one execution gave. A failure of the program is not an error of `run_once`: it stands in
/// `failure`, and the repetition is complete all the same (it will be archived).
struct RunOutcome {
  store::Repetition repetition;
  std::vector<store::MetricKey> keys;  ///< in the order of `repetition.metrics`
  std::optional<Error> failure;        ///< program_failed or interrupted
};

/// A number that a step around the execution found.
struct Measured {
  store::MetricKey key;
  double value = 0;
};

/// Steps around the execution, for formats that have them; each may be empty. `folder` is where the
/// program runs.
struct Phases {
  /// Everything is in place; may change variables and arguments. What fails here is the program's
  /// failure, unless it is `io` or `interrupted`.
  std::function<Status(const fs::path& folder, sys::ProcessSpec& spec)> before;
  /// It ended, well or not; may put streams that went into files into the result.
  std::function<Status(const fs::path& folder, sys::ProcessResult& result)> ended;
  /// It ended well: the numbers it left, beside the plan's metrics.
  std::function<Result<std::vector<Measured>>(const fs::path& folder,
                                              const sys::ProcessResult& result)>
      measured;
  /// Code of components that was called so far, as a JSON list for the record.
  std::function<std::string()> hooks;
};

/// Under which conditions one execution is measured.
struct Conditions {
  std::vector<unsigned> cpus;  ///< the only processors it may run on; empty: any
  /// Length of an extra variable CK_PADDING, or 0: the size of the environment moves the stack and
  /// with it the speed (Mytkowicz, Diwan, Hauswirth and Sweeney, "Producing Wrong Data Without
  /// Doing Anything Obviously Wrong!", ASPLOS 2009), so it is varied between executions.
  std::size_t padding_bytes = 0;
  bool counters = false;  ///< hardware counters and energy, as far as the machine has them
};

/// Runs in a new folder below `home.work()`, which is removed afterwards; outputs are hashed and
/// kept in the blobs (up to 16 MiB each). The keys are the plan's metrics followed by the engine's
/// own: wall_time, user_time, system_time, cpu_time (their sum, ns), peak_memory and, of what was
/// built, binary_size (bytes), unless the program has one of that name; iteration_time and
/// iteration_cpu_time (ns) too where the plan has iterations, over which the program's totals are
/// divided as well.
Result<RunOutcome> run_once(const RunPlan& plan, int number, const PassThrough& output,
                            install::Context& context, const Phases& phases = {},
                            const Conditions& conditions = {});

/// The numbers of a finished run: JSON files by pointer, stdout by pattern. A required metric that
/// is missing or no finite number is an error naming file, pointer or pattern.
Result<std::vector<double>> extract_metrics(const std::vector<model::Metric>& metrics,
                                            const fs::path& folder, std::string_view out);

}  // namespace ck::run
