#pragma once
/// The `env.sh` of an environment, with the same variables in the same order as CK's.

#include <string>
#include <vector>

#include "base/path.hpp"
#include "collective/platform.hpp"

namespace ck::collective {

struct EnvScript {
  std::string soft;  ///< "soft:compiler.gcc", for the comment
  std::string version;
  std::string prefix;           ///< CK_ENV_COMPILER_GCC
  std::vector<fs::path> below;  ///< env.sh of dependencies, in order
  Json customize;   ///< path_install, path_bin, path_lib, path_include, add_to_path, skip_…
  Json env;         ///< variables, written sorted by name
  std::string bat;  ///< what the setup hook wants done, shell text
};

/// CK_FORMAT section 5: guard, comment, dependencies, PREFIX…, the hook's text, variables (quoted
/// where they hold a blank), PATH, LD_LIBRARY_PATH and LIBRARY_PATH, PREFIX_SET. Unlike CK's, PATH
/// never gets an empty element, and a value that is no plain text is quoted so that the shell
/// cannot take it for a command; `$NAME` and `${NAME}` in values stay references, as CK's users
/// rely on.
std::string env_script(const EnvScript& script, const Platform& platform);

}  // namespace ck::collective
