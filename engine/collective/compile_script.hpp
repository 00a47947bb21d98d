#pragma once
/// How a program is compiled and linked, as a shell script (CK_FORMAT 9.1).

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include "base/error.hpp"

#include "base/json.hpp"
#include "base/path.hpp"
#include "collective/platform.hpp"

namespace ck::collective {

struct CompileRequest {
  bool speed = false;  ///< $CK_OPT_SPEED
  bool size = false;   ///< $CK_OPT_SIZE
  bool static_link = false;
  std::string flags;                ///< --flags
  std::string link_flags;           ///< --lflags
  Json variables = Json::object();  ///< --compiler_vars.NAME, over build_compiler_vars
};

/// What the script is made from. `dependencies`: the resolved ones by key in order of `sort`, each
/// with `cus` (customize), `dict` (meta of the environment with `env`) and what was written of it.
struct CompileInput {
  const Json& meta;  ///< of the program, inheritance applied
  const Json& dependencies;
  const Json& environment;  ///< all variables of the dependencies' environments, then the program's
  /// Where another entry lies, for $#ck_take_from_{CID}#$.
  std::function<Result<fs::path>(const std::string& cid)> find_entry;
  bool customized = false;  ///< a customize.sh lies beside the sources
};

struct CompileScript {
  std::vector<std::string> commands;  ///< shell lines, each of which must succeed
  std::string target;                 ///< file that must exist afterwards ("a.out"), or empty
  std::vector<std::string> objects;   ///< files that are made of the sources and linked
};

/// Runs in a folder `tmp` beside the sources. `invalid` for metadata that makes no command; nothing
/// to compile (no sources, no_compile) is no commands.
Result<CompileScript> compile_script(const CompileInput& input, const CompileRequest& request,
                                     const Platform& platform);

/// A program's own script, which sets variables for the compilation: sourced before its first line
/// when everything else is set, and whatever it ends with, as the original does.
std::string customizing_script(const Platform& platform);

/// The file that `compile` makes: `target_file` with ".out" unless told otherwise; empty for none.
std::string target_file(const Json& meta, const Platform& platform);

}  // namespace ck::collective
