#include "solve/problem.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ck::solve {
namespace {

bool required(const Requirement& requirement, const Changes& changes) {
  if (changes.only != nullptr && !changes.only->contains(requirement)) return false;
  return !changes.dropped.contains(requirement);
}

/// Spells out a request breadth first: each node's needs make variables, whose values make nodes.
class Grounder {
 public:
  Grounder(const Index& index, const Request& request, const Changes& changes)
      : index_(index), request_(request), changes_(changes), node_of_(index.size(), kNone) {
    problem_.index = &index;
    problem_.request = &request;
  }

  Problem run() {
    problem_.nodes.push_back({});
    for (NodeNo node = 0; node < problem_.nodes.size(); ++node) {
      if (node == kRequestNode) {
        add_needs(node, request_.dependencies, {});
        add_exclusions(node, request_.conflicts);
      } else {
        const auto& candidate = problem_.candidate(node);
        add_needs(node, candidate.dependencies, candidate.built_with);
        add_exclusions(node, candidate.conflicts);
      }
    }
    collect_values();
    add_conditions();
    add_rivals();
    return std::move(problem_);
  }

 private:
  using BuiltWith = std::map<std::string, std::string>;

  void add_needs(NodeNo node, const std::vector<model::Dependency>& needs,
                 const BuiltWith& built_with) {
    std::set<std::string_view> private_keys;
    std::set<std::string_view> keys;
    for (const auto& need : needs) {
      keys.insert(need.key);
      if (need.is_private) private_keys.insert(need.key);
    }
    std::uint32_t number = 0;
    for (const auto& need : needs) {
      const auto exact = built_with.find(need.key);
      add_need(node, number++, need, exact == built_with.end() ? nullptr : &exact->second,
               private_keys.contains(need.key));
    }
    for (const auto& [key, id] : built_with) {
      if (keys.contains(key)) continue;
      auto need = std::make_shared<model::Dependency>();
      need->key = key;
      problem_.synthetic.push_back(need);
      add_need(node, number++, *need, &id, false);
    }
  }

  void add_need(NodeNo asker, std::uint32_t number, const model::Dependency& need,
                const std::string* built_with, bool is_private) {
    const Requirement requirement{Requirement::Type::need, problem_.nodes[asker].candidate, number};
    if (!required(requirement, changes_)) return;
    const bool own = is_private || changes_.made_private.contains(requirement);
    const auto demand = static_cast<DemandNo>(problem_.demands.size());
    problem_.demands.push_back({asker,
                                variable(own ? asker : kNone, need.key),
                                requirement,
                                &need,
                                built_with,
                                {},
                                {},
                                {}});
    auto& added = problem_.demands.back();
    for (const auto candidate : acceptable(added)) added.accepted.push_back(node(candidate));
    problem_.variables[added.variable].demands.push_back(demand);
    problem_.nodes[asker].demands.push_back(demand);
  }

  void add_exclusions(NodeNo asker, const std::vector<model::Exclusion>& conflicts) {
    for (std::uint32_t number = 0; number < conflicts.size(); ++number) {
      const Requirement requirement{Requirement::Type::exclusion, problem_.nodes[asker].candidate,
                                    number};
      if (required(requirement, changes_))
        problem_.exclusions.push_back({asker, requirement, &conflicts[number]});
    }
  }

  /// When all nodes are known: whom an exclusion concerns.
  void add_rivals() {
    for (ExclusionNo e = 0; e < problem_.exclusions.size(); ++e) {
      const auto [asker, requirement, exclusion] = problem_.exclusions[e];
      for (const auto candidate : index_.matching(wanted_by(exclusion->wish))) {
        const auto rival = node_of_[candidate];
        if (rival == kNone || rival == asker) continue;
        problem_.nodes[asker].rivals.emplace_back(rival, e);
        problem_.nodes[rival].rivals.emplace_back(asker, e);
      }
    }
  }

  /// When all variables have their values: which of them a condition is about.
  void add_conditions() {
    for (auto& demand : problem_.demands) {
      for (const auto& [key, wish] : demand.dependency->when.choices) {
        const auto seen = seen_variable(demand.asker, key);
        if (seen == kNone) {
          demand.never = true;
          continue;
        }
        Test test{seen, {}};
        for (const auto value : problem_.variables[seen].values)
          test.passes.push_back(meets(problem_.candidate(value), wanted_by(wish)));
        demand.conditions.push_back(std::move(test));
      }
    }
  }

  /// The choice that a key means to an asker: its own if it makes a private one.
  VariableNo seen_variable(NodeNo asker, const std::string& key) const {
    for (const auto scope : {asker, kNone})
      if (const auto known = variable_of_.find({scope, key}); known != variable_of_.end())
        return known->second;
    return kNone;
  }

  std::vector<CandidateNo> acceptable(const GroundDemand& demand) const {
    auto wanted = demand.wanted();
    wanted.any_version = changes_.any_version.contains(demand.requirement);
    auto result = index_.matching(wanted);
    for (const auto& pin : Problem::pins_of(request_, demand.dependency->key, changes_)) {
      const auto allowed = wanted_by(request_.pins[pin.number]);
      std::erase_if(result, [&](CandidateNo c) { return !meets(index_[c], allowed); });
    }
    return result;
  }

  NodeNo node(CandidateNo candidate) {
    if (node_of_[candidate] == kNone) {
      node_of_[candidate] = static_cast<NodeNo>(problem_.nodes.size());
      problem_.nodes.push_back({candidate, {}, {}});
    }
    return node_of_[candidate];
  }

  VariableNo variable(NodeNo scope, const std::string& key) {
    const auto next = static_cast<VariableNo>(problem_.variables.size());
    const auto [known, fresh] = variable_of_.try_emplace({scope, key}, next);
    if (fresh) problem_.variables.push_back({key, scope, {}, {}});
    return known->second;
  }

  void collect_values() {
    for (auto& variable : problem_.variables) {
      std::map<CandidateNo, NodeNo> by_preference;
      for (const auto demand : variable.demands)
        for (const auto value : problem_.demands[demand].accepted)
          by_preference.emplace(problem_.nodes[value].candidate, value);
      for (const auto& [candidate, value] : by_preference) variable.values.push_back(value);
      for (const auto demand : variable.demands) mark(problem_.demands[demand], variable);
    }
  }

  void mark(GroundDemand& demand, const Variable& variable) const {
    demand.accepts.assign(variable.values.size(), false);
    // Both lists are in order of preference, so one walk finds every position.
    std::size_t position = 0;
    for (const auto value : demand.accepted) {
      while (variable.values[position] != value) ++position;
      demand.accepts[position] = true;
    }
  }

  const Index& index_;
  const Request& request_;
  const Changes& changes_;
  std::vector<NodeNo> node_of_;
  std::map<std::pair<NodeNo, std::string_view>, VariableNo> variable_of_;
  Problem problem_;
};

}  // namespace

Wanted GroundDemand::wanted() const {
  auto result = wanted_by(*dependency);
  result.candidate_id = built_with;
  return result;
}

std::vector<Requirement> Problem::pins_of(const Request& request, const std::string& key,
                                          const Changes& changes) {
  std::vector<Requirement> result;
  for (std::uint32_t number = 0; number < request.pins.size(); ++number) {
    const Requirement pin{Requirement::Type::pin, kNone, number};
    if (request.pins[number].key == key && required(pin, changes)) result.push_back(pin);
  }
  return result;
}

Problem ground(const Index& index, const Request& request, const Changes& changes) {
  return Grounder(index, request, changes).run();
}

}  // namespace ck::solve
