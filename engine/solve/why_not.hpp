#pragma once
/// The answer to "why not that one?".

#include <optional>
#include <string>
#include <vector>

#include "solve/solver.hpp"

namespace ck::solve {

/// Why one candidate is not the choice for one key, or that it is.
struct Objection {
  std::string candidate;
  std::string key;    ///< of the choice in question; empty: it is only near what was asked about
  std::string scope;  ///< as in Choice
  bool chosen = false;
  std::string reason;                 ///< "version 10.2 is not in >=12 (asked by package:x)"
  std::optional<ConflictNode> proof;  ///< what having it would lead to
  /// With the candidate pinned there is a resolution: what to type for it, else empty.
  std::string option;
};

/// For each candidate that is as `which` says and each key for which something like it is wanted
/// (whatever the version; if there is no such key, all keys), at most 20 in all. If no candidate is
/// like that, those that are but for the version. Empty if there are none either, or if the request
/// has no resolution. Errors: those of `solve`.
Result<std::vector<Objection>> why_not(const Universe& universe, const Request& request,
                                       const model::Wish& which, const SolveLimits& limits = {});

}  // namespace ck::solve
