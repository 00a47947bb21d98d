#include <algorithm>
#include <utility>

#include "solve/search.hpp"

namespace ck::solve {

/// Makes a literal true. False, with the conflict noted, if it is known to be false.
bool Search::imply(Literal literal, Reason reason) {
  if (holds(literal)) return true;
  if (fails(literal)) {
    conflict_source_ = reason.source;
    conflict_ = reason.source.type == Source::Type::clause
                    ? clauses_[reason.source.number].literals
                    : std::vector<Literal>{literal, negated(reason.cause)};
    return false;
  }
  const auto atom = atom_of(literal);
  truth_[atom] = literal == is(atom) ? Truth::yes : Truth::no;
  level_of_[atom] = level();
  reason_[atom] = reason;
  trail_.push_back(literal);
  if (is_value(atom) && literal == is(atom)) {
    const auto [variable, position] = value_of(atom);
    taken_[variable] = position;
    const auto node = problem_.variables[variable].values[position];
    cycle_check_due_ = cycle_check_due_ || may_cycle_[node];
  }
  return true;
}

bool Search::propagate() {
  while (head_ < trail_.size()) {
    if (!budget_.spend()) return false;
    const auto literal = trail_[head_++];
    if (!follow_rules(literal) || !watch(negated(literal))) return false;
  }
  return true;
}

bool Search::follow_rules(Literal literal) {
  const auto atom = atom_of(literal);
  const bool positive = literal == is(atom);
  if (atom < first_value_atom_) return positive ? enter(atom) : exclude(atom);
  if (!positive) return true;
  if (is_value(atom)) return take(atom);
  const auto d = demand_of_[atom - end_of_values_];
  cycle_check_due_ = cycle_check_due_ || any_cycle_possible_;
  return d == kNone || refuse_values(d);
}

/// A node in the closure refuses the values that its demands do not accept, and its rivals.
bool Search::enter(NodeNo node) {
  for (const auto d : problem_.nodes[node].demands)
    if (premise(d) == node && !refuse_values(d)) return false;
  for (const auto& [rival, exclusion] : problem_.nodes[node].rivals)
    if (!imply(is_not(rival), {{Source::Type::exclusion, exclusion}, is(node)})) return false;
  return true;
}

bool Search::refuse_values(DemandNo d) {
  const auto& demand = problem_.demands[d];
  const auto first = first_value_[demand.variable];
  for (std::uint32_t i = 0; i < demand.accepts.size(); ++i)
    if (!demand.accepts[i] &&
        !imply(is_not(first + i), {{Source::Type::demand, d}, is(premise(d))}))
      return false;
  return true;
}

/// A node outside the closure is nobody's value.
bool Search::exclude(NodeNo node) {
  for (const auto value : values_of_node_[node])
    if (!imply(is_not(value), {Source{}, is_not(node)})) return false;
  return true;
}

/// A value taken brings its node in; rules out the variable's other values, other candidates of the
/// component under shared keys, and everybody whose demand does not accept it.
bool Search::take(Atom value) {
  const auto [v, position] = value_of(value);
  const auto& variable = problem_.variables[v];
  const auto node = variable.values[position];
  if (!imply(is(node), {Source{}, is(value)})) return false;
  for (std::uint32_t i = 0; i < variable.values.size(); ++i)
    if (i != position && !imply(is_not(first_value_[v] + i), {Source{}, is(value)})) return false;
  if (variable.shared()) {
    const auto component = problem_.index->component(problem_.nodes[node].candidate);
    for (const auto other : values_of_component_[component]) {
      const auto [w, at] = value_of(other);
      if (problem_.variables[w].values[at] != node && !imply(is_not(other), {Source{}, is(value)}))
        return false;
    }
  }
  for (const auto d : variable.demands) {
    const auto& demand = problem_.demands[d];
    if (!demand.accepts[position] &&
        !imply(is_not(premise(d)), {{Source::Type::demand, d}, is(value)}))
      return false;
  }
  return true;
}

/// Visits the clauses that watch a literal which has just failed.
bool Search::watch(Literal failed) {
  auto& list = watchers_[failed];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto number = list[i];
    auto& clause = clauses_[number];
    if (move_watch(clause, number, failed)) continue;
    list[kept++] = number;
    if (imply(clause.literals[0], {{Source::Type::clause, number}, kNone})) continue;
    while (++i < list.size()) list[kept++] = list[i];
    list.resize(kept);
    return false;
  }
  list.resize(kept);
  return true;
}

/// Puts the failed literal second; then true if another literal could take over as watched.
bool Search::move_watch(Clause& clause, ClauseNo number, Literal failed) {
  auto& literals = clause.literals;
  if (literals[0] == failed) std::swap(literals[0], literals[1]);
  if (holds(literals[0])) return false;
  for (std::size_t i = 2; i < literals.size(); ++i) {
    if (fails(literals[i])) continue;
    std::swap(literals[1], literals[i]);
    watchers_[literals[1]].push_back(number);
    return true;
  }
  return false;
}

void Search::attach(ClauseNo number) {
  const auto& literals = clauses_[number].literals;
  if (literals.size() < 2) return;
  watchers_[literals[0]].push_back(number);
  watchers_[literals[1]].push_back(number);
}

Search::ClauseNo Search::add_clause(std::vector<Literal> literals, std::vector<Source> sources) {
  clauses_.push_back({std::move(literals), std::move(sources)});
  const auto number = static_cast<ClauseNo>(clauses_.size() - 1);
  attach(number);
  return number;
}

}  // namespace ck::solve
