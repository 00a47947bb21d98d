#pragma once
/// Programs that repeat their work inside one run: how often. Internal to app.

#include <cstdint>
#include <optional>

#include "app/programs.hpp"
#include "measure/calibration.hpp"

namespace ck::app {

/// What the user said about it: --repeat=N, --skip_calibration, --calibration_time=SECONDS.
struct RepeatWish {
  std::optional<std::uint64_t> count;
  bool skip = false;
  std::optional<double> seconds;
};

/// Whether `values` have one of these options, or parameters that are called so.
bool has_repeat_wish(const model::Values& values);

/// Takes these options out of `values`, but for names in `parameters`, which are the program's own.
/// `usage` for numbers that are none.
Result<RepeatWish> take_repeat_wish(model::Values& values,
                                    const std::vector<std::string>& parameters);

/// --calibration_time among the values.
Result<std::optional<double>> calibration_seconds(const model::Values& values);

/// Finds how often the program repeats its work in runs that take `seconds` or a little less, and
/// says so. Nothing of these runs is kept.
Result<std::uint64_t> calibrated_iterations(const run::RunPlan& plan, double seconds,
                                            install::Context& context);

/// Warns where a program takes as long for many iterations as for one.
void tell_unresponsive(const measure::Calibration& found, const std::string& variable,
                       install::Context& context);

}  // namespace ck::app
