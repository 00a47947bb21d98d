#pragma once
/// Options that come as a JSON object, as CK's scripts give them: @FILE.json and @@@{'key':
/// 'value'}.

#include <string>
#include <vector>

#include "base/error.hpp"

namespace ck::cli {

/// The arguments with such words replaced by what they stand for: a scalar member by --NAME=value,
/// an object `env`, `deps`, … (any of `prefixes`) by --NAME.MEMBER=value, or by --NAME=JSON where
/// the command has such an option (`documents`). What has no option, such
/// as `meta`, goes: the record holds the line as it was typed. In inline text ' stands for ".
/// A file that describes points for CK's autotuner ("choices_order") stands for --autotune=FILE and
/// what it says about recording and options. Nothing after "--" is looked at. `invalid` for what is
/// no JSON object, `not_found` for a missing file.
Result<std::vector<std::string>> with_merged_input(const std::vector<std::string>& arguments,
                                                   const std::vector<std::string>& prefixes,
                                                   const std::vector<std::string>& documents = {});

}  // namespace ck::cli
