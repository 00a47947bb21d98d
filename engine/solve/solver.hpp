#pragma once
/// Chooses one candidate for every dependency of a request, and says why; or proves that there is
/// no choice, and says that. Pure: no I/O, no clock, no dependence on container order.
///
/// Rules. A key means one choice in the whole closure (all demands written under it must accept
/// it), unless a demand is private. Two keys may lead to the same component, but then in one
/// version and one set of variations. Preference: pinned by lock > pinned on the command line >
/// installed > detected > buildable; within one component the higher version; then repository rank;
/// then name. Earlier keys (order of declaration, breadth first) are served first.
///
/// Method: conflict-driven backjumping with learned conflicts over the candidates of each key.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "solve/universe.hpp"

namespace ck::solve {

/// One demand on a key: who asked, and what.
struct Demand {
  std::string by;  ///< the request's subject or a candidate id
  model::Dependency dependency;
};

/// Why another candidate was not taken.
struct Rejection {
  std::string candidate;
  std::string reason;  ///< "version 10.2 is not in >=12 (asked by package:x)", "less preferred:
                       ///< would have to be built"
};

/// The choice for one key. `scope` is the candidate whose private dependency it is, or empty.
struct Choice {
  std::string key;
  std::string scope;
  std::string candidate;
  std::string reason;  ///< "the only candidate", "already installed", "highest of 3 versions" …
  std::vector<Demand> demands;
  std::vector<Rejection> rejected;  ///< best first; at most 50
};

/// Choices in an order in which each comes after all its own dependencies.
struct Resolution {
  std::vector<Choice> choices;
  /// For each chosen candidate: key -> candidate of its dependencies.
  std::map<std::string, std::map<std::string, std::string>> edges;
  /// The request's own keys -> candidate.
  std::map<std::string, std::string> roots;
};

/// A statement of a conflict with what it follows from.
struct ConflictNode {
  std::string statement;  ///< "package:a 1.0 needs compiler with tags gcc, version >=12"
  std::vector<ConflictNode> because;
};

struct Conflict {
  ConflictNode tree;               ///< minimal: without any of its leaves there would be a solution
  std::vector<std::string> hints;  ///< cheapest change first, near misses of tags included
  Error to_error() const;  ///< `conflict`, or `not_found` when simply nothing provides a demand
};

struct SolveLimits {
  std::size_t max_steps = 5'000'000;  ///< decisions and propagations, then `unsupported`
};

/// Either a resolution or a conflict; the error arm is for malformed universes and limits only.
Result<std::variant<Resolution, Conflict>> solve(const Universe& universe, const Request& request,
                                                 const SolveLimits& limits = {});

}  // namespace ck::solve
