#pragma once
/// Samples that lie far from the others. They are marked, never dropped.

#include <cstddef>
#include <span>
#include <vector>

namespace ck::measure {

/// Indices of samples whose modified z-score 0.6745 |x - median| / MAD is above 3.5 (Iglewicz and
/// Hoaglin, "How to Detect and Handle Outliers", 1993). Where more than half of the samples are
/// equal the MAD is 0 and the mean absolute deviation takes its place (|x - median| / (1.2533
/// MeanAD), ibid.). Ascending; fewer than 5 samples have none.
std::vector<std::size_t> find_outliers(std::span<const double> samples);

}  // namespace ck::measure
