#pragma once
/// Chooses one candidate for every dependency of a request, and says why; or proves that there is
/// no choice, and says that. Pure: no I/O, no clock, no dependence on container order.
///
/// Rules
/// - A demand is an asker (the request or a chosen candidate) with one of its dependencies. A key
///   means one choice in the whole closure, and that choice must meet every demand written under
///   the key; a private dependency is a choice of its own for its asker and key (if an asker writes
///   a key several times, private once is private).
/// - A chosen candidate's own dependencies become demands in turn.
/// - Two choices that are not private may be the same component (same kind, and same name or UID,
///   whatever the repository) only if they are the very same candidate. An installed environment
///   and the recipe it came from are two candidates.
/// - An installed candidate keeps what it was built with: each key of `built_with` is a demand for
///   exactly that candidate, together with the dependency of that key if there is one (private if
///   that is). If the candidate is no longer there, the environment is not usable.
/// - A need may depend on other choices: it is a demand only if each key it names, as its asker
/// sees
///   it, is in use and its choice has what the condition says. Nothing is in use without a demand.
///   A conditional need takes its turn when the last of the choices it looks at had its own.
/// - What a chosen candidate or the request excludes may not be chosen under any key, private or
///   not, except the candidate itself.
/// - Pins narrow their key wherever it is asked for, private or not.
/// - What must be built needs an order in which to build it: a circle of needs through a buildable
///   candidate is refused, one among installed and detected candidates is not.
///
/// Preference. Keys are served breadth first in order of declaration: the request's dependencies,
/// then those of the candidate chosen for the first key, and so on. A key gets the most preferred
/// candidate with which everything can still be met. Candidates: installed > detected > buildable;
/// then between components the lower repository rank (the best a component has), then fewest
/// builds, then the name; within a component releases before pre-releases before unknown versions,
/// the higher version, the lower repository rank, the name, fewer variations that are not the
/// default, the id. Fewest builds: where components that would be built are equal but for the name,
/// each is tried in the order of names with all earlier choices kept, and the first with which
/// fewest candidates in all have to be built is taken (see fewest_builds.hpp). A pin from a lock or
/// a command line comes before all of that, because it leaves nothing else.
///
/// Method: conflict-driven search with learned conflicts and jumps back (search.hpp). It is exact:
/// the answer is the first solution in order of preference, and if there is one it is found.

#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "solve/universe.hpp"

namespace ck::solve {

/// One demand on a key: who asked, and what.
struct Demand {
  std::string by;  ///< the request's subject or a candidate id
  /// As written; without tags and the like where only `built_with` asks.
  model::Dependency dependency;
};

/// Why another candidate was not taken.
struct Rejection {
  std::string candidate;
  std::string reason;  ///< "version 10.2 is not in >=12 (asked by package:x)", "less preferred:
                       ///< would have to be built"
};

/// The choice for one key.
struct Choice {
  std::string key;
  std::string scope;  ///< whose private choice it is (candidate id or the subject); empty: shared
  std::string candidate;
  std::string reason;  ///< "the only candidate", "already installed", "highest of 3 versions" …
  std::vector<Demand> demands;
  std::vector<Rejection> rejected;  ///< best first; at most 50
};

/// Choices in an order in which each comes after all its own dependencies (among candidates that
/// exist already and need each other in a circle: as near as can be).
struct Resolution {
  std::vector<Choice> choices;
  /// For each chosen candidate: key -> candidate of its dependencies.
  std::map<std::string, std::map<std::string, std::string>> edges;
  /// The request's own keys -> candidate.
  std::map<std::string, std::string> roots;
  /// Keys of pins that nothing in the closure asks for, sorted: probably misspelt.
  std::vector<std::string> unused_pins;
};

/// A statement of a conflict with what it follows from.
struct ConflictNode {
  std::string statement;  ///< "package:a 1.0 needs compiler with tags gcc, version >=12"
  std::vector<ConflictNode> because;

  /// The tree as lines of text, drawn with "├─ " and "└─ ", without a final newline.
  std::string drawn() const;
};

struct Conflict {
  /// `not_found` when simply nothing provides a demand, and no pin is involved.
  ErrorCode code = ErrorCode::conflict;
  /// Minimal: if any need or pin told in it were given up, the rest of them could be met. (Not
  /// guaranteed when that takes more than `max_steps` to find out.)
  ConflictNode tree;
  /// Cheapest change first. Those that promise a solution have been tried on the whole request.
  std::vector<std::string> hints;

  /// The drawn tree as message, the hints as hints.
  Error to_error() const;
};

struct SolveLimits {
  /// Decisions and propagations of the search, then `unsupported`; and as many again at most for
  /// explaining a conflict.
  std::size_t max_steps = 5'000'000;
};

/// Either a resolution or a conflict. Errors: `invalid` for an empty or repeated candidate id,
/// `unsupported` when the limit is reached.
Result<std::variant<Resolution, Conflict>> solve(const Universe& universe, const Request& request,
                                                 const SolveLimits& limits = {});

}  // namespace ck::solve
