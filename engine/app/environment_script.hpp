#pragma once
/// What loads environments into a shell: ck cat env.

#include <string>
#include <vector>

#include "app/environments.hpp"

namespace ck::app {

/// The script of one environment.
struct EnvironmentScript {
  install::Environment environment;
  std::string name;  ///< what Collective Knowledge calls the software, else the component
  fs::path file;     ///< env.sh; empty for an environment of ours, which has none
  std::string text;
};
/// Of the environments that any of the queries means (see `locate_environments`), each once; of all
/// without a query. CK's have an env.sh (CK_FORMAT section 5); for others the lines are told that
/// load them with what they were built with.
Result<std::vector<EnvironmentScript>> environment_scripts(
    Session& session, const std::vector<EnvironmentQuery>& queries);

/// An environment with everything below it, from the store's list.
install::Closure closure_of(const std::string& id,
                            const std::vector<store::EnvironmentRecord>& records,
                            const catalog::Home& home);

/// The lines of shell that do to a shell's variables what `install::with_exports` does.
std::vector<std::string> load_lines(const install::Closure& closure,
                                    const std::vector<std::string>& roots);

/// `export NAME='value'` for each. `usage` for a name that is no variable's.
Result<std::vector<std::string>> export_lines(const NamedTexts& variables);

}  // namespace ck::app
