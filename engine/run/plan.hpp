#pragma once
/// A run as a plain, closed value: everything that decides what is executed. `--dry-run` prints it,
/// the runner consumes it, the archive keeps it, a replay feeds it back.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "install/environment.hpp"
#include "install/plan.hpp"
#include "install/secrets.hpp"
#include "model/descriptor.hpp"

namespace ck::run {

/// What lies in the run's folder before the program starts.
struct Placement {
  std::string from;   ///< file or folder, usually below "${home}/envs/ID"
  std::string to;     ///< relative to the run's folder; "" for the folder itself
  bool link = false;  ///< links to what a folder holds; else a copy that the run may change
};

/// The program repeats its work inside one execution, for work that is too short to be measured
/// alone. Only the program can do that honestly: what a process costs beside its work (starting,
/// loading, first touching memory) is then spread over many iterations, and caches are as warm as
/// the program makes them. Several short processes are not counted together as one sample: each is
/// timed by a clock of nanoseconds anyway, so their sum would be no more precise than their
/// median, and would hide outliers and modes. They need more samples, which sampling takes.
struct Iterations {
  std::string variable;             ///< that says how often
  std::vector<std::string> totals;  ///< metrics that are told for all iterations together
  std::uint64_t count = 1;          ///< what the variable holds
};

/// `${work}` in arguments and variables stands for the run's own folder, `${home}` for $CK_HOME:
/// both are known only where the plan is executed, and neither belongs into a record that others
/// will read.
struct RunPlan {
  std::string subject;  ///< "program:image-classification"
  std::string command;  ///< name of the program's command
  std::vector<std::string> argv;
  install::Variables variables;           ///< the complete environment, sorted by name
  std::vector<install::Secret> secrets;   ///< those whose values are not written down
  install::Variables hidden;              ///< values of secrets that are no variables: parameters,
                                          ///< in whose places stands ${secret:NAME}
  std::vector<std::string> environments;  ///< ids used, dependencies first
  model::Values parameters;
  std::string profile;
  model::Isolation isolation;         ///< the profile's
  std::vector<std::string> readable;  ///< places outside $CK_HOME that the user named
  model::Limits limits;               ///< program, command and profile together
  std::vector<int> accept_exit;
  std::vector<model::Metric> metrics;
  std::vector<model::Output> outputs;
  std::optional<Iterations> iterations;  ///< of programs that can be told
  std::vector<Placement> placements;
  std::string binary;        ///< file that was built, below "${home}/envs/ID"; empty: none
  std::string directory;     ///< where the program starts and writes, below the run's folder
  std::string surroundings;  ///< steps around the execution that another format asks for: JSON that
                             ///< only the layer that wrote it understands; empty for ours
};

/// What the user may say about a run.
struct RunRequest {
  std::string command;                 ///< empty: the default one
  install::Variables variables;        ///< --env.NAME=value
  install::Variables secrets;          ///< --secret.NAME=value: variables too, never written down
  std::vector<std::string> arguments;  ///< after "--", appended
  std::optional<double> timeout_seconds;
};

/// `usage` error for an unknown command (listing those there are), a variable the program does not
/// declare (suggesting near ones), or a number of iterations that is none.
Result<RunPlan> plan_run(const model::Program& program, const install::InstallPlan& installed,
                         const install::Closure& closure, const model::Values& values,
                         const model::Profile& profile, const RunRequest& request,
                         const install::Variables& host_variables, const fs::path& home);

/// Has the program repeat its work so often; for plans with `iterations`.
void set_iterations(RunPlan& plan, std::uint64_t count);

/// `by` wherever `path` stands in the text, alone or before '/', but not where a longer name only
/// begins like it.
std::string with_path_replaced(std::string_view text, const std::string& path, std::string_view by);

/// `${home}` wherever a path in the text leads into the home, but not where a longer name only
/// begins like it.
std::string without_home(std::string_view text, const std::string& home);

/// What takes the values of a plan's secrets out of texts.
install::Scrubber scrubber_of(const RunPlan& plan);
/// What stands in a plan where the value of a secret belongs.
std::string place_of_secret(std::string_view name);

/// "ck.run-plan/1". Values of secrets are left out, wherever they stand.
Json to_json(const RunPlan& plan);
Result<RunPlan> run_plan_from_json(const Json& value, const std::string& source);

}  // namespace ck::run
