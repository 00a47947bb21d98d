#pragma once
/// One full try at a request under some changes, and what of it a failure rests on.

#include <set>

#include "solve/search.hpp"

namespace ck::solve {

struct Attempt {
  Problem problem;
  Outcome outcome;
};

/// Grounds and searches. Grounding is paid for from the budget too, one step a demand.
Attempt attempt(const Index& index, const Request& request, const Changes& changes, Budget& budget);

/// The needs in the core of a failed attempt and the pins that touch their keys.
std::set<Requirement> blamed(const Attempt& failed, const Changes& changes);

/// Takes requirements away from `suspects`, one after the other, as long as the rest has no
/// solution. Without any one of those that are left there is one, unless the budget ran out before
/// all were tried. Pins go first, then the needs furthest from the request: what is left is the
/// conflict nearest to what the user wrote.
std::set<Requirement> minimised(const Index& index, const Request& request,
                                std::set<Requirement> suspects, Budget& budget);

}  // namespace ck::solve
