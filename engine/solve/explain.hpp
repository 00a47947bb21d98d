#pragma once
/// Tells a minimal conflict as a tree, from the request down.

#include <set>

#include "solve/problem.hpp"
#include "solve/solver.hpp"

namespace ck::solve {

/// The tree and the code of the conflict that `minimal` is; no hints yet.
Conflict explain(const Index& index, const Request& request, const std::set<Requirement>& minimal);

}  // namespace ck::solve
