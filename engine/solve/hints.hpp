#pragma once
/// What a user could change to get out of a conflict.

#include <set>
#include <string>
#include <vector>

#include "solve/attempt.hpp"

namespace ck::solve {

/// At most six, cheapest change first: reuse, pins, spelling, versions, privacy; then what only
/// informs. Promises of a solution are kept: each has been tried on the whole request.
std::vector<std::string> hints_for(const Universe& universe, const Index& index,
                                   const Request& request, const std::set<Requirement>& minimal,
                                   Budget& budget);

}  // namespace ck::solve
