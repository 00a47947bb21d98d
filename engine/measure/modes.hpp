#pragma once
/// Does a list of samples have one typical value or several?

#include <span>
#include <vector>

#include "measure/sample.hpp"

namespace ck::measure {

struct Mode {
  double at = 0;     ///< where samples are densest
  double share = 0;  ///< of all samples, between the valleys beside it
};

/// Peaks of a Gaussian kernel density with Silverman's bandwidth, 0.9 min(sd, IQR / 1.349) n^(-1/5)
/// ("Density Estimation for Statistics and Data Analysis", 1986, eq. 3.31), on 512 places. A peak
/// counts when the valley between it and the next is below 3/4 of the lower of the two, and when
/// at least 10 % of the samples and no fewer than 4 lie between its valleys; what does not count
/// goes to its neighbour. Ascending. Fewer than 8 samples, or samples without spread, have one
/// mode, the median. NaNs are left out; none of nothing.
std::vector<Mode> find_modes(std::span<const double> samples);

}  // namespace ck::measure
