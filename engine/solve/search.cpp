#include "solve/search.hpp"

#include <algorithm>
#include <utility>

namespace ck::solve {

Search::Search(const Problem& problem, Budget& budget) : problem_(problem), budget_(budget) {
  make_atoms();
  find_possible_cycles();
  make_demand_clauses();
}

void Search::make_atoms() {
  const auto nodes = static_cast<Atom>(problem_.nodes.size());
  values_of_node_.resize(nodes);
  values_of_component_.resize(problem_.index->size());
  auto atoms = nodes;
  for (VariableNo v = 0; v < problem_.variables.size(); ++v) {
    const auto& variable = problem_.variables[v];
    first_value_.push_back(atoms);
    for (std::uint32_t position = 0; position < variable.values.size(); ++position, ++atoms) {
      const auto node = variable.values[position];
      values_.push_back({v, position});
      values_of_node_[node].push_back(atoms);
      if (!variable.shared()) continue;
      const auto component = problem_.index->component(problem_.nodes[node].candidate);
      values_of_component_[component].push_back(atoms);
    }
  }
  truth_.resize(atoms, Truth::open);
  level_of_.resize(atoms, 0);
  reason_.resize(atoms);
  watchers_.resize(2 * std::size_t{atoms});
  queued_.resize(problem_.variables.size(), false);
  taken_.resize(problem_.variables.size(), kNone);
}

void Search::make_demand_clauses() {
  for (DemandNo d = 0; d < problem_.demands.size(); ++d) {
    const auto& demand = problem_.demands[d];
    std::vector<Literal> literals{is_not(demand.asker)};
    for (std::uint32_t i = 0; i < demand.accepts.size(); ++i)
      if (demand.accepts[i]) literals.push_back(is(first_value_[demand.variable] + i));
    add_clause(std::move(literals), {{Source::Type::demand, d}});
  }
}

Outcome Search::run() {
  const auto fact = [](ClauseNo number) { return Reason{{Source::Type::clause, number}, kNone}; };
  bool consistent = imply(is(kRequestNode), Reason{});
  enqueue_needs(kRequestNode);
  for (ClauseNo i = 0; consistent && i < clauses_.size(); ++i)
    if (clauses_[i].literals.size() == 1) consistent = imply(clauses_[i].literals[0], fact(i));
  while (true) {
    if (!consistent || !settle()) {
      if (out_of_steps()) return {};
      if (!learn()) return {Outcome::Type::unsolvable, {}, {}, core()};
      consistent = true;
      continue;
    }
    const auto variable = next_variable();
    if (!variable) return solution();
    if (!budget_.spend()) return {};
    decide(*variable);
  }
}

/// Follows all consequences. False on a conflict, or when the steps have run out.
bool Search::settle() {
  while (propagate()) {
    if (out_of_steps()) return false;
    if (!cycle_check_due_) return true;
    cycle_check_due_ = false;
    if (!refuse_cycle()) return false;
  }
  return false;
}

void Search::enqueue_needs(NodeNo node) {
  for (const auto demand : problem_.nodes[node].demands) {
    const auto variable = problem_.demands[demand].variable;
    if (queued_[variable]) continue;
    queued_[variable] = true;
    queue_.push_back(variable);
  }
}

/// The first variable in use that has no value yet. The needs of chosen candidates join the queue
/// only when their turn comes: that makes the order breadth first whatever was propagated when.
std::optional<VariableNo> Search::next_variable() {
  for (; next_ < queue_.size(); ++next_) {
    const auto variable = queue_[next_];
    if (taken_[variable] == kNone) return variable;
    enqueue_needs(problem_.variables[variable].values[taken_[variable]]);
  }
  return std::nullopt;
}

void Search::decide(VariableNo variable) {
  levels_.push_back({trail_.size(), queue_.size(), next_});
  auto value = first_value_[variable];
  while (truth_[value] != Truth::open) ++value;
  imply(is(value), Reason{});
}

void Search::undo_to(std::uint32_t level) {
  if (level >= levels_.size()) return;
  const auto [trail, queue, next] = levels_[level];
  for (; trail_.size() > trail; trail_.pop_back()) {
    const auto atom = atom_of(trail_.back());
    if (atom >= problem_.nodes.size() && truth_[atom] == Truth::yes)
      taken_[values_[atom - problem_.nodes.size()].variable] = kNone;
    truth_[atom] = Truth::open;
  }
  for (; queue_.size() > queue; queue_.pop_back()) queued_[queue_.back()] = false;
  next_ = next;
  head_ = trail;
  levels_.resize(level);
}

Outcome Search::solution() const {
  Outcome result;
  result.type = Outcome::Type::solved;
  result.reached = queue_;
  result.chosen.assign(problem_.variables.size(), kNone);
  for (const auto variable : queue_)
    result.chosen[variable] = problem_.variables[variable].values[taken_[variable]];
  return result;
}

}  // namespace ck::solve
