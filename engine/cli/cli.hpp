#pragma once
/// The whole program behind `main`: one command line in, an exit code out.

#include <string>
#include <vector>

namespace ck::cli {

/// `arguments` without the program's name. Prints, and installs signal handlers.
int run(const std::vector<std::string>& arguments);

}  // namespace ck::cli
