#include "reference_solver.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace ck::test {
namespace {

using model::Dependency;
using solve::Candidate;
using solve::Origin;

struct Need {
  Dependency dependency;
  std::string exactly;  ///< id, or empty
};
using Key = std::pair<std::string, std::string>;

/// A variable in use and everything asked of it so far.
struct Open {
  Key key;
  std::vector<Need> needs;
};

class Reference {
 public:
  Reference(const solve::Universe& universe, const solve::Request& request, std::size_t max_steps)
      : request_(request), steps_(max_steps) {
    for (const auto& candidate : universe.candidates) {
      by_id_[candidate.id] = &candidate;
      if (request.reuse || candidate.origin != Origin::installed) order_.push_back(&candidate);
      auto [rank, fresh] = rank_.try_emplace(candidate.component.text(), candidate.repository_rank);
      if (request.reuse || candidate.origin != Origin::installed)
        rank->second =
            fresh ? candidate.repository_rank : std::min(rank->second, candidate.repository_rank);
    }
    std::sort(order_.begin(), order_.end(),
              [&](const auto* a, const auto* b) { return preferred(*a, *b); });
  }

  ReferenceAnswer solve() {
    if (search()) return {false, choices()};
    return {steps_ == 0, std::nullopt};
  }

 private:
  bool preferred(const Candidate& a, const Candidate& b) const {
    if (a.origin != b.origin) return a.origin < b.origin;
    if (a.component.text() != b.component.text()) {
      const int x = rank_.at(a.component.text());
      const int y = rank_.at(b.component.text());
      return x != y ? x < y : a.component.name < b.component.name;
    }
    const auto standing = [](const Candidate& c) {
      return c.version.unknown() ? 2 : c.version.prerelease() ? 1 : 0;
    };
    if (standing(a) != standing(b)) return standing(a) < standing(b);
    if (a.version != b.version) return a.version > b.version;
    if (a.repository_rank != b.repository_rank) return a.repository_rank < b.repository_rank;
    return a.id < b.id;
  }

  static std::vector<std::pair<Key, Need>> needs_of(const std::string& scope,
                                                    const std::vector<Dependency>& dependencies,
                                                    std::map<std::string, std::string> built_with) {
    std::set<std::string> own;
    for (const auto& dependency : dependencies)
      if (dependency.is_private) own.insert(dependency.key);
    std::vector<std::pair<Key, Need>> result;
    std::set<std::string> written;
    for (const auto& dependency : dependencies) {
      Need need{dependency, {}};
      if (const auto exactly = built_with.find(dependency.key); exactly != built_with.end())
        need.exactly = exactly->second;
      result.emplace_back(Key{own.contains(dependency.key) ? scope : "", dependency.key}, need);
      written.insert(dependency.key);
    }
    for (const auto& [key, id] : built_with)
      if (!written.contains(key)) result.emplace_back(Key{"", key}, Need{Dependency(), id});
    return result;
  }

  /// Variables in use, breadth first, with what is asked of them given the choices so far.
  std::vector<Open> in_use() const {
    std::vector<Open> open;
    std::set<std::string> told;
    const auto add = [&](const std::vector<std::pair<Key, Need>>& needs) {
      for (const auto& [key, need] : needs) {
        auto known = std::find_if(open.begin(), open.end(),
                                  [&, wanted = key](const Open& o) { return o.key == wanted; });
        if (known == open.end()) known = open.insert(open.end(), {key, {}});
        known->needs.push_back(need);
      }
    };
    add(needs_of(request_.subject, request_.dependencies, {}));
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto choice = chosen_.find(open[i].key);
      if (choice == chosen_.end()) continue;
      const auto& candidate = *choice->second;
      if (told.insert(candidate.id).second)
        add(needs_of(candidate.id, candidate.dependencies, candidate.built_with));
    }
    return open;
  }

  bool fits(const Candidate& candidate, const Open& open) const {
    for (const auto& pin : request_.pins) {
      if (pin.key != open.key.second) continue;
      if (!pin.candidate.empty() && pin.candidate != candidate.id) return false;
      if (!pin.tags.matches(candidate.tags) || !pin.version.contains(candidate.version))
        return false;
    }
    return std::all_of(open.needs.begin(), open.needs.end(), [&](const Need& need) {
      const auto& d = need.dependency;
      return (need.exactly.empty() || need.exactly == candidate.id) &&
             d.tags.matches(candidate.tags) && d.version.contains(candidate.version) &&
             (d.kind.empty() || d.kind == candidate.component.kind) &&
             (d.name.empty() || d.name == candidate.component.name);
    });
  }

  bool consistent(const std::vector<Open>& open) const {
    for (const auto& each : open)
      if (const auto choice = chosen_.find(each.key);
          choice != chosen_.end() && !fits(*choice->second, each))
        return false;
    for (const auto& [a, first] : chosen_)
      for (const auto& [b, second] : chosen_)
        if (a.first.empty() && b.first.empty() && first != second &&
            first->component.text() == second->component.text())
          return false;
    return true;
  }

  bool reaches(const Candidate& from, const Candidate& goal, std::set<std::string>& seen) const {
    for (const auto& [key, need] : needs_of(from.id, from.dependencies, from.built_with)) {
      const auto& next = *chosen_.at(key);
      if (&next == &goal) return true;
      if (seen.insert(next.id).second && reaches(next, goal, seen)) return true;
    }
    return false;
  }

  bool buildable(const std::vector<Open>& open) const {
    return std::none_of(open.begin(), open.end(), [&](const Open& each) {
      const auto& candidate = *chosen_.at(each.key);
      std::set<std::string> seen;
      return candidate.origin == Origin::buildable && reaches(candidate, candidate, seen);
    });
  }

  bool search() {
    if (steps_ == 0) return false;
    --steps_;
    const auto open = in_use();
    if (!consistent(open)) return false;
    const auto next = std::find_if(open.begin(), open.end(),
                                   [&](const Open& each) { return !chosen_.contains(each.key); });
    if (next == open.end()) return buildable(open);
    for (const auto* candidate : order_) {
      if (!fits(*candidate, *next)) continue;
      chosen_[next->key] = candidate;
      if (search()) return true;
      chosen_.erase(next->key);
    }
    return false;
  }

  ReferenceChoices choices() const {
    ReferenceChoices result;
    for (const auto& [key, candidate] : chosen_) result[key] = candidate->id;
    return result;
  }

  const solve::Request& request_;
  std::size_t steps_;
  std::map<std::string, const Candidate*> by_id_;
  std::map<std::string, int> rank_;
  std::vector<const Candidate*> order_;
  std::map<Key, const Candidate*> chosen_;
};

}  // namespace

ReferenceAnswer reference_solve(const solve::Universe& universe, const solve::Request& request,
                                std::size_t max_steps) {
  return Reference(universe, request, max_steps).solve();
}

}  // namespace ck::test
