/// Candidates that must be built need an order in which to build them, so no circle of needs may
/// pass through one of them. Circles are looked for among the nodes that could be in one at all.

#include <algorithm>
#include <utility>

#include "solve/search.hpp"

namespace ck::solve {
namespace {

/// For each node of a component with a circle and something to build in it: true.
std::vector<bool> in_built_circles(const Problem& problem, const Graph& graph,
                                   const std::vector<std::uint32_t>& component) {
  std::vector<std::uint32_t> size(graph.size(), 0);
  std::vector<bool> builds(graph.size(), false);
  std::vector<bool> circular(graph.size(), false);
  for (NodeNo node = 0; node < graph.size(); ++node) {
    const auto own = component[node];
    ++size[own];
    if (problem.must_be_built(node)) builds[own] = true;
    const bool needs_itself =
        std::find(graph[node].begin(), graph[node].end(), node) != graph[node].end();
    if (size[own] > 1 || needs_itself) circular[own] = true;
  }
  std::vector<bool> result(graph.size());
  for (NodeNo node = 0; node < graph.size(); ++node)
    result[node] = circular[component[node]] && builds[component[node]];
  return result;
}

}  // namespace

void Search::find_possible_cycles() {
  Graph graph(problem_.nodes.size());
  for (const auto& demand : problem_.demands)
    graph[demand.asker].insert(graph[demand.asker].end(), demand.accepted.begin(),
                               demand.accepted.end());
  may_cycle_ = in_built_circles(problem_, graph, strong_components(graph));
  any_cycle_possible_ = std::find(may_cycle_.begin(), may_cycle_.end(), true) != may_cycle_.end();
}

/// What the nodes in the closure have been given so far, among nodes that may be in a circle.
Graph Search::chosen_edges() const {
  Graph graph(problem_.nodes.size());
  for (NodeNo node = 0; node < graph.size(); ++node) {
    if (!may_cycle_[node] || truth_[node] != Truth::yes) continue;
    for (const auto d : problem_.nodes[node].demands) {
      const auto variable = problem_.demands[d].variable;
      if (taken_[variable] == kNone || truth_[premise(d)] != Truth::yes) continue;
      const auto value = problem_.variables[variable].values[taken_[variable]];
      if (may_cycle_[value]) graph[node].push_back(value);
    }
  }
  return graph;
}

/// False, with the conflict noted, if the choices made so far contain a circle of the refused sort.
bool Search::refuse_cycle() {
  const auto graph = chosen_edges();
  const auto circular = in_built_circles(problem_, graph, strong_components(graph));
  for (NodeNo node = 0; node < graph.size(); ++node)
    if (circular[node] && problem_.must_be_built(node))
      return report_cycle(shortest_cycle(graph, node));
  return true;
}

/// Not all of the choices that close the circle.
bool Search::report_cycle(const std::vector<NodeNo>& cycle) {
  std::vector<Literal> literals;
  std::vector<Source> sources;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const auto next = cycle[(i + 1) % cycle.size()];
    for (const auto d : problem_.nodes[cycle[i]].demands) {
      const auto variable = problem_.demands[d].variable;
      const auto position = taken_[variable];
      if (position == kNone || problem_.variables[variable].values[position] != next) continue;
      if (truth_[premise(d)] != Truth::yes) continue;
      const auto add = [&literals](Literal literal) {
        if (std::find(literals.begin(), literals.end(), literal) == literals.end())
          literals.push_back(literal);
      };
      add(is_not(first_value_[variable] + position));
      if (problem_.demands[d].conditional()) add(is_not(premise(d)));
      sources.push_back({Source::Type::demand, d});
      break;
    }
  }
  conflict_ = literals;
  const auto number = static_cast<ClauseNo>(clauses_.size());
  clauses_.push_back({std::move(literals), std::move(sources)});
  conflict_source_ = {Source::Type::clause, number};
  return false;
}

}  // namespace ck::solve
