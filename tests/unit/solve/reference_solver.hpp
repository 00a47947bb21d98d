#pragma once
/// The rules of solver.hpp followed literally and without any cleverness: every choice in order of
/// preference, back to the last one when something does not fit. Shares no code with the solver.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "solve/universe.hpp"

namespace ck::test {

/// (scope, key) -> id of the chosen candidate; scope as in `solve::Choice`.
using ReferenceChoices = std::map<std::pair<std::string, std::string>, std::string>;

struct ReferenceAnswer {
  bool gave_up = false;  ///< too many steps for so simple a method
  std::optional<ReferenceChoices> choices;
};

ReferenceAnswer reference_solve(const solve::Universe& universe, const solve::Request& request,
                                std::size_t max_steps);

}  // namespace ck::test
