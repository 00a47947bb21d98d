#pragma once
/// CK programs: compiled into an environment of their own, and run by a closed plan (CK_FORMAT 9).

#include <optional>
#include <string>
#include <vector>

#include "collective/compile_script.hpp"
#include "collective/compute_device.hpp"
#include "collective/resolver.hpp"
#include "install/plan.hpp"
#include "run/plan.hpp"

namespace ck::collective {

struct ProgramRequest {
  catalog::Component component;
  CompileRequest compile;
  Json environment = Json::object();   ///< --env.NAME=
  install::Variables secrets;          ///< --secret.NAME=: in the run, never written down
  Json params = Json::object();        ///< --params.NAME=, for hooks
  std::vector<std::string> arguments;  ///< after "--"
  std::string command;                 ///< --cmd_key
  std::string dataset;                 ///< --dataset_uoa
  std::string dataset_file;            ///< --dataset_file
  std::string repeat = "1";            ///< CT_REPEAT_MAIN
  ComputeDevice device;                ///< --compute_platform_id, --compute_device_id
  std::optional<double> timeout_seconds;
  bool rebuild = false;
  bool first_command = false;  ///< where there are several and `command` names none
  Resolution given;            ///< choices that hold for equal keys
  bool locked = false;         ///< `given` is of a lock, and says all that is not said here
};

/// Before the names of variables in the parameters of a program's environment.
constexpr std::string_view kVariableParameter = "env.";

/// What is kept of the wishes for a compilation in a plan's parameters, and back.
void keep_compile_request(const CompileRequest& request, model::Values& parameters);
CompileRequest compile_request(const model::Values& parameters);

/// A program with what it was built with.
struct BuiltProgram {
  Json document;
  Resolution dependencies;  ///< of the compilation
  install::Environment environment;
  bool built = false;  ///< now; false: it was there
};

/// Resolves what the compilation needs and compiles, unless this was done before: an environment
/// whose id names sources, command lines and dependencies. `build_failed` with the compiler's
/// words.
Result<BuiltProgram> build_program(const ProgramRequest& request, Workbench& bench);

/// The same program if it is compiled already and all that it needs is registered, which the caller
/// has found out; nothing otherwise. Nothing is made.
Result<std::optional<BuiltProgram>> existing_program(const ProgramRequest& request,
                                                     Workbench& bench);

/// The closed plan of a run: command, dataset, variables, and what happens around it.
struct PlannedProgram {
  run::RunPlan plan;
  Resolution dependencies;  ///< of compilation and run
  Resolution device_tool;   ///< that told the device, if one was asked; the run does not see it
  ComputeDevice device;     ///< that it computes on, if it says that it needs one

  /// All that was chosen for it.
  Resolution choices() const;
};
Result<PlannedProgram> plan_program(const ProgramRequest& request, const BuiltProgram& built,
                                    Workbench& bench);

/// What running a command of the program needs: the program's `run_deps` and then the command's.
Json run_needs(const Json& document, const std::string& command);

/// The kind of device that a command computes on, "opencl" or "cuda"; empty for none.
std::string device_kind(const Json& document, const std::string& command);

/// The device that the user asks for; variables of the run that say it count as well.
ComputeDevice wished_device(const ProgramRequest& request);

/// Everything that a run uses, dependencies first, for the record.
Result<install::InstallPlan> used_environments(const BuiltProgram& built,
                                               const Resolution& dependencies, Workbench& bench);

}  // namespace ck::collective
