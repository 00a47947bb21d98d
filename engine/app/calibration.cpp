#include "app/calibration.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ck::app {
namespace {

constexpr const char* kRepeat = "repeat";
constexpr const char* kSkip = "skip_calibration";
constexpr const char* kTime = "calibration_time";

}  // namespace

Result<std::optional<double>> calibration_seconds(const model::Values& values) {
  const auto given = values.find(kTime);
  if (given == values.end()) return std::nullopt;
  const auto seconds = parse_number(given->second);
  if (!seconds || !(*seconds > 0)) {
    return fail(ErrorCode::usage, "--calibration_time=" + printable(given->second) +
                                      ": it must be a number of seconds above 0");
  }
  return seconds;
}

bool has_repeat_wish(const model::Values& values) {
  return values.contains(kRepeat) || values.contains(kSkip) || values.contains(kTime);
}

Result<RepeatWish> take_repeat_wish(model::Values& values,
                                    const std::vector<std::string>& parameters) {
  const auto ours = [&](const char* name) {
    return values.contains(name) && std::ranges::find(parameters, name) == parameters.end();
  };
  RepeatWish wish;
  if (ours(kRepeat)) {
    const auto count = parse_integer(values[kRepeat]);
    if (!count || *count < 1) {
      return fail(ErrorCode::usage,
                  "--repeat=" + printable(values[kRepeat]) + ": it must be a number from 1 up");
    }
    wish.count = static_cast<std::uint64_t>(*count);
    values.erase(kRepeat);
  }
  if (ours(kTime)) {
    CK_TRY(seconds, calibration_seconds(values));
    wish.seconds = seconds;
    values.erase(kTime);
  }
  if (ours(kSkip)) {
    wish.skip = values[kSkip] == "yes";
    values.erase(kSkip);
  }
  return wish;
}

Result<std::uint64_t> calibrated_iterations(const run::RunPlan& plan, double seconds,
                                            install::Context& context) {
  constexpr double kNanoseconds = 1e9;
  auto trial = plan;
  const auto seconds_of = [&](std::uint64_t count) -> Result<double> {
    run::set_iterations(trial, count);
    context.events.on(Note{"calibrating: " + std::to_string(count) + " iterations"});
    CK_TRY(outcome, run::run_once(trial, 1, {}, context));
    if (outcome.failure) return fail(std::move(*outcome.failure).in("while calibrating"));
    return static_cast<double>(outcome.repetition.wall_ns) / kNanoseconds;
  };
  CK_TRY(found, measure::calibrate(seconds_of, seconds));
  tell_unresponsive(found, plan.iterations->variable, context);
  return found.count;
}

void tell_unresponsive(const measure::Calibration& found, const std::string& variable,
                       install::Context& context) {
  if (found.responds) return;
  context.events.on(
      Warning{"the program takes as long for many iterations as for one: it seems not "
              "to follow " +
              variable});
}

}  // namespace ck::app
