#include "solve/search.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace ck::solve {

Search::Search(const Problem& problem, Budget& budget, std::vector<Narrowing> narrowings)
    : problem_(problem), budget_(budget), narrowings_(std::move(narrowings)) {
  make_atoms();
  find_possible_cycles();
  make_condition_clauses();
  make_demand_clauses();
}

void Search::make_atoms() {
  const auto nodes = static_cast<Atom>(problem_.nodes.size());
  values_of_node_.resize(nodes);
  values_of_component_.resize(problem_.index->size());
  auto atoms = first_value_atom_ = nodes;
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
  end_of_values_ = atoms;
  truth_.resize(atoms, Truth::open);
  level_of_.resize(atoms, 0);
  reason_.resize(atoms);
  watchers_.resize(2 * std::size_t{atoms});
  queued_.resize(problem_.variables.size(), false);
  place_.resize(problem_.variables.size(), 0);
  taken_.resize(problem_.variables.size(), kNone);
}

Search::Atom Search::new_atom() {
  const auto atom = static_cast<Atom>(truth_.size());
  truth_.push_back(Truth::open);
  level_of_.push_back(0);
  reason_.emplace_back();
  watchers_.resize(watchers_.size() + 2);
  demand_of_.push_back(kNone);
  return atom;
}

/// An atom that holds when the variable has one of the values that pass.
Search::Atom Search::test_atom(const Test& test, DemandNo d) {
  const auto atom = new_atom();
  for (std::uint32_t i = 0; i < test.passes.size(); ++i)
    if (test.passes[i])
      add_clause({is_not(first_value_[test.variable] + i), is(atom)}, {{Source::Type::demand, d}});
  return atom;
}

void Search::make_condition_clauses() {
  for (DemandNo d = 0; d < problem_.demands.size(); ++d) {
    const auto& demand = problem_.demands[d];
    premise_.push_back(demand.asker);
    if (!demand.conditional()) continue;
    premise_[d] = new_atom();
    demand_of_.back() = d;
    if (demand.never) continue;
    std::vector<Literal> literals{is_not(demand.asker)};
    for (const auto& test : demand.conditions) literals.push_back(is_not(test_atom(test, d)));
    literals.push_back(is(premise_[d]));
    add_clause(std::move(literals), {{Source::Type::demand, d}});
  }
}

void Search::make_demand_clauses() {
  for (DemandNo d = 0; d < problem_.demands.size(); ++d) {
    const auto& demand = problem_.demands[d];
    std::vector<Literal> literals{is_not(premise(d))};
    for (std::uint32_t i = 0; i < demand.accepts.size(); ++i)
      if (demand.accepts[i]) literals.push_back(is(first_value_[demand.variable] + i));
    add_clause(std::move(literals), {{Source::Type::demand, d}});
  }
}

Outcome Search::run() {
  const auto fact = [](ClauseNo number) { return Reason{{Source::Type::clause, number}, kNone}; };
  bool consistent = imply(is(kRequestNode), Reason{}) && narrow();
  enqueue_needs(kRequestNode);
  for (ClauseNo i = 0; consistent && i < clauses_.size(); ++i)
    if (clauses_[i].literals.size() == 1) consistent = imply(clauses_[i].literals[0], fact(i));
  while (true) {
    if (!consistent || !settle()) {
      if (out_of_steps()) return {};
      if (!learn()) {
        Outcome outcome;
        outcome.type = Outcome::Type::unsolvable;
        core(outcome);
        return outcome;
      }
      consistent = true;
      continue;
    }
    const auto variable = next_variable();
    if (!variable) return solution();
    if (!budget_.spend()) return {};
    decide(*variable);
  }
}

bool Search::narrow() {
  for (const auto& [variable, allowed] : narrowings_) {
    const auto& values = problem_.variables[variable].values;
    for (std::uint32_t i = 0; i < values.size(); ++i)
      if (std::ranges::find(allowed, values[i]) == allowed.end() &&
          !imply(is_not(first_value_[variable] + i), Reason{}))
        return false;
  }
  return true;
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

void Search::enqueue(VariableNo variable) {
  if (queued_[variable]) return;
  queued_[variable] = true;
  place_[variable] = queue_.size();
  queue_.push_back(variable);
}

void Search::enqueue_needs(NodeNo node) {
  for (const auto d : problem_.nodes[node].demands) {
    if (problem_.demands[d].conditional()) {
      waiting_.push_back(d);
    } else {
      enqueue(problem_.demands[d].variable);
    }
  }
}

/// Those of the conditional demands that are known to be demands by what has had its turn.
void Search::enqueue_conditional() {
  const auto had_its_turn = [this](const Test& test) {
    return queued_[test.variable] && place_[test.variable] <= next_;
  };
  for (const auto d : waiting_) {
    const auto& demand = problem_.demands[d];
    if (truth_[premise(d)] == Truth::yes && std::ranges::all_of(demand.conditions, had_its_turn))
      enqueue(demand.variable);
  }
}

/// The first variable in use that has no value yet. The needs of chosen candidates join the queue
/// only when their turn comes: that makes the order breadth first whatever was propagated when.
std::optional<VariableNo> Search::next_variable() {
  for (; next_ < queue_.size(); ++next_) {
    const auto variable = queue_[next_];
    if (taken_[variable] == kNone) return variable;
    enqueue_needs(problem_.variables[variable].values[taken_[variable]]);
    enqueue_conditional();
  }
  return std::nullopt;
}

void Search::decide(VariableNo variable) {
  levels_.push_back({trail_.size(), queue_.size(), next_, waiting_.size()});
  auto value = first_value_[variable];
  while (truth_[value] != Truth::open) ++value;
  imply(is(value), Reason{});
}

void Search::undo_to(std::uint32_t level) {
  if (level >= levels_.size()) return;
  const auto [trail, queue, next, waiting] = levels_[level];
  for (; trail_.size() > trail; trail_.pop_back()) {
    const auto atom = atom_of(trail_.back());
    if (is_value(atom) && truth_[atom] == Truth::yes) taken_[value_of(atom).variable] = kNone;
    truth_[atom] = Truth::open;
  }
  for (; queue_.size() > queue; queue_.pop_back()) queued_[queue_.back()] = false;
  waiting_.resize(waiting);
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
  for (const auto atom : premise_) result.active.push_back(truth_[atom] == Truth::yes);
  return result;
}

}  // namespace ck::solve
