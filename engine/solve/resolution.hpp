#pragma once
/// From the outcome of a search to what the user is told of it.

#include "solve/attempt.hpp"
#include "solve/solver.hpp"

namespace ck::solve {

/// `budget` is for finding out why better candidates could not be had; when it runs out, the reason
/// given is a general one.
Resolution resolution_of(const Attempt& solved, Budget& budget);

}  // namespace ck::solve
