#pragma once
/// The exact search: conflict-driven clause learning over the variables of a problem, with
/// decisions always in breadth-first order of declaration and values always in order of preference.
/// Learning and jumping back only ever skip what holds no solution, so the first solution found is
/// the first one in that order: the answer.
///
/// Atoms: "this node is in the closure", "this conditional demand is one", "this test of a
/// condition passes" and "this variable takes this value". Clauses kept in memory: one per demand
/// ("if the asker is in, one of the accepted values is taken"), those that make conditions come
/// true, cycles met on the way, and what was learned. The many two-literal rules (one value a
/// variable, one candidate a component, values a demand refuses, exclusions) are followed straight
/// from the problem.
///
/// A conditional demand joins the queue when the last of the choices that its condition looks at
/// has had its turn. Conditions are followed in one direction only: what nothing makes true is
/// false.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "solve/graph.hpp"
#include "solve/problem.hpp"

namespace ck::solve {

/// Counts work over one or several searches.
struct Budget {
  std::size_t left = 0;
  bool spend(std::size_t steps = 1) {
    if (left < steps) return left = 0, false;
    left -= steps;
    return true;
  }
};

/// "If the variable is in use, it takes one of these."
struct Narrowing {
  VariableNo variable = 0;
  std::vector<NodeNo> allowed;
};

struct Outcome {
  enum class Type { solved, unsolvable, out_of_steps };
  Type type = Type::out_of_steps;
  std::vector<VariableNo> reached;           ///< solved: the variables in use, breadth first
  std::vector<NodeNo> chosen;                ///< solved: by variable; kNone where not in use
  std::vector<DemandNo> core;                ///< unsolvable: demands that suffice for it, ascending
  std::vector<ExclusionNo> core_exclusions;  ///< and exclusions
  /// Solved: variables and the choices they would have but for the number of builds.
  std::vector<std::pair<VariableNo, NodeNo>> fewer_builds;
  std::vector<bool> active;  ///< solved: by demand, whether its asker is in and its condition holds
};

class Search {
 public:
  Search(const Problem& problem, Budget& budget, std::vector<Narrowing> narrowings = {});
  Outcome run();

 private:
  using Atom = std::uint32_t;
  using Literal = std::uint32_t;  ///< 2 * atom, plus 1 when negated
  using ClauseNo = std::uint32_t;
  enum class Truth : std::uint8_t { open, no, yes };

  /// Where a step of the proof comes from.
  struct Source {
    enum class Type : std::uint8_t { rule, demand, exclusion, clause, fact };
    Type type = Type::rule;
    /// Of the demand, the exclusion, the clause, or the atom known without decisions.
    std::uint32_t number = kNone;
  };
  struct Clause {
    std::vector<Literal> literals;  ///< the first two are watched
    std::vector<Source> sources;
  };
  /// Why an atom has its truth: a decision (rule without cause), a cause and the rule or demand
  /// that links them, or a clause.
  struct Reason {
    Source source;
    Literal cause = kNone;
  };
  struct Level {
    std::size_t trail;
    std::size_t queue;
    std::size_t next;
    std::size_t waiting;
  };

  static Literal is(Atom atom) { return 2 * atom; }
  static Literal is_not(Atom atom) { return 2 * atom + 1; }
  static Atom atom_of(Literal literal) { return literal / 2; }
  static Literal negated(Literal literal) { return literal ^ 1U; }
  bool holds(Literal literal) const {
    return truth_[literal / 2] == (literal % 2 == 0 ? Truth::yes : Truth::no);
  }
  bool fails(Literal literal) const { return holds(negated(literal)); }
  std::uint32_t level() const { return static_cast<std::uint32_t>(levels_.size()); }

  // search.cpp
  void make_atoms();
  void make_demand_clauses();
  void make_condition_clauses();
  Atom test_atom(const Test& test, DemandNo d);
  Atom new_atom();
  bool is_value(Atom atom) const { return atom >= first_value_atom_ && atom < end_of_values_; }
  const auto& value_of(Atom atom) const { return values_[atom - first_value_atom_]; }
  /// What must be so for the demand to be one.
  Atom premise(DemandNo d) const { return premise_[d]; }
  bool narrow();
  bool settle();
  bool out_of_steps() const { return budget_.left == 0; }
  std::optional<VariableNo> next_variable();
  void enqueue(VariableNo variable);
  void enqueue_needs(NodeNo node);
  void enqueue_conditional();
  void decide(VariableNo variable);
  void undo_to(std::uint32_t level);
  Outcome solution() const;

  // propagate.cpp
  bool propagate();
  bool imply(Literal literal, Reason reason);
  bool follow_rules(Literal literal);
  bool enter(NodeNo node);
  bool refuse_values(DemandNo d);
  bool exclude(NodeNo node);
  bool take(Atom value);
  bool watch(Literal failed);
  bool move_watch(Clause& clause, ClauseNo number, Literal failed);
  void attach(ClauseNo number);
  ClauseNo add_clause(std::vector<Literal> literals, std::vector<Source> sources);

  // cycles.cpp
  void find_possible_cycles();
  bool refuse_cycle();
  Graph chosen_edges() const;
  bool report_cycle(const std::vector<NodeNo>& cycle);

  // analyse.cpp
  bool learn();
  std::vector<Literal> others(Literal literal) const;
  std::uint32_t highest_level(const std::vector<Literal>& literals) const;
  void core(Outcome& outcome) const;

  const Problem& problem_;
  Budget& budget_;
  std::vector<Narrowing> narrowings_;

  struct ValueAtom {
    VariableNo variable;
    std::uint32_t position;
  };
  Atom first_value_atom_ = 0;                           ///< atoms below are nodes
  Atom end_of_values_ = 0;                              ///< atoms from here on belong to conditions
  std::vector<Atom> first_value_;                       ///< by variable
  std::vector<ValueAtom> values_;                       ///< by atom - first_value_atom_
  std::vector<Atom> premise_;                           ///< by demand: its asker, or an own atom
  std::vector<DemandNo> demand_of_;                     ///< by atom - end_of_values_, or kNone
  std::vector<std::vector<Atom>> values_of_node_;       ///< by node
  std::vector<std::vector<Atom>> values_of_component_;  ///< by component: of shared variables
  std::vector<bool> may_cycle_;                         ///< by node
  bool any_cycle_possible_ = false;
  bool cycle_check_due_ = false;

  std::vector<Truth> truth_;
  std::vector<std::uint32_t> level_of_;
  std::vector<Reason> reason_;
  std::vector<Literal> trail_;
  std::size_t head_ = 0;
  std::vector<Level> levels_;

  std::vector<Clause> clauses_;
  std::vector<std::vector<ClauseNo>> watchers_;  ///< by literal: clauses to visit when it fails

  std::vector<VariableNo> queue_;  ///< variables in use, breadth first
  std::vector<bool> queued_;
  std::vector<std::size_t> place_;  ///< by variable: its position in the queue
  std::vector<DemandNo> waiting_;   ///< conditional demands of candidates that had their turn
  std::size_t next_ = 0;
  std::vector<std::uint32_t> taken_;  ///< by variable: position of its value, or kNone

  std::vector<Literal> conflict_;  ///< all of them fail
  Source conflict_source_;
};

}  // namespace ck::solve
