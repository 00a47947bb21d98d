#pragma once
/// A request spelled out over the part of the universe that it can reach: variables, their values,
/// and the demands that tie them. Everything is numbered in breadth-first order of declaration.

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "solve/index.hpp"

namespace ck::solve {

using NodeNo = std::uint32_t;  ///< 0 is the request, the others are candidates
using VariableNo = std::uint32_t;
using DemandNo = std::uint32_t;
using ExclusionNo = std::uint32_t;

inline constexpr NodeNo kRequestNode = 0;
inline constexpr std::uint32_t kNone = UINT32_MAX;

/// Something that could be given up: one need or exclusion of the request or of a candidate, or a
/// pin.
struct Requirement {
  enum class Type { need, exclusion, pin };
  Type type = Type::need;
  CandidateNo asker = kNone;  ///< kNone: the request
  std::uint32_t number = 0;   ///< among the asker's needs or exclusions, or the request's pins
  auto operator<=>(const Requirement&) const = default;
};

/// How a problem departs from the request: for minimising conflicts and for trying out hints.
struct Changes {
  const std::set<Requirement>* only = nullptr;  ///< nothing else is required
  std::set<Requirement> dropped = {};
  std::set<Requirement> any_version = {};   ///< needs whose version range is disregarded
  std::set<Requirement> made_private = {};  ///< needs that get a choice of their own
};

/// The request, or a candidate that may enter the closure.
struct Node {
  CandidateNo candidate = kNone;
  std::vector<DemandNo> demands;  ///< in order of declaration
  /// Nodes that cannot be in one closure with this one, each with the exclusion that says so.
  std::vector<std::pair<NodeNo, ExclusionNo>> rivals;
};

/// "The variable has one of these values": what a condition asks of another choice.
struct Test {
  VariableNo variable = 0;
  std::vector<bool> passes;  ///< by position in the variable's values
};

/// One need of one node.
struct GroundDemand {
  NodeNo asker = kRequestNode;
  VariableNo variable = 0;
  Requirement requirement;
  const model::Dependency* dependency = nullptr;
  const std::string* built_with = nullptr;  ///< exactly this candidate, if not null
  std::vector<NodeNo> accepted;             ///< most preferred first
  std::vector<bool> accepts;                ///< by position in the variable's values
  /// All must hold for the demand to be one. A condition on a key that nobody can have in use never
  /// holds.
  std::vector<Test> conditions;
  bool never = false;

  bool conditional() const { return never || !conditions.empty(); }
  Wanted wanted() const;  ///< without the pins
};

/// One exclusion of one node.
struct GroundExclusion {
  NodeNo asker = kRequestNode;
  Requirement requirement;
  const model::Exclusion* exclusion = nullptr;
};

/// A key for which one candidate has to be chosen once anybody demands it.
struct Variable {
  std::string key;
  NodeNo scope = kNone;        ///< whose private choice it is; kNone: shared by all
  std::vector<NodeNo> values;  ///< accepted by some demand; most preferred first
  std::vector<DemandNo> demands;
  bool shared() const { return scope == kNone; }
};

struct Problem {
  const Index* index = nullptr;
  const Request* request = nullptr;
  std::vector<Node> nodes;
  std::vector<GroundDemand> demands;
  std::vector<GroundExclusion> exclusions;
  std::vector<Variable> variables;
  /// Needs that only `built_with` tells of. Shared, so that copies of the problem stay whole.
  std::vector<std::shared_ptr<const model::Dependency>> synthetic;

  const Candidate& candidate(NodeNo node) const { return (*index)[nodes[node].candidate]; }
  bool must_be_built(NodeNo node) const {
    return node != kRequestNode && candidate(node).origin == Origin::buildable;
  }
  /// The pins that hold for a key under `changes`, as requirements.
  static std::vector<Requirement> pins_of(const Request& request, const std::string& key,
                                          const Changes& changes);
};

/// Spells the request out. Index and request must outlive the problem.
Problem ground(const Index& index, const Request& request, const Changes& changes = {});

}  // namespace ck::solve
