#include "solve/attempt.hpp"

#include <utility>
#include <vector>

namespace ck::solve {
namespace {

/// In the order in which they should be given up, if that is possible.
std::vector<Requirement> by_dispensability(const Problem& problem,
                                           const std::set<Requirement>& suspects) {
  std::vector<Requirement> result;
  for (const auto& suspect : suspects)
    if (suspect.type == Requirement::Type::pin) result.push_back(suspect);
  for (auto demand = problem.demands.rbegin(); demand != problem.demands.rend(); ++demand)
    if (suspects.contains(demand->requirement)) result.push_back(demand->requirement);
  for (const auto& exclusion : problem.exclusions)
    if (suspects.contains(exclusion.requirement)) result.push_back(exclusion.requirement);
  return result;
}

}  // namespace

Attempt attempt(const Index& index, const Request& request, const Changes& changes,
                Budget& budget) {
  Attempt result{ground(index, request, changes), Outcome{}};
  if (budget.spend(result.problem.demands.size()))
    result.outcome = Search(result.problem, budget).run();
  return result;
}

std::set<Requirement> blamed(const Attempt& failed, const Changes& changes) {
  std::set<Requirement> result;
  for (const auto d : failed.outcome.core) {
    const auto& demand = failed.problem.demands[d];
    result.insert(demand.requirement);
    for (const auto& pin :
         Problem::pins_of(*failed.problem.request, demand.dependency->key, changes))
      result.insert(pin);
  }
  for (const auto e : failed.outcome.core_exclusions)
    result.insert(failed.problem.exclusions[e].requirement);
  return result;
}

std::set<Requirement> minimised(const Index& index, const Request& request,
                                std::set<Requirement> suspects, Budget& budget) {
  const auto whole = ground(index, request, {.only = &suspects});
  for (const auto& suspect : by_dispensability(whole, suspects)) {
    if (!suspects.contains(suspect)) continue;
    auto rest = suspects;
    rest.erase(suspect);
    const Changes changes{.only = &rest};
    const auto without = attempt(index, request, changes, budget);
    if (without.outcome.type == Outcome::Type::out_of_steps) break;
    if (without.outcome.type == Outcome::Type::unsolvable) suspects = blamed(without, changes);
  }
  return suspects;
}

}  // namespace ck::solve
