#pragma once
/// Descriptions of Collective Knowledge's autotuner as points of a sweep.

#include <string>
#include <vector>

#include "app/sweep.hpp"
#include "base/json.hpp"

namespace ck::app {

/// What such a description asks for.
struct AutotuneDescription {
  std::vector<SweepValues> points;  ///< in order, each once
  std::vector<std::string> notes;   ///< what it says beside, and what stands for that here
};

/// Groups of `choices_order` with their `choices_selection`, crossed, the last group fastest:
/// `loop` (all combinations of a group's keys, the last fastest), `parallel-loop` (its keys step
/// together), `random` and `parallel-random` (as many draws as its `iterations` say, else the
/// file's); with "-with-next" a group takes the one before it along whenever it steps, which is the
/// next that CK looks at. At most `iterations`
/// points, all without it or with -1. Random choices follow `seed`, but are not those that CK drew.
/// "##env#A" becomes env.A, "##compiler_vars#A" and "##params#A" likewise, "##a" a parameter.
/// `invalid` for what such a file cannot say; `unsupported` for what has no meaning here: wild
/// cards and compiler flags (`ck explore` searches these), frequencies, omitted choices, conditions
/// on results, plug-ins.
Result<AutotuneDescription> autotune_description(const Json& value, const std::string& source);

/// The same of a file.
Result<AutotuneDescription> read_autotune(const fs::path& file);

}  // namespace ck::app
