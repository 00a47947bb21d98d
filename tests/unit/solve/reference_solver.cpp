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
  std::string asker;    ///< id, or the request's subject
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
      if (!request.reuse && candidate.origin == Origin::installed) continue;
      order_.push_back(&candidate);
      const auto rank =
          rank_.try_emplace(candidate.component.text(), candidate.repository_rank).first;
      rank->second = std::min(rank->second, candidate.repository_rank);
    }
    std::sort(order_.begin(), order_.end(),
              [&](const auto* a, const auto* b) { return preferred(*a, *b); });
  }

  ReferenceAnswer solve() {
    if (!search()) return {steps_ == 0, std::nullopt};
    prefer_fewest_builds();
    return {steps_ == 0, choices()};
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
      Need need{dependency, {}, scope};
      if (const auto exactly = built_with.find(dependency.key); exactly != built_with.end())
        need.exactly = exactly->second;
      result.emplace_back(Key{own.contains(dependency.key) ? scope : "", dependency.key}, need);
      written.insert(dependency.key);
    }
    for (const auto& [key, id] : built_with)
      if (!written.contains(key)) result.emplace_back(Key{"", key}, Need{Dependency(), id, scope});
    return result;
  }

  /// Variables in use, breadth first, with what is asked of them given the choices so far.
  std::vector<Open> in_use() const {
    std::vector<Open> open;
    std::vector<std::pair<Key, Need>> waiting;
    std::set<std::string> told;
    std::set<Key> passed;
    const auto ask = [&](const Key& key, const Need& need) {
      auto known =
          std::find_if(open.begin(), open.end(), [&](const Open& o) { return o.key == key; });
      if (known == open.end()) known = open.insert(open.end(), {key, {}});
      known->needs.push_back(need);
    };
    const auto add = [&](const std::vector<std::pair<Key, Need>>& needs) {
      for (const auto& [key, need] : needs) {
        if (need.dependency.when.choices.empty()) {
          ask(key, need);
        } else {
          waiting.emplace_back(key, need);
        }
      }
    };
    add(needs_of(request_.subject, request_.dependencies, {}));
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto key = open[i].key;
      const auto choice = chosen_.find(key);
      if (choice == chosen_.end()) break;
      const auto& candidate = *choice->second;
      passed.insert(key);
      if (told.insert(candidate.id).second)
        add(needs_of(candidate.id, candidate.dependencies, candidate.built_with));
      for (auto it = waiting.begin(); it != waiting.end();) {
        if (!condition_holds(it->second, passed)) {
          ++it;
          continue;
        }
        ask(it->first, it->second);
        it = waiting.erase(it);
      }
    }
    return open;
  }

  /// The key as the asker sees it: its own choice if it writes the key as private.
  Key seen_by(const std::string& asker, const std::string& key) const {
    const auto* dependencies = &request_.dependencies;
    if (asker != request_.subject) dependencies = &by_id_.at(asker)->dependencies;
    const bool own = std::any_of(dependencies->begin(), dependencies->end(),
                                 [&](const auto& d) { return d.key == key && d.is_private; });
    return {own ? asker : "", key};
  }

  bool condition_holds(const Need& need, const std::set<Key>& passed) const {
    const auto& choices = need.dependency.when.choices;
    return std::all_of(choices.begin(), choices.end(), [&](const auto& condition) {
      const auto key = seen_by(need.asker, condition.key);
      if (!passed.contains(key)) return false;
      const auto& candidate = *chosen_.at(key);
      return condition.wish.tags.matches(candidate.tags) &&
             condition.wish.version.contains(candidate.version);
    });
  }

  /// Whether one says that it cannot be used with the other.
  static bool refuses(const std::vector<model::Exclusion>& conflicts, const Candidate& other) {
    return std::any_of(conflicts.begin(), conflicts.end(), [&](const auto& exclusion) {
      const auto& wish = exclusion.wish;
      return wish.tags.matches(other.tags) && wish.version.contains(other.version) &&
             (wish.kind.empty() || wish.kind == other.component.kind) &&
             (wish.name.empty() || wish.name == other.component.name);
    });
  }

  /// Among what is in use: choices that later ones have made unnecessary do not count.
  bool all_go_together(const std::vector<Open>& open) const {
    for (const auto& a : open) {
      const auto first = chosen_.find(a.key);
      if (first == chosen_.end()) continue;
      if (refuses(request_.conflicts, *first->second)) return false;
      for (const auto& b : open) {
        const auto second = chosen_.find(b.key);
        if (second == chosen_.end() || second->second == first->second) continue;
        if (refuses(first->second->conflicts, *second->second)) return false;
      }
    }
    return true;
  }

  bool fits(const Candidate& candidate, const Open& open) const {
    if (const auto only = only_.find(open.key);
        only != only_.end() && !only->second.contains(candidate.id))
      return false;
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
      if (!condition_holds(need, all_passed())) continue;
      const auto& next = *chosen_.at(key);
      if (&next == &goal) return true;
      if (seen.insert(next.id).second && reaches(next, goal, seen)) return true;
    }
    return false;
  }

  std::set<Key> all_passed() const {
    std::set<Key> keys;
    for (const auto& [key, candidate] : chosen_) keys.insert(key);
    return keys;
  }

  bool buildable(const std::vector<Open>& open) const {
    return std::none_of(open.begin(), open.end(), [&](const Open& each) {
      const auto& candidate = *chosen_.at(each.key);
      std::set<std::string> seen;
      return candidate.origin == Origin::buildable && reaches(candidate, candidate, seen);
    });
  }

  std::size_t builds() const {
    std::set<const Candidate*> built;
    for (const auto& [key, candidate] : chosen_)
      if (candidate->origin == Origin::buildable) built.insert(candidate);
    return built.size();
  }

  bool ties(const Candidate& a, const Candidate& b) const {
    return a.origin == Origin::buildable && b.origin == Origin::buildable &&
           a.component.text() != b.component.text() &&
           rank_.at(a.component.text()) == rank_.at(b.component.text()) && preferred(a, b);
  }

  /// As solver.hpp says: key by key, components that are equal but for the name are all tried.
  void prefer_fewest_builds() {
    for (std::size_t i = 0; i < in_use().size(); ++i) {
      const auto key = in_use()[i].key;
      const auto* first = chosen_.at(key);
      auto best = chosen_;
      std::set<std::string> tried;
      for (const auto* peer : order_) {
        if (!ties(*first, *peer) || !tried.insert(peer->component.text()).second) continue;
        chosen_.clear();
        only_[key].clear();
        for (const auto* same : order_)
          if (same->component.text() == peer->component.text() && same->origin == peer->origin)
            only_[key].insert(same->id);
        const auto fewest = [&] {
          std::swap(best, chosen_);
          const auto result = builds();
          std::swap(best, chosen_);
          return result;
        }();
        if (search() && builds() < fewest) best = chosen_;
      }
      chosen_ = best;
      only_[key] = {chosen_.at(key)->id};
    }
  }

  bool search() {
    if (steps_ == 0) return false;
    --steps_;
    const auto open = in_use();
    if (!consistent(open) || !all_go_together(open)) return false;
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
  std::map<Key, std::set<std::string>> only_;  ///< what may still be chosen
};

}  // namespace

ReferenceAnswer reference_solve(const solve::Universe& universe, const solve::Request& request,
                                std::size_t max_steps) {
  return Reference(universe, request, max_steps).solve();
}

}  // namespace ck::test
