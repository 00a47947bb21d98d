#pragma once
/// Python's binary packages, unpacked without pip. Internal to install.

#include <string>
#include <vector>

#include "install/context.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

/// What a wheel says it needs.
struct WheelNeed {
  std::string package;  ///< normalised
  std::string text;     ///< as written: "numpy (>=1.20); python_version >= '3.8'"
};

/// The `Requires-Dist` lines of a METADATA text; those of extras are left out.
std::vector<WheelNeed> needs_of(std::string_view metadata);

/// Puts a verified wheel below `to`: modules in lib/python, scripts and the commands of its entry
/// points in bin, data where it says. `verification` if it is another package or version than the
/// source says. Returns what it needs.
Result<std::vector<WheelNeed>> unpack_wheel(const fs::path& wheel, const model::PipSource& source,
                                            const fs::path& to, Context& context);

/// The needs of a wheel without unpacking it anywhere that stays.
Result<std::vector<WheelNeed>> read_wheel_needs(const fs::path& wheel, Context& context);

}  // namespace ck::install
