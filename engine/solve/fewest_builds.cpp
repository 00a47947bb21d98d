#include "solve/fewest_builds.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace ck::solve {
namespace {

std::size_t builds(const Problem& problem, const Outcome& outcome, std::size_t first_keys) {
  std::set<NodeNo> built;
  for (std::size_t i = 0; i < std::min(first_keys, outcome.reached.size()); ++i) {
    const auto node = outcome.chosen[outcome.reached[i]];
    if (problem.must_be_built(node)) built.insert(node);
  }
  return built.size();
}

std::size_t builds(const Problem& problem, const Outcome& outcome) {
  return builds(problem, outcome, outcome.reached.size());
}

/// For each other component that could be built for the variable and is preferred for its name
/// alone or not even for that: its values, in order of preference.
std::vector<std::vector<NodeNo>> peers(const Problem& problem, VariableNo variable, NodeNo chosen) {
  const auto& index = *problem.index;
  const auto number = problem.nodes[chosen].candidate;
  std::vector<std::vector<NodeNo>> result;
  std::map<std::uint32_t, std::size_t> place;
  for (const auto value : problem.variables[variable].values) {
    const auto other = problem.nodes[value].candidate;
    // What comes before the choice has been found impossible.
    if (other < number || !problem.must_be_built(value)) continue;
    const auto component = index.component(other);
    if (component == index.component(number)) continue;
    if (index.component_rank(other) != index.component_rank(number)) continue;
    const auto [known, fresh] = place.try_emplace(component, result.size());
    if (fresh) result.emplace_back();
    result[known->second].push_back(value);
  }
  return result;
}

}  // namespace

void prefer_fewest_builds(Attempt& solved, Budget& budget) {
  const auto& problem = solved.problem;
  auto& best = solved.outcome;
  std::vector<Narrowing> kept;
  for (std::size_t i = 0; i < best.reached.size(); ++i) {
    const auto variable = best.reached[i];
    const auto first = best.chosen[variable];
    if (problem.must_be_built(first)) {
      for (auto& values : peers(problem, variable, first)) {
        if (builds(problem, best) == builds(problem, best, i + 1)) break;
        auto narrowings = kept;
        narrowings.push_back({variable, std::move(values)});
        auto tried = Search(problem, budget, narrowings).run();
        if (tried.type == Outcome::Type::out_of_steps) return;
        if (tried.type != Outcome::Type::solved || builds(problem, tried) >= builds(problem, best))
          continue;
        tried.fewer_builds = best.fewer_builds;
        best = std::move(tried);
      }
      if (best.chosen[variable] != first) best.fewer_builds.push_back({variable, first});
    }
    kept.push_back({variable, {best.chosen[variable]}});
  }
}

}  // namespace ck::solve
