#pragma once
/// Advice for a wish that nothing meets: words nearly right, one word too many, versions there are.

#include <string>
#include <vector>

#include "solve/index.hpp"

namespace ck::solve {

/// Hints about tags, names and versions; only such whose following leads to a candidate. None if
/// something meets the wish.
std::vector<std::string> spelling_hints(const Index& index, const Wanted& wanted,
                                        const std::string& key);

}  // namespace ck::solve
