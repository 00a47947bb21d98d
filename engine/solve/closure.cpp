#include "solve/closure.hpp"

#include <algorithm>

namespace ck::solve {

Closure::Closure(const Attempt& solved) : solved_(solved), in_(solved.problem.nodes.size(), false) {
  visit_all();
}

/// Depth first without recursion; a node is noted when all that it needs has been.
void Closure::visit_all() {
  struct Visit {
    NodeNo node;
    std::size_t next;
  };
  std::vector<Visit> open{{kRequestNode, 0}};
  in_[kRequestNode] = true;
  while (!open.empty()) {
    auto& [node, next] = open.back();
    const auto& demands = solved_.problem.nodes[node].demands;
    if (next == demands.size()) {
      order_.push_back(node);
      open.pop_back();
      continue;
    }
    const auto d = demands[next++];
    if (!solved_.outcome.active[d]) continue;
    const auto variable = solved_.problem.demands[d].variable;
    const auto needed = solved_.outcome.chosen[variable];
    if (in_[needed]) continue;
    in_[needed] = true;
    open.push_back({needed, 0});
  }
}

std::vector<DemandNo> Closure::demands_on(VariableNo variable) const {
  std::vector<DemandNo> result;
  for (const auto d : solved_.problem.variables[variable].demands)
    if (solved_.outcome.active[d] && in_[solved_.problem.demands[d].asker]) result.push_back(d);
  return result;
}

std::vector<NodeNo> Closure::acceptable(VariableNo variable) const {
  const auto& values = solved_.problem.variables[variable].values;
  const auto demands = demands_on(variable);
  std::vector<NodeNo> result;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::all_of(demands.begin(), demands.end(),
                    [&](DemandNo d) { return solved_.problem.demands[d].accepts[i]; }))
      result.push_back(values[i]);
  return result;
}

}  // namespace ck::solve
