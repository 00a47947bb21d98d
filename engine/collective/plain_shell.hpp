#pragma once
/// Shell scripts understood without a shell. The env.sh files that the engine writes, and most
/// shell lines of CK's setups, only export words made of text and references; a bash in a sandbox
/// to learn what they leave costs more than all the rest of starting a program.

#include <optional>
#include <string>
#include <vector>

#include "base/path.hpp"
#include "install/environment.hpp"

namespace ck::collective {

/// What `variables_after` (collective/steps.hpp) would answer, or nothing when the lines, or a
/// script they load, hold anything but comments, the guard of env.sh, `export NAME=WORD` with plain
/// words, quotes, `$NAME`, `${NAME}`, `${NAME:+WORD}`, and `. FILE` for an env.sh of an environment
/// right below `environments` (no other file is read: only the sandbox decides on those).
std::optional<install::Variables> plain_variables_after(const std::vector<std::string>& lines,
                                                        const install::Variables& before,
                                                        const fs::path& environments);

}  // namespace ck::collective
