#pragma once
/// The universe as the search sees it: candidates numbered from the most to the least preferred,
/// grouped into components, found by tag or name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "solve/match.hpp"
#include "solve/universe.hpp"

namespace ck::solve {

/// Position in the order of preference over the whole universe: 0 is what everybody would like
/// best. A list sorted by number is a list in order of preference.
using CandidateNo = std::uint32_t;

class Index {
 public:
  /// `reuse` false leaves installed environments out. `invalid` for an empty or repeated id.
  /// The universe must outlive the index.
  static Result<Index> build(const Universe& universe, bool reuse);

  std::size_t size() const { return candidates_.size(); }
  const Candidate& operator[](CandidateNo number) const { return *candidates_[number]; }

  /// Two candidates are the same component if they are of one kind and share name or UID,
  /// whatever repository they come from.
  std::uint32_t component(CandidateNo number) const { return components_[number]; }

  /// The best repository rank that a candidate of the same component has.
  int component_rank(CandidateNo number) const { return component_ranks_[number]; }

  std::optional<CandidateNo> find(std::string_view id) const;

  /// Everything that meets `wanted`, most preferred first.
  std::vector<CandidateNo> matching(const Wanted& wanted) const;

  bool knows_tag(std::string_view tag) const { return by_tag_.contains(tag); }
  std::vector<std::string> tags() const;   ///< of all candidates, sorted
  std::vector<std::string> names() const;  ///< of all components, sorted

 private:
  using Postings = std::unordered_map<std::string_view, std::vector<CandidateNo>>;

  void number(std::vector<const Candidate*> sorted_by_id);
  void post();
  /// A list that holds every candidate that may meet `wanted`; nullptr for "all of them".
  const std::vector<CandidateNo>* shortest_list(const Wanted& wanted) const;

  std::vector<const Candidate*> candidates_;
  std::vector<std::uint32_t> components_;
  std::vector<int> component_ranks_;
  std::unordered_map<std::string_view, CandidateNo> by_id_;
  Postings by_tag_;
  Postings by_name_;  ///< names and UIDs
};

}  // namespace ck::solve
