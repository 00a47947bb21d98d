#include "solve/solver.hpp"

#include <algorithm>
#include <utility>

#include "solve/explain.hpp"
#include "solve/fewest_builds.hpp"
#include "solve/hints.hpp"
#include "solve/resolution.hpp"

namespace ck::solve {
namespace {

/// Steps for finding out why better candidates were not to be had: some milliseconds.
constexpr std::size_t kReasonSteps = 60'000;
/// Steps for comparing how much would have to be built: likewise.
constexpr std::size_t kTieSteps = 200'000;

Conflict conflict_of(const Universe& universe, const Index& index, const Request& request,
                     const Attempt& failed, std::size_t max_steps) {
  Budget budget{max_steps / 2};
  const auto minimal = minimised(index, request, blamed(failed, {}), budget);
  auto conflict = explain(index, request, minimal);
  Budget trials{max_steps / 10};
  conflict.hints = hints_for(universe, index, request, minimal, trials);
  return conflict;
}

}  // namespace

Result<std::variant<Resolution, Conflict>> solve(const Universe& universe, const Request& request,
                                                 const SolveLimits& limits) {
  CK_TRY(index, Index::build(universe, request.reuse));
  Budget budget{limits.max_steps};
  auto tried = attempt(index, request, {}, budget);
  switch (tried.outcome.type) {
    case Outcome::Type::solved: {
      Budget for_ties{std::min(limits.max_steps, kTieSteps)};
      prefer_fewest_builds(tried, for_ties);
      Budget for_reasons{std::min(limits.max_steps, kReasonSteps)};
      return resolution_of(tried, for_reasons);
    }
    case Outcome::Type::unsolvable:
      return conflict_of(universe, index, request, tried, limits.max_steps);
    case Outcome::Type::out_of_steps:
      break;
  }
  Error error(ErrorCode::unsupported, "gave up resolving " + request.subject + " after " +
                                          std::to_string(limits.max_steps) + " steps");
  error.hint("pin some of its dependencies, so that there is less to choose from");
  return fail(std::move(error));
}

}  // namespace ck::solve
