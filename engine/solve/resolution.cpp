#include "solve/resolution.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "solve/closure.hpp"
#include "solve/reasons.hpp"

namespace ck::solve {
namespace {

std::string scope_of(const Problem& problem, const Variable& variable) {
  if (variable.shared()) return {};
  if (variable.scope == kRequestNode) return problem.request->subject;
  return problem.candidate(variable.scope).id;
}

/// Variables in use so that each comes after those that its candidate needs.
std::vector<VariableNo> in_building_order(const Attempt& solved, const Closure& closure) {
  std::vector<std::vector<VariableNo>> by_node(solved.problem.nodes.size());
  for (const auto v : solved.outcome.reached) by_node[solved.outcome.chosen[v]].push_back(v);
  std::vector<VariableNo> order;
  for (const auto node : closure.dependencies_first())
    order.insert(order.end(), by_node[node].begin(), by_node[node].end());
  return order;
}

std::vector<std::string> unused_pins(const Attempt& solved) {
  std::set<std::string> unused;
  for (const auto& pin : solved.problem.request->pins) unused.insert(pin.key);
  for (const auto v : solved.outcome.reached) unused.erase(solved.problem.variables[v].key);
  return {unused.begin(), unused.end()};
}

}  // namespace

Resolution resolution_of(const Attempt& solved, Budget& budget) {
  const auto& problem = solved.problem;
  const Closure closure(solved);
  Reasons reasons(solved, closure, budget);
  Resolution result;
  for (const auto v : in_building_order(solved, closure)) {
    const auto& variable = problem.variables[v];
    const auto& chosen = problem.candidate(solved.outcome.chosen[v]);
    Choice choice{variable.key, scope_of(problem, variable), chosen.id, reasons.of_choice(v),
                  {},           reasons.of_rejections(v)};
    for (const auto d : closure.demands_on(v)) {
      const auto asker = problem.demands[d].asker;
      choice.demands.push_back(
          {asker == kRequestNode ? problem.request->subject : problem.candidate(asker).id,
           *problem.demands[d].dependency});
    }
    result.choices.push_back(std::move(choice));
  }
  for (const auto node : closure.dependencies_first()) {
    auto& edges = node == kRequestNode ? result.roots : result.edges[problem.candidate(node).id];
    for (const auto d : problem.nodes[node].demands) {
      if (!solved.outcome.active[d]) continue;
      const auto v = problem.demands[d].variable;
      edges[problem.variables[v].key] = problem.candidate(solved.outcome.chosen[v]).id;
    }
  }
  result.unused_pins = unused_pins(solved);
  return result;
}

}  // namespace ck::solve
