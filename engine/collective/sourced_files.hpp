#pragma once
/// Which files a shell script loads, told without running it, and whether it may.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::collective {

/// The first argument of every `. FILE` and `source FILE`, in order, quotes taken away. References
/// ("$DIR/vars.sh") stay as they are written. Text that is made while the script runs (eval, what
/// is quoted for another shell) is not looked into.
std::vector<std::string> sourced_files(std::string_view script);

/// Whether an env.sh may load what it loads, for as long as its environment exists: `denied` when
/// others may write or replace one of the files (see check_owner). `own` are not looked at. A place
/// that only the running shell knows is taken to lie beside `known`.
Status check_sourced_files(std::string_view script, const std::vector<fs::path>& own,
                           const fs::path& known);

}  // namespace ck::collective
