#pragma once
/// The last tie-breaker but one: where the components for a key are equal but for their names, the
/// one with which the whole takes fewest builds.

#include "solve/attempt.hpp"

namespace ck::solve {

/// Goes through the choices of a solved attempt in the order in which keys are served. Where others
/// of the same origin and repository rank could be built instead, each is tried with all earlier
/// choices kept, and the first with which fewest candidates have to be built stays. The choices
/// that changed are noted in the outcome. Stops where it is when the budget runs out.
void prefer_fewest_builds(Attempt& solved, Budget& budget);

}  // namespace ck::solve
