#include "measure/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace ck::measure {
namespace {

constexpr int kRounds = 20;
constexpr double kMostIterations = 1e9;
constexpr double kShort = 1.0 / 8;
constexpr double kLeastFactor = 0.8;
constexpr double kMostFactor = 1.4;
/// A run that takes so much longer has felt that there is more to do.
constexpr double kFelt = 1.2;
/// So much more to do has to be felt, unless the run is short.
constexpr double kMostUnfelt = 1e6;

}  // namespace

Result<Calibration> calibrate(const std::function<Result<double>(std::uint64_t count)>& run,
                              double target) {
  CK_TRY(alone, run(1));
  double count = 1;
  double seconds = alone;
  double last_felt = 1;
  for (int round = 0; round < kRounds; ++round) {
    const bool too_short = seconds < kShort * target;
    const double factor = target / seconds;
    if (!too_short && factor >= kLeastFactor && factor <= kMostFactor) break;
    // While starting the process hides the work, proportions say nothing.
    const bool hidden = too_short || last_felt < count;
    const double next = hidden ? count * 10 : std::max(1.0, std::round(count * factor));
    if (next == count) break;
    if (next > kMostIterations || (!too_short && next / last_felt > kMostUnfelt))
      return Calibration{1, alone, false};
    CK_TRY(now, run(static_cast<std::uint64_t>(next)));
    if (next < count || now >= kFelt * seconds) last_felt = next;
    count = next;
    seconds = now;
  }
  return Calibration{static_cast<std::uint64_t>(count), seconds, true};
}

}  // namespace ck::measure
