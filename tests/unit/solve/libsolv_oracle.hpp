#pragma once
/// libsolv as an oracle: whether a problem has any solution at all.

#include <optional>

#include "solve/problem.hpp"

namespace ck::test {

/// Nothing for problems that cannot be said in its terms: possible circles of things to build, and
/// conditions on keys that their writers need only conditionally.
std::optional<bool> libsolv_finds_a_solution(const solve::Problem& problem);

}  // namespace ck::test
