#include "solve/why_not.hpp"

#include <algorithm>
#include <utility>

#include "solve/explain.hpp"
#include "solve/fewest_builds.hpp"
#include "solve/reasons.hpp"
#include "solve/words.hpp"

namespace ck::solve {
namespace {

constexpr std::size_t kMostObjections = 20;

/// Answers for one solved request.
class Objector {
 public:
  Objector(const Attempt& solved, Budget& budget)
      : solved_(solved),
        problem_(solved.problem),
        closure_(solved),
        reasons_(solved, closure_, budget),
        budget_(budget) {}

  std::vector<Objection> object(const std::vector<CandidateNo>& candidates) {
    std::vector<Objection> result;
    for (const auto candidate : candidates) {
      auto variables = wanting(candidate);
      if (variables.empty()) variables = solved_.outcome.reached;
      for (const auto v : variables) {
        if (result.size() == kMostObjections) return result;
        result.push_back(object_to(v, candidate));
      }
    }
    return result;
  }

 private:
  /// Variables for which something like the candidate is wanted.
  std::vector<VariableNo> wanting(CandidateNo candidate) const {
    std::vector<VariableNo> result;
    for (const auto v : solved_.outcome.reached) {
      const bool chosen = problem_.nodes[solved_.outcome.chosen[v]].candidate == candidate;
      const auto contenders = reasons_.contenders(v);
      if (chosen || std::ranges::find(contenders, candidate) != contenders.end())
        result.push_back(v);
    }
    return result;
  }

  Objection object_to(VariableNo v, CandidateNo candidate) {
    const auto& variable = problem_.variables[v];
    Objection result;
    result.candidate = (*problem_.index)[candidate].id;
    result.key = variable.key;
    if (!variable.shared())
      result.scope = variable.scope == kRequestNode ? problem_.request->subject
                                                    : problem_.candidate(variable.scope).id;
    result.chosen = problem_.nodes[solved_.outcome.chosen[v]].candidate == candidate;
    if (result.chosen) {
      result.reason = reasons_.of_choice(v);
    } else {
      result.reason = reasons_.reason_against(v, candidate);
      if (reasons_.meets_demands(v, candidate)) try_it(variable, candidate, result);
    }
    return result;
  }

  /// The whole request with the candidate pinned: what to type, or why it cannot be.
  void try_it(const Variable& variable, CandidateNo number, Objection& result) {
    if (!variable.shared()) return;
    const auto& candidate = (*problem_.index)[number];
    auto request = *problem_.request;
    Pin pin;
    pin.key = variable.key;
    pin.candidate = candidate.id;
    request.pins.push_back(pin);
    const auto tried = attempt(*problem_.index, request, {}, budget_);
    if (tried.outcome.type == Outcome::Type::solved) {
      const bool versioned = !candidate.version.unknown();
      result.option = "--dep." + variable.key + "=" + candidate.component.text() +
                      (versioned ? "@" + candidate.version.text() : "");
    } else if (tried.outcome.type == Outcome::Type::unsolvable) {
      const auto minimal = minimised(*problem_.index, request, blamed(tried, {}), budget_);
      result.proof = explain(*problem_.index, request, minimal).tree;
    }
  }

  const Attempt& solved_;
  const Problem& problem_;
  Closure closure_;
  Reasons reasons_;
  Budget& budget_;
};

/// Other versions of what was asked about.
std::vector<Objection> near_misses_of(const Index& index, const model::Wish& which) {
  auto wanted = wanted_by(which);
  wanted.any_version = true;
  std::vector<Objection> result;
  for (const auto candidate : index.matching(wanted)) {
    if (result.size() == kMostObjections) break;
    Objection one;
    one.candidate = index[candidate].id;
    one.reason = shortcoming(index[candidate], wanted_by(which));
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace

Result<std::vector<Objection>> why_not(const Universe& universe, const Request& request,
                                       const model::Wish& which, const SolveLimits& limits) {
  CK_TRY(index, Index::build(universe, request.reuse));
  Budget budget{limits.max_steps};
  auto solved = attempt(index, request, {}, budget);
  if (solved.outcome.type != Outcome::Type::solved) return std::vector<Objection>();
  prefer_fewest_builds(solved, budget);
  const auto candidates = index.matching(wanted_by(which));
  if (candidates.empty()) return near_misses_of(index, which);
  return Objector(solved, budget).object(candidates);
}

}  // namespace ck::solve
