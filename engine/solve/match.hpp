#pragma once
/// Whether one candidate meets one wish, and if not, what is wrong with it.

#include <string>

#include "solve/universe.hpp"

namespace ck::solve {

/// What dependencies and pins have in common. Refers to its source, which must outlive it.
struct Wanted {
  const model::TagQuery& tags;
  const model::VersionRange& version;
  const std::string& kind;
  const std::string& name;                    ///< of the component, or its UID
  const std::string* candidate_id = nullptr;  ///< exactly this one
  bool any_version = false;                   ///< disregard `version`
};

Wanted wanted_by(const model::Dependency& dependency);
Wanted wanted_by(const Pin& pin);
Wanted wanted_by(const model::Wish& wish);

bool meets(const Candidate& candidate, const Wanted& wanted);

/// The first thing in which a candidate falls short: "version 10.2 is not in >=12", "lacks the tag
/// openmp", "has the excluded tag static"; empty if it meets the wish.
std::string shortcoming(const Candidate& candidate, const Wanted& wanted);

}  // namespace ck::solve
