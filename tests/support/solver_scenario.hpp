#pragma once
/// A solver case as text: a universe in ten lines, a request, and what comes of it. The format is
/// described in tests/scenarios/README.md.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "solve/solver.hpp"

namespace ck::test {

struct SolverScenario {
  solve::Universe universe;
  solve::Request request;
  bool show_rejected = false;  ///< `show rejected`: outcomes tell why the other candidates lost
  std::string given;           ///< the text above the line "---", with that line
  std::string expected;        ///< the text below it
};

/// `invalid` with the line number for anything that is not understood.
Result<SolverScenario> parse_scenario(std::string_view text);

/// The part above "---" for a universe and request, so that a random case that fails can be kept.
std::string scenario_text(const solve::Universe& universe, const solve::Request& request);

/// What stands below "---".
std::string outcome_text(const Result<std::variant<solve::Resolution, solve::Conflict>>& outcome,
                         bool show_rejected);

}  // namespace ck::test
