#pragma once
/// Why a choice fell as it did, and why the other candidates lost.

#include <string>
#include <vector>

#include "solve/closure.hpp"
#include "solve/solver.hpp"

namespace ck::solve {

class Reasons {
 public:
  /// All must outlive this.
  Reasons(const Attempt& solved, const Closure& closure, Budget& budget)
      : solved_(solved), problem_(solved.problem), closure_(closure), budget_(budget) {}

  std::string of_choice(VariableNo variable) const;
  std::vector<Rejection> of_rejections(VariableNo variable);
  /// Why a candidate other than the chosen one was not taken.
  std::string reason_against(VariableNo variable, CandidateNo candidate);
  /// All that some demand on the variable would take if versions did not matter, but the choice.
  std::vector<CandidateNo> contenders(VariableNo variable) const;
  /// Whether all demands and pins on the variable would take it.
  bool meets_demands(VariableNo variable, CandidateNo candidate) const {
    return unmet_wish(variable, (*problem_.index)[candidate]).empty();
  }

 private:
  NodeNo tie_lost_to(VariableNo variable) const;
  std::string unmet_wish(VariableNo variable, const Candidate& candidate) const;
  std::string less_preferred(const Candidate& candidate, const Candidate& chosen) const;
  std::string impossible(VariableNo variable, NodeNo better);
  std::string clash(VariableNo variable, NodeNo better) const;
  std::string exclusion(VariableNo variable, NodeNo better) const;
  std::string unmet_need(VariableNo variable, NodeNo better) const;
  std::string consequence(VariableNo variable, NodeNo better);

  const Attempt& solved_;
  const Problem& problem_;
  const Closure& closure_;
  Budget& budget_;
};

}  // namespace ck::solve
