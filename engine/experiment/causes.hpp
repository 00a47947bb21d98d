#pragma once
/// Why a repetition is slow, where its record shows it.

#include <string>
#include <vector>

#include "store/point.hpp"

namespace ck::experiment {

/// What stood out in this repetition beside the others of its point: time the hypervisor took,
/// processors that others used, being put aside, reading from disk, a lower frequency. Empty where
/// nothing visible did.
std::vector<std::string> causes_of(const store::Point& point, std::size_t repetition);

}  // namespace ck::experiment
