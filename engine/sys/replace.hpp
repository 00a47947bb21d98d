#pragma once
/// Becoming another program.

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace ck::sys {

/// Executes a program in place of this one: with this one's streams, process id and terminal, so
/// that its end is the end of this process. The program is looked up in the PATH of `variables`,
/// its whole environment. Returns only when that fails: `not_found`, `denied` or `io`.
Error replace_process(const std::vector<std::string>& argv,
                      const std::vector<std::pair<std::string, std::string>>& variables);

/// Whether somebody sits at stdin.
bool stdin_is_terminal();

}  // namespace ck::sys
