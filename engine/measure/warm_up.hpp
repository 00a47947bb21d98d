#pragma once
/// How many of the first samples belong to a warm-up.

#include <cstddef>
#include <span>

namespace ck::measure {

/// The number of first samples that differ from what follows, at most half of them: the change
/// point that explains the samples best as two levels, each its median (least absolute deviations),
/// if that gains more in likelihood than chance would; then once more for what follows, so that a
/// slow approach is found too. Change points for warm-up: Barrett, Bolz-Tereick, Killick, Mount and
/// Tratt, "Virtual Machine Warmup Blows Hot and Cold", OOPSLA 2017; the gain is a penalised Laplace
/// likelihood with penalty 4 ln n + 4, set by simulation so that samples without a warm-up have one
/// in fewer than 5 %. 0 with fewer than 6 samples.
std::size_t find_warm_up(std::span<const double> samples);

}  // namespace ck::measure
