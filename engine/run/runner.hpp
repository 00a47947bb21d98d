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

/// Runs in a new folder below `home.work()`, which is removed afterwards; outputs are hashed and
/// kept in the blobs (up to 16 MiB each). The keys are the plan's metrics followed by the engine's
/// own: wall_time, user_time, system_time (ns) and peak_memory (bytes), unless the program has one
/// of that name.
Result<RunOutcome> run_once(const RunPlan& plan, int number, const PassThrough& output,
                            install::Context& context);

/// The numbers of a finished run: JSON files by pointer, stdout by pattern. A required metric that
/// is missing or no finite number is an error naming file, pointer or pattern.
Result<std::vector<double>> extract_metrics(const std::vector<model::Metric>& metrics,
                                            const fs::path& folder, std::string_view out);

}  // namespace ck::run
