#include "solve/reasons.hpp"

#include <algorithm>
#include <set>

#include "solve/explain.hpp"
#include "solve/words.hpp"

namespace ck::solve {
namespace {

constexpr std::size_t kMostRejections = 50;

bool same_component(const Problem& problem, NodeNo a, NodeNo b) {
  return problem.index->component(problem.nodes[a].candidate) ==
         problem.index->component(problem.nodes[b].candidate);
}

std::string_view how_it_comes(Origin origin) {
  switch (origin) {
    case Origin::installed:
      return "already installed";
    case Origin::detected:
      return "found on this machine";
    case Origin::buildable:
      return "would have to be built";
  }
  return {};
}

/// The pin on a key that a candidate does not meet, if any.
const Pin* unmet_pin(const Request& request, const std::string& key, const Candidate& candidate) {
  for (const auto& pin : request.pins)
    if (pin.key == key && !meets(candidate, wanted_by(pin))) return &pin;
  return nullptr;
}

}  // namespace

std::string Reasons::of_choice(VariableNo v) const {
  const auto& variable = problem_.variables[v];
  const auto chosen = solved_.outcome.chosen[v];
  for (const auto& pin : problem_.request->pins)
    if (pin.key == variable.key) return "pinned by " + source_words(pin);
  for (const auto d : closure_.demands_on(v))
    if (problem_.demands[d].built_with != nullptr)
      return "what " + asker_words(problem_, problem_.demands[d].asker) + " was built with";
  const auto acceptable = closure_.acceptable(v);
  if (acceptable.size() == 1) return "the only candidate";
  if (tie_lost_to(v) != kNone) return "takes fewest builds of " + std::to_string(acceptable.size());
  if (acceptable.front() != chosen)
    return "the most preferred of " + std::to_string(acceptable.size()) +
           " that goes with everything else";

  std::vector<NodeNo> peers;  // of the same origin
  const auto origin = problem_.candidate(chosen).origin;
  for (const auto node : acceptable)
    if (problem_.candidate(node).origin == origin) peers.push_back(node);
  const std::string first = origin == Origin::buildable ? "" : std::string(how_it_comes(origin));
  if (peers.size() == 1) return first.empty() ? "the only one to build" : first;
  const auto rivals = std::count_if(peers.begin(), peers.end(), [&](NodeNo node) {
    return same_component(problem_, node, chosen);
  });
  const auto rest =
      rivals == static_cast<std::ptrdiff_t>(peers.size())
          ? "newest of " + std::to_string(rivals)
          : "first of " + std::to_string(peers.size()) + " by repository rank, name and version";
  return first.empty() ? rest : first + ", " + rest;
}

/// What would have been chosen but for the number of builds, or kNone.
NodeNo Reasons::tie_lost_to(VariableNo v) const {
  for (const auto& [variable, instead_of] : solved_.outcome.fewer_builds)
    if (variable == v) return instead_of;
  return kNone;
}

/// Everything that some demand on the variable would take if its version did not matter.
std::vector<CandidateNo> Reasons::contenders(VariableNo v) const {
  std::set<CandidateNo> result;
  for (const auto d : closure_.demands_on(v)) {
    auto wanted = problem_.demands[d].wanted();
    wanted.any_version = true;
    // An environment's wish for its old candidate would name all the universe without its id.
    if (!problem_.demands[d].dependency->tags.empty() || !wanted.name.empty())
      wanted.candidate_id = nullptr;
    for (const auto candidate : problem_.index->matching(wanted)) result.insert(candidate);
  }
  result.erase(problem_.nodes[solved_.outcome.chosen[v]].candidate);
  return {result.begin(), result.end()};
}

std::vector<Rejection> Reasons::of_rejections(VariableNo v) {
  std::vector<Rejection> result;
  for (const auto candidate : contenders(v)) {
    if (result.size() == kMostRejections) break;
    result.push_back({(*problem_.index)[candidate].id, reason_against(v, candidate)});
  }
  return result;
}

std::string Reasons::reason_against(VariableNo v, CandidateNo number) {
  const auto& candidate = (*problem_.index)[number];
  if (auto reason = unmet_wish(v, candidate); !reason.empty()) return reason;
  const auto chosen = solved_.outcome.chosen[v];
  if (number > problem_.nodes[chosen].candidate)
    return less_preferred(candidate, problem_.candidate(chosen));
  if (const auto first = tie_lost_to(v); first != kNone &&
                                         number >= problem_.nodes[first].candidate &&
                                         candidate.origin == Origin::buildable)
    return "less preferred: with it, more would have to be built";
  const auto& values = problem_.variables[v].values;
  const auto better = std::find_if(values.begin(), values.end(), [&](NodeNo node) {
    return problem_.nodes[node].candidate == number;
  });
  return impossible(v, *better);
}

std::string Reasons::unmet_wish(VariableNo v, const Candidate& candidate) const {
  const auto& key = problem_.variables[v].key;
  if (const auto* pin = unmet_pin(*problem_.request, key, candidate))
    return shortcoming(candidate, wanted_by(*pin)) + " (pinned by " + source_words(*pin) + ")";
  for (const auto d : closure_.demands_on(v)) {
    const auto& demand = problem_.demands[d];
    if (const auto reason = shortcoming(candidate, demand.wanted()); !reason.empty())
      return reason + " (asked by " + asker_words(problem_, demand.asker) + ")";
  }
  return {};
}

std::string Reasons::less_preferred(const Candidate& candidate, const Candidate& chosen) const {
  if (candidate.origin != chosen.origin)
    return "less preferred: " + std::string(how_it_comes(candidate.origin));
  if (candidate.component != chosen.component)
    return "less preferred: comes later by repository rank and name";
  if (candidate.version.unknown() && !chosen.version.unknown())
    return "less preferred: of unknown version";
  if (candidate.version.prerelease() && !chosen.version.prerelease())
    return "less preferred: a pre-release";
  if (candidate.version != chosen.version) return "less preferred: older";
  return "less preferred: comes later by name";
}

/// Why a candidate that would be preferred and meets all demands was not to be had.
std::string Reasons::impossible(VariableNo v, NodeNo better) {
  if (auto reason = clash(v, better); !reason.empty()) return reason;
  if (auto reason = exclusion(v, better); !reason.empty()) return reason;
  if (auto reason = unmet_need(v, better); !reason.empty()) return reason;
  return consequence(v, better);
}

std::string Reasons::clash(VariableNo v, NodeNo better) const {
  if (!problem_.variables[v].shared()) return {};
  for (const auto other : solved_.outcome.reached) {
    const auto chosen = solved_.outcome.chosen[other];
    if (other == v || !problem_.variables[other].shared() || chosen == better) continue;
    if (same_component(problem_, chosen, better))
      return "'" + problem_.variables[other].key + "' is " + label(problem_.candidate(chosen)) +
             ", and a component is used in one version and variant only";
  }
  return {};
}

/// Something that is there whatever is chosen here, and that cannot go with the candidate.
std::string Reasons::exclusion(VariableNo v, NodeNo better) const {
  const auto stays = [&](NodeNo rival) {
    if (rival == kRequestNode) return true;
    return std::ranges::any_of(solved_.outcome.reached, [&](VariableNo other) {
      if (other == v || solved_.outcome.chosen[other] != rival) return false;
      return std::ranges::any_of(closure_.demands_on(other), [&](DemandNo d) {
        return problem_.demands[d].asker != solved_.outcome.chosen[v];
      });
    });
  };
  for (const auto& [rival, number] : problem_.nodes[better].rivals) {
    if (!stays(rival)) continue;
    const auto& exclusion = problem_.exclusions[number];
    const auto other = exclusion.asker == better ? rival : better;
    return exclusion_words(problem_, exclusion, asker_words(problem_, other));
  }
  return {};
}

/// A need of the candidate that nothing meets, or nothing that somebody else in use accepts too.
std::string Reasons::unmet_need(VariableNo v, NodeNo better) const {
  for (const auto d : problem_.nodes[better].demands) {
    const auto& need = problem_.demands[d];
    if (need.conditional()) continue;  // whether it would be one is only known when all is tried
    if (need.accepted.empty()) return "needs " + need_words(need) + ", which cannot be met";
    if (need.variable == v || !problem_.variables[need.variable].shared()) continue;
    for (const auto e : closure_.demands_on(need.variable)) {
      const auto& other = problem_.demands[e];
      // What the present choice alone asks for would go with it.
      if (other.asker == solved_.outcome.chosen[v]) continue;
      bool together = false;
      for (std::size_t i = 0; i < need.accepts.size(); ++i)
        together = together || (need.accepts[i] && other.accepts[i]);
      if (!together)
        return "needs " + need_words(need) + ", but " + asker_words(problem_, other.asker) +
               " needs " + need_words(other);
    }
  }
  return {};
}

/// Tries the whole request with the candidate pinned.
std::string Reasons::consequence(VariableNo v, NodeNo better) {
  const std::string general = "leads to a conflict further down";
  if (!problem_.variables[v].shared()) return general;
  auto request = *problem_.request;
  Pin pin;
  pin.key = problem_.variables[v].key;
  pin.candidate = problem_.candidate(better).id;
  request.pins.push_back(pin);
  const auto tried = attempt(*problem_.index, request, {}, budget_);
  if (tried.outcome.type == Outcome::Type::solved) {
    for (const auto first : solved_.outcome.reached) {
      const auto& variable = problem_.variables[first];
      const auto before = problem_.candidate(solved_.outcome.chosen[first]).id;
      for (const auto w : tried.outcome.reached) {
        const auto& same = tried.problem.variables[w];
        if (first == v || !variable.shared() || !same.shared() || same.key != variable.key)
          continue;
        const auto& instead = tried.problem.candidate(tried.outcome.chosen[w]);
        if (instead.id != before)
          return "would take " + label(instead) + " for '" + variable.key + "', which comes first";
      }
    }
    return general;
  }
  if (tried.outcome.type == Outcome::Type::out_of_steps) return general;
  const auto minimal = minimised(*problem_.index, request, blamed(tried, {}), budget_);
  return "leads to a conflict: " + explain(*problem_.index, request, minimal).tree.statement;
}

}  // namespace ck::solve
