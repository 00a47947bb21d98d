#pragma once
/// The optimisation flags of a compiler, as the compiler itself tells them.

#include <string>
#include <string_view>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

enum class CompilerFamily { gcc, clang };

/// Names without "-f" of the optimisation switches in what `gcc --help=optimizers` or `clang
/// --help-hidden` prints, sorted. Those that take a value are left out, as are those that let the
/// compiler give other results (-ffast-math, -fwrapv) or change how objects fit together
/// (-fshort-enums).
std::vector<std::string> optimisation_switches(std::string_view help, CompilerFamily family);

/// One choice among flags; the first is "" or the usual level.
struct FlagAxis {
  std::string name;  ///< "-O", "-funroll-loops"
  std::vector<std::string> values;
};

/// -O3, -O2, -O1, -Os, -O0, and for each switch that the compiler takes: neither, on, off.
/// `not_found` when there is no such compiler, `build_failed` when it names no flags.
Result<std::vector<FlagAxis>> flag_space(Session& session, const std::string& compiler);

}  // namespace ck::app
