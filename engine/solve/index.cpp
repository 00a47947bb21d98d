#include "solve/index.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace ck::solve {
namespace {

using Sorted = std::vector<const Candidate*>;

/// Disjoint sets of candidates; the representative is the smallest position.
class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }

  std::uint32_t find(std::uint32_t member) {
    while (parent_[member] != member) member = parent_[member] = parent_[parent_[member]];
    return member;
  }
  void unite(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

/// For each candidate the position of the first one of the same component.
std::vector<std::uint32_t> group_by_component(const Sorted& candidates) {
  Groups groups(candidates.size());
  std::unordered_map<std::string, std::uint32_t> first;
  const auto meet = [&](std::string label, std::uint32_t position) {
    const auto [known, fresh] = first.try_emplace(std::move(label), position);
    if (!fresh) groups.unite(known->second, position);
  };
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    const auto& component = candidates[i]->component;
    meet(component.kind + "\nname\n" + component.name, i);
    if (!component.uid.empty()) meet(component.kind + "\nuid\n" + component.uid, i);
  }
  std::vector<std::uint32_t> result(candidates.size());
  for (std::uint32_t i = 0; i < candidates.size(); ++i) result[i] = groups.find(i);
  return result;
}

/// Where a component stands among others. Ranking whole components, not candidates, keeps the
/// order transitive: "higher version" is decided inside a component, "repository rank" between
/// them.
using Standing = std::tuple<int, std::string_view, std::string_view, std::uint32_t>;

std::map<std::uint32_t, Standing> standings(const Sorted& candidates,
                                            const std::vector<std::uint32_t>& groups) {
  std::map<std::uint32_t, Standing> result;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& candidate = *candidates[i];
    const Standing own{candidate.repository_rank, candidate.component.name,
                       candidate.component.kind, groups[i]};
    const auto [known, fresh] = result.try_emplace(groups[i], own);
    if (!fresh) known->second = std::min(known->second, own);
  }
  return result;
}

int release_class(const model::Version& version) {
  if (version.unknown()) return 2;
  return version.prerelease() ? 1 : 0;
}

/// Order inside one origin and one component.
bool newer(const Candidate& a, const Candidate& b) {
  if (const int x = release_class(a.version), y = release_class(b.version); x != y) return x < y;
  if (const auto order = a.version <=> b.version; order != 0) return order > 0;
  return std::tie(a.repository_rank, a.component.name, a.departures, a.id) <
         std::tie(b.repository_rank, b.component.name, b.departures, b.id);
}

}  // namespace

Result<Index> Index::build(const Universe& universe, bool reuse) {
  Sorted candidates;
  candidates.reserve(universe.candidates.size());
  for (const auto& candidate : universe.candidates) {
    if (candidate.id.empty())
      return fail(ErrorCode::invalid,
                  "a candidate of " + candidate.component.text() + " has no id");
    candidates.push_back(&candidate);
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const auto* a, const auto* b) { return a->id < b->id; });
  const auto twice =
      std::adjacent_find(candidates.begin(), candidates.end(),
                         [](const auto* a, const auto* b) { return a->id == b->id; });
  if (twice != candidates.end())
    return fail(ErrorCode::invalid, "two candidates have the id '" + (*twice)->id + "'");
  if (!reuse)
    std::erase_if(candidates, [](const auto* c) { return c->origin == Origin::installed; });

  Index index;
  index.number(std::move(candidates));
  index.post();
  return index;
}

void Index::number(Sorted sorted_by_id) {
  const auto groups = group_by_component(sorted_by_id);
  const auto standing = standings(sorted_by_id, groups);
  std::vector<std::uint32_t> order(sorted_by_id.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto& left = *sorted_by_id[a];
    const auto& right = *sorted_by_id[b];
    if (left.origin != right.origin) return left.origin < right.origin;
    if (groups[a] != groups[b]) return standing.at(groups[a]) < standing.at(groups[b]);
    return newer(left, right);
  });
  for (const auto position : order) {
    candidates_.push_back(sorted_by_id[position]);
    components_.push_back(groups[position]);
    component_ranks_.push_back(std::get<0>(standing.at(groups[position])));
  }
}

void Index::post() {
  for (CandidateNo number = 0; number < candidates_.size(); ++number) {
    const auto& candidate = *candidates_[number];
    by_id_.emplace(candidate.id, number);
    for (const auto& tag : candidate.tags) by_tag_[tag].push_back(number);
    by_name_[candidate.component.name].push_back(number);
    const auto& component = candidate.component;
    if (!component.uid.empty() && component.uid != component.name)
      by_name_[component.uid].push_back(number);
  }
}

std::optional<CandidateNo> Index::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

const std::vector<CandidateNo>* Index::shortest_list(const Wanted& wanted) const {
  static const std::vector<CandidateNo> nothing;
  const std::vector<CandidateNo>* best = nullptr;
  const auto consider = [&](const Postings& postings, std::string_view word) {
    const auto found = postings.find(word);
    const auto* list = found == postings.end() ? &nothing : &found->second;
    if (best == nullptr || list->size() < best->size()) best = list;
  };
  for (const auto& tag : wanted.tags.all) consider(by_tag_, tag);
  if (!wanted.name.empty()) consider(by_name_, wanted.name);
  return best;
}

std::vector<CandidateNo> Index::matching(const Wanted& wanted) const {
  std::vector<CandidateNo> result;
  const auto take = [&](CandidateNo number) {
    if (meets(*candidates_[number], wanted)) result.push_back(number);
  };
  if (wanted.candidate_id != nullptr) {
    if (const auto number = find(*wanted.candidate_id)) take(*number);
  } else if (const auto* list = shortest_list(wanted)) {
    std::for_each(list->begin(), list->end(), take);
  } else {
    for (CandidateNo number = 0; number < size(); ++number) take(number);
  }
  return result;
}

std::vector<std::string> Index::tags() const {
  std::vector<std::string> result;
  result.reserve(by_tag_.size());
  for (const auto& [tag, list] : by_tag_) result.emplace_back(tag);
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> Index::names() const {
  std::set<std::string> result;
  for (const auto* candidate : candidates_) result.insert(candidate->component.name);
  return {result.begin(), result.end()};
}

}  // namespace ck::solve
