#pragma once
/// Commands that a CK `cmdgen` entry describes: a template, filled in for every combination of the
/// parameters that are given (CK_FORMAT 13).

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace ck::collective {

/// Names with values, in the order in which they were given.
using Combination = std::vector<std::pair<std::string, std::string>>;

/// Every combination of what the words ask for, the last word's values changing fastest:
///
///     --a=v  --a            one value; "yes"
///     --b,=1,2   --b:=1:2   several values
///     --c:1:9:2             numbers from, to (inclusive), step
///     --x:y,=1:2,3:4        values of several names that belong together
///     --group.NAME          the combinations that `groups` lists under that name
///
/// `usage` for a word of no such form; `not_found` for a group that is not there.
Result<std::vector<Combination>> combinations(const std::vector<std::string>& words,
                                              const Json& groups);

/// The entry's command for each combination, each once. An anchor, <<<NAME>>> or {{{NAME}}}, is
/// replaced by what `build_map` collected under that name for the combination's values, by the
/// value of that parameter, or by its default; <<<?NAME>>> may be nothing, and a character before
/// the closing brackets stands between collected texts. `source` names the entry in errors:
/// `invalid` for an entry without cmd_template and for anchors that lead back to themselves,
/// `usage` for an anchor without a value and for a value that build_map does not know.
Result<std::vector<std::string>> generate_commands(const Json& entry,
                                                   const std::vector<Combination>& combinations,
                                                   const std::string& source);

}  // namespace ck::collective
