#pragma once
/// Advice for a wish that nothing meets: words nearly right, one word too many, versions there are.

#include <string>
#include <vector>

#include "solve/index.hpp"

namespace ck::solve {

struct SpellingHint {
  std::string text;
  bool leads_somewhere = true;  ///< following it leads to a candidate; else it only informs
};

/// Hints about tags, names and versions; none if something meets the wish. `index` is of the
/// universe.
std::vector<SpellingHint> spelling_hints(const Universe& universe, const Index& index,
                                         const Wanted& wanted, const std::string& key);

}  // namespace ck::solve
