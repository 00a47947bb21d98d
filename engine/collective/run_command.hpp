#pragma once
/// The command line of a run: choosing the command, its dataset and its tokens
/// (CK_FORMAT 9.2, 9.3).

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include "base/error.hpp"

#include "base/json.hpp"
#include "base/path.hpp"
#include "collective/platform.hpp"
#include "model/tags.hpp"

namespace ck::collective {

/// What becomes of several commands of which none is named.
enum class WithoutCommand { refuse, take_first };

/// The run command `wanted`, or `usage` with near ones; without a wish the only one, "default" if
/// there is one, else the first (by `sort`, then by name) or `usage` listing them. Commands that
/// `add_only_if_deps_tags` or `skip_if_deps_tags` exclude are not there.
Result<std::string> choose_command(const Json& meta, const std::string& wanted,
                                   const std::vector<std::string>& tags_of_dependencies,
                                   const std::string& program,
                                   WithoutCommand without = WithoutCommand::refuse);

/// The program's defaults and the command's `run_time` laid over them (some keys may stand at the
/// top of the program).
Json run_time_of(const Json& meta, const std::string& command);

struct Dataset {
  fs::path path;
  Json meta;
  std::string file;  ///< the chosen one of dataset_files
};

struct RunTokens {
  const Platform& platform;
  std::string target;         ///< "a.out"
  bool prefix_target = true;  ///< "./a.out"
  fs::path source;            ///< folder of the program's files
  std::optional<Dataset> dataset;
  std::string repeat = "1";
  Json substitutes = Json::object();  ///< run_cmd_substitutes, dataset's run_cmd_main keys
  std::function<Result<fs::path>(const std::string& cid)> find_entry;
};

/// A command line with its `$#…#$` replaced; `$<<X>>$` becomes a reference `${X}` of the shell
/// (`values` null) or the value itself. What is put in from file names is quoted for the shell.
/// `invalid` naming a token that nothing defines.
Result<std::string> expand_command(const std::string& command, const RunTokens& tokens,
                                   const Json* values);

/// run_vars of program and command: each for names that `environment` does not have yet.
void add_run_variables(const Json& meta, const std::string& command, const RunTokens& tokens,
                       Json& environment);

}  // namespace ck::collective
