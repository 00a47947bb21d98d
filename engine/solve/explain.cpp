#include "solve/explain.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.hpp"
#include "solve/words.hpp"

namespace ck::solve {
namespace {

/// A tree deeper or longer than this helps nobody.
constexpr std::size_t kDeepest = 40;
constexpr std::size_t kMostNodes = 80;

/// Candidates of one component that are out for the same reasons, told in one breath.
struct Group {
  std::vector<NodeNo> members;
  std::string because;
};

/// Writes the tree of one conflict. A demand's children say, for each group of candidates that
/// would meet it, why they are out: by a need of their own, or by something told further up.
class Teller {
 public:
  Teller(const Problem& problem, const Changes& changes) : problem_(problem), changes_(changes) {}

  ConflictNode tell() {
    ConflictNode root;
    path_.push_back(kRequestNode);
    for (const auto d : problem_.nodes[kRequestNode].demands)
      root.because.push_back(tell_demand(asker_words(problem_, kRequestNode), false, d));
    root.statement = headline();
    // A single thing that is missing needs no second telling below the headline.
    if (root.because.size() == 1 && root.because[0].statement == root.statement)
      root.because = std::move(root.because[0].because);
    return root;
  }

  /// Whether the request fails for want of candidates alone, without any two wishes in each other's
  /// way.
  bool simply_missing() const {
    std::vector<bool> dead(problem_.nodes.size(), false);
    const auto fatal = [&](DemandNo d) {
      const auto& demand = problem_.demands[d];
      return surely_holds(demand, dead) &&
             std::all_of(demand.accepted.begin(), demand.accepted.end(),
                         [&](NodeNo n) { return dead[n]; });
    };
    for (bool changed = true; changed;) {
      changed = false;
      // Needs lead to higher numbers mostly, so this direction converges quickly.
      for (auto node = static_cast<NodeNo>(problem_.nodes.size()); node-- > 0;) {
        const auto& demands = problem_.nodes[node].demands;
        if (dead[node] || !std::any_of(demands.begin(), demands.end(), fatal)) continue;
        dead[node] = changed = true;
      }
    }
    return dead[kRequestNode];
  }

 private:
  /// Whether the demand's condition is met by everything that its asker could have chosen.
  bool surely_holds(const GroundDemand& demand, const std::vector<bool>& dead) const {
    const auto met = [&](const Test& test) {
      const auto& own = problem_.nodes[demand.asker].demands;
      return std::any_of(own.begin(), own.end(), [&](DemandNo d) {
        const auto& other = problem_.demands[d];
        if (other.conditional() || other.variable != test.variable) return false;
        const auto& values = problem_.variables[test.variable].values;
        for (std::size_t i = 0; i < values.size(); ++i)
          if (other.accepts[i] && !test.passes[i] && !dead[values[i]]) return false;
        return true;
      });
    };
    return !demand.never && std::all_of(demand.conditions.begin(), demand.conditions.end(), met);
  }

  ConflictNode tell_demand(const std::string& who, bool many, DemandNo d) {
    const auto& demand = problem_.demands[d];
    ConflictNode node{who + (many ? " need " : " needs ") + need_words(demand), {}};
    if (path_.size() > kDeepest || ++nodes_ > kMostNodes)
      return node.statement += ", and so on", node;
    if (!told_.insert(d).second) return node.statement += ", as told above", node;
    if (demand.accepted.empty()) {
      tell_emptiness(demand, node);
    } else {
      tell_candidates(d, node);
    }
    return node;
  }

  void tell_emptiness(const GroundDemand& demand, ConflictNode& node) {
    const auto& index = *problem_.index;
    const auto pins = Problem::pins_of(*problem_.request, demand.dependency->key, changes_);
    auto wanted = demand.wanted();
    if (const auto unpinned = index.matching(wanted); !unpinned.empty()) {
      for (const auto& pin : pins)
        tell_pin(problem_.request->pins[pin.number], demand, unpinned, node);
      pinned_keys_.insert(demand.dependency->key);
      return;
    }
    wanted.any_version = true;
    if (const auto versions = index.matching(wanted); !versions.empty()) {
      node.statement += ", but there is only " + labels(index, versions);
    } else if (demand.built_with != nullptr) {
      node.statement += ", which is no longer there";
    } else {
      node.statement += ", which nothing provides";
    }
    missing_.push_back(node.statement);
  }

  void tell_pin(const Pin& pin, const GroundDemand& demand,
                const std::vector<CandidateNo>& unpinned, ConflictNode& node) {
    const auto wanted = wanted_by(pin);
    std::vector<CandidateNo> refused;
    for (const auto candidate : unpinned)
      if (!meets((*problem_.index)[candidate], wanted)) refused.push_back(candidate);
    std::string text = source_words(pin) + " pins " + pin_words(pin);
    if (!refused.empty()) text += ", which leaves out " + labels(*problem_.index, refused);
    const auto meant = problem_.index->matching(wanted);
    if (meant.empty()) {
      text += ", and nothing is that";
    } else if (const bool says_what = !pin.component.empty() || !pin.tags.empty();
               says_what && refused.size() == unpinned.size()) {
      const auto& first = (*problem_.index)[meant.front()];
      text += "; " + label(first) + " " + printable(shortcoming(first, demand.wanted()));
    }
    node.because.push_back({std::move(text), {}});
  }

  /// Twice, because what is told of some candidates may be what rules out others.
  void tell_candidates(DemandNo d, ConflictNode& node) {
    auto remaining = tell_groups(d, problem_.demands[d].accepted, node);
    remaining = tell_groups(d, remaining, node);
    if (remaining.empty()) return;
    if (node.because.empty()) {
      node.statement += ": " + names({remaining, {}});
    } else {
      node.because.push_back({names({remaining, {}}) + (remaining.size() > 1 ? " are" : " is") +
                                  " ruled out by something else in this list",
                              {}});
    }
  }

  /// Returns the candidates of which there was nothing to tell.
  std::vector<NodeNo> tell_groups(DemandNo d, const std::vector<NodeNo>& candidates,
                                  ConflictNode& node) {
    std::vector<NodeNo> untold;
    std::size_t left_out = 0;
    for (const auto& group : groups(d, candidates)) {
      if (nodes_ > kMostNodes) {
        left_out += group.members.size();
        continue;
      }
      const auto before = node.because.size();
      tell_group(d, group, node);
      if (node.because.size() == before)
        untold.insert(untold.end(), group.members.begin(), group.members.end());
    }
    if (left_out > 0)
      node.because.push_back({"and so on for " + std::to_string(left_out) + " more", {}});
    std::sort(untold.begin(), untold.end(), [&](NodeNo a, NodeNo b) {
      return problem_.nodes[a].candidate < problem_.nodes[b].candidate;
    });
    return untold;
  }

  void tell_group(DemandNo d, const Group& group, ConflictNode& node) {
    const auto first = group.members.front();
    const bool many = group.members.size() > 1;
    if (tell_circle(first, node) || tell_refusal(d, group, node) || tell_clash(d, group, node) ||
        tell_exclusion(d, group, node))
      return;
    path_.push_back(first);
    for (std::size_t i = 0; i < problem_.nodes[first].demands.size(); ++i) {
      if (problem_.demands[problem_.nodes[first].demands[i]].never) continue;
      node.because.push_back(tell_demand(names(group), many, problem_.nodes[first].demands[i]));
      for (const auto member : group.members) told_.insert(problem_.nodes[member].demands[i]);
    }
    path_.pop_back();
  }

  /// The candidates of a demand, those with equal component and equal reasons together.
  std::vector<Group> groups(DemandNo d, const std::vector<NodeNo>& candidates) const {
    std::vector<Group> result;
    for (const auto value : candidates) {
      auto reasons = component_words(value) + reasons_words(d, value);
      const auto same = std::find_if(result.begin(), result.end(),
                                     [&](const Group& group) { return group.because == reasons; });
      if (same != result.end()) {
        same->members.push_back(value);
      } else {
        result.push_back({{value}, std::move(reasons)});
      }
    }
    return result;
  }

  std::string reasons_words(DemandNo d, NodeNo value) const {
    std::string text;
    for (const auto need : problem_.nodes[value].demands)
      text += "\nneeds " + std::to_string(problem_.demands[need].variable) +
              need_words(problem_.demands[need]);
    for (const auto other : refusing(d, value)) text += "\nnot " + std::to_string(other);
    if (std::find(path_.begin(), path_.end(), value) != path_.end()) text += "\ncircle";
    if (const auto rival = certain_rival(d, value); rival.first != kNone)
      text += "\nrival " + std::to_string(rival.first);
    return text;
  }

  /// Demands already told that share the variable and do not accept the value.
  std::vector<DemandNo> refusing(DemandNo d, NodeNo value) const {
    std::vector<DemandNo> result;
    for (const auto other : problem_.variables[problem_.demands[d].variable].demands) {
      const auto& accepted = problem_.demands[other].accepted;
      if (other != d && told_.contains(other) &&
          std::find(accepted.begin(), accepted.end(), value) == accepted.end())
        result.push_back(other);
    }
    return result;
  }

  bool tell_refusal(DemandNo d, const Group& group, ConflictNode& node) {
    const auto others = refusing(d, group.members.front());
    if (others.empty()) return false;
    const auto& other = problem_.demands[others.front()];
    node.because.push_back({names(group) + (group.members.size() > 1 ? " do" : " does") +
                                " not meet the need of " + asker_words(problem_, other.asker) +
                                " for " + need_words(other),
                            {}});
    contested_keys_.insert(other.dependency->key);
    return true;
  }

  /// Another shared key, already told, that may only be another candidate of the same component.
  bool tell_clash(DemandNo d, const Group& group, ConflictNode& node) {
    const auto own = problem_.demands[d].variable;
    if (!problem_.variables[own].shared()) return false;
    for (const auto other : told_) {
      const auto& demand = problem_.demands[other];
      if (demand.variable == own || !problem_.variables[demand.variable].shared()) continue;
      const auto rival = rival_in(demand, group.members);
      if (rival == kNone) continue;
      node.because.push_back({names(group) + " cannot go with " + label(problem_.candidate(rival)) +
                                  " for '" + demand.dependency->key +
                                  "': a component is used in one version and variant only",
                              {}});
      clashing_.insert(component_words(rival));
      return true;
    }
    return false;
  }

  NodeNo rival_in(const GroundDemand& demand, const std::vector<NodeNo>& members) const {
    NodeNo rival = kNone;
    for (const auto value : demand.accepted) {
      if (component(value) != component(members.front())) return kNone;
      if (std::find(members.begin(), members.end(), value) != members.end()) return kNone;
      if (rival == kNone) rival = value;
    }
    return rival;
  }

  /// A rival of a node that the conflict cannot do without: somebody on the way to the node, or all
  /// that a demand told already accepts.
  std::pair<NodeNo, ExclusionNo> certain_rival(DemandNo d, NodeNo node) const {
    const auto& rivals = problem_.nodes[node].rivals;
    const auto of = [&](NodeNo other) {
      return std::find_if(rivals.begin(), rivals.end(),
                          [other](const auto& rival) { return rival.first == other; });
    };
    for (const auto other : path_)
      if (const auto found = of(other); found != rivals.end()) return *found;
    for (const auto told : told_) {
      const auto& accepted = problem_.demands[told].accepted;
      if (told == d || accepted.empty() || problem_.demands[told].conditional()) continue;
      if (std::all_of(accepted.begin(), accepted.end(),
                      [&](NodeNo other) { return of(other) != rivals.end(); }))
        return *of(accepted.front());
    }
    return {kNone, 0};
  }

  bool tell_exclusion(DemandNo d, const Group& group, ConflictNode& node) {
    const auto first = group.members.front();
    const auto [rival, number] = certain_rival(d, first);
    if (rival == kNone) return false;
    const auto& exclusion = problem_.exclusions[number];
    node.because.push_back(
        {exclusion_words(problem_, exclusion,
                         exclusion.asker == first ? asker_words(problem_, rival) : names(group)),
         {}});
    excluded_.insert(exclusion_words(
        problem_, exclusion,
        exclusion.asker == first ? component_words_of(rival) : component_words(first)));
    return true;
  }

  bool tell_circle(NodeNo value, ConflictNode& node) {
    const auto start = std::find(path_.begin(), path_.end(), value);
    if (start == path_.end()) return false;
    if (std::none_of(start, path_.end(), [&](NodeNo n) { return problem_.must_be_built(n); }))
      return false;
    std::string circle;
    for (auto step = start; step != path_.end(); ++step)
      circle += label(problem_.candidate(*step)) + " -> ";
    circle += label(problem_.candidate(value));
    node.because.push_back({"that is a circle: " + circle, {}});
    circles_.push_back(circle);
    return true;
  }

  std::string headline() const {
    const auto subject = asker_words(problem_, kRequestNode);
    if (simply_missing() && pinned_keys_.empty() && missing_.size() == 1) return missing_[0];
    if (simply_missing() && pinned_keys_.empty())
      return "nothing provides what " + subject + " needs";
    const auto kinds = contested_keys_.size() + pinned_keys_.size() + clashing_.size() +
                       circles_.size() + excluded_.size();
    if (kinds == 1 && contested_keys_.size() == 1)
      return "no candidate for '" + *contested_keys_.begin() + "' suits all who need it";
    if (kinds == 1 && pinned_keys_.size() == 1)
      return "the pins leave no candidate for '" + *pinned_keys_.begin() + "'";
    if (kinds == 1 && clashing_.size() == 1)
      return *clashing_.begin() + " would be needed in two versions or variants at once";
    if (kinds == 1 && excluded_.size() == 1) return *excluded_.begin();
    if (kinds == 1) return "there is no order in which to build: " + circles_.front();
    return "what " + subject + " needs cannot be had together";
  }

  std::uint32_t component(NodeNo node) const {
    return problem_.index->component(problem_.nodes[node].candidate);
  }
  std::string component_words(NodeNo node) const {
    return problem_.candidate(node).component.text();
  }
  std::string component_words_of(NodeNo node) const {
    return node == kRequestNode ? asker_words(problem_, node) : component_words(node);
  }

  std::string names(const Group& group) const {
    std::vector<CandidateNo> candidates;
    for (const auto node : group.members) candidates.push_back(problem_.nodes[node].candidate);
    return labels(*problem_.index, candidates);
  }

  const Problem& problem_;
  const Changes& changes_;
  std::size_t nodes_ = 0;
  std::set<DemandNo> told_;
  std::vector<NodeNo> path_;  ///< from the request to the asker whose needs are being told
  // What the tree turned out to be about.
  std::vector<std::string> missing_;
  std::set<std::string> contested_keys_;
  std::set<std::string> pinned_keys_;
  std::set<std::string> clashing_;
  std::set<std::string> excluded_;
  std::vector<std::string> circles_;
};

}  // namespace

Conflict explain(const Index& index, const Request& request, const std::set<Requirement>& minimal) {
  const Changes changes{.only = &minimal};
  const auto problem = ground(index, request, changes);
  Teller teller(problem, changes);
  const bool pinned = std::any_of(minimal.begin(), minimal.end(), [](const Requirement& r) {
    return r.type == Requirement::Type::pin;
  });
  Conflict conflict;
  conflict.tree = teller.tell();
  conflict.code = teller.simply_missing() && !pinned ? ErrorCode::not_found : ErrorCode::conflict;
  return conflict;
}

}  // namespace ck::solve
