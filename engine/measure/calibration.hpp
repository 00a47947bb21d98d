#pragma once
/// How often a program shall repeat its work inside one run.

#include <cstdint>
#include <functional>

#include "base/error.hpp"

namespace ck::measure {

struct Calibration {
  std::uint64_t count = 1;
  double seconds = 0;    ///< that a run takes with this count
  bool responds = true;  ///< false: the time does not grow with the count, which is left at 1
};

/// Repeats until a run takes from about 0.7 to 1.25 times `target` seconds, as CK does: tenfold
/// while it takes less than an eighth of it or does not take longer with more to do, since then
/// starting the process hides the work; else in proportion. `run` tells the seconds of one run with
/// so many iterations; its error ends it.
Result<Calibration> calibrate(const std::function<Result<double>(std::uint64_t count)>& run,
                              double target);

}  // namespace ck::measure
