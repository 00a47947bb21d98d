#include <algorithm>
#include <set>
#include <utility>

#include "solve/search.hpp"

namespace ck::solve {

/// The literals which, all failing, made this one hold.
std::vector<Search::Literal> Search::others(Literal literal) const {
  const auto& reason = reason_[atom_of(literal)];
  if (reason.source.type != Source::Type::clause)
    return reason.cause == kNone ? std::vector<Literal>{}
                                 : std::vector<Literal>{negated(reason.cause)};
  auto result = clauses_[reason.source.number].literals;
  std::erase(result, literal);
  return result;
}

std::uint32_t Search::highest_level(const std::vector<Literal>& literals) const {
  std::uint32_t result = 0;
  for (const auto literal : literals) result = std::max(result, level_of_[atom_of(literal)]);
  return result;
}

/// Learns from the conflict the clause at the first unique implication point, goes back as far as
/// that clause allows and follows it. False if the conflict depends on no decision at all.
bool Search::learn() {
  const auto here = highest_level(conflict_);
  if (here == 0) return false;
  undo_to(here);

  std::vector<bool> seen(truth_.size(), false);
  std::vector<Literal> learned{0};
  std::vector<Source> sources{conflict_source_};
  auto literals = conflict_;
  std::size_t pending = 0;
  for (auto position = trail_.size();;) {
    for (const auto literal : literals) {
      const auto atom = atom_of(literal);
      if (seen[atom]) continue;
      seen[atom] = true;
      if (level_of_[atom] == 0) {
        sources.push_back({Source::Type::fact, atom});
      } else if (level_of_[atom] == here) {
        ++pending;
      } else {
        learned.push_back(literal);
      }
    }
    do --position;
    while (!seen[atom_of(trail_[position])]);
    const auto pivot = trail_[position];
    if (--pending == 0) {
      learned[0] = negated(pivot);
      break;
    }
    sources.push_back(reason_[atom_of(pivot)].source);
    literals = others(pivot);
  }

  // The second literal watched must be the last to be undone.
  for (std::size_t i = 2; i < learned.size(); ++i)
    if (level_of_[atom_of(learned[i])] > level_of_[atom_of(learned[1])])
      std::swap(learned[1], learned[i]);
  undo_to(learned.size() == 1 ? 0 : level_of_[atom_of(learned[1])]);
  const auto asserted = learned[0];
  const auto number = add_clause(std::move(learned), std::move(sources));
  return imply(asserted, {{Source::Type::clause, number}, kNone});
}

/// After a conflict without decisions: the demands and exclusions its whole proof rests on.
void Search::core(Outcome& outcome) const {
  std::set<DemandNo> demands;
  std::set<ExclusionNo> exclusions;
  std::vector<bool> clause_seen(clauses_.size(), false);
  std::vector<bool> atom_seen(truth_.size(), false);
  std::vector<Source> open{conflict_source_};
  for (const auto literal : conflict_) open.push_back({Source::Type::fact, atom_of(literal)});
  while (!open.empty()) {
    const auto source = open.back();
    open.pop_back();
    if (source.type == Source::Type::demand) demands.insert(source.number);
    if (source.type == Source::Type::exclusion) exclusions.insert(source.number);
    if (source.type == Source::Type::clause && !clause_seen[source.number]) {
      clause_seen[source.number] = true;
      const auto& from = clauses_[source.number].sources;
      open.insert(open.end(), from.begin(), from.end());
    }
    if (source.type == Source::Type::fact && !atom_seen[source.number]) {
      const auto atom = source.number;
      atom_seen[atom] = true;
      open.push_back(reason_[atom].source);
      const auto literal = truth_[atom] == Truth::yes ? is(atom) : is_not(atom);
      for (const auto other : others(literal)) open.push_back({Source::Type::fact, atom_of(other)});
    }
  }
  outcome.core.assign(demands.begin(), demands.end());
  outcome.core_exclusions.assign(exclusions.begin(), exclusions.end());
}

}  // namespace ck::solve
