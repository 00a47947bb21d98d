#pragma once
/// What happens around the execution of a CK program: hooks and shell steps before and after,
/// streams in files, timers, characteristics, the check against a reference (CK_FORMAT 9.2).

#include <string>
#include <vector>

#include "collective/workbench.hpp"
#include "run/runner.hpp"

namespace ck::collective {

/// A Python function around a run.
struct SurroundingHook {
  std::string folder;  ///< of the file; "${home}" stands for $CK_HOME
  std::string file;
  std::string function;
};

/// Kept as text in `RunPlan::surroundings`, so that a replay does the same.
struct Surroundings {
  std::string program;  ///< UID
  std::string program_name;
  std::string command;
  std::string repeat = "1";
  std::string out_file, err_file;  ///< where the command's streams go
  std::string timer_file;          ///< fine_grain_timer_file
  std::vector<std::string> files_to_print;
  std::vector<std::string> files_to_remove;
  std::vector<std::string> folders_to_make;
  std::vector<std::string> before;  ///< shell lines
  std::vector<std::string> after;
  std::vector<SurroundingHook> hooks_before, hooks_after;
  std::vector<std::string> correctness_files;
  std::string reference;               ///< folder with what they should be, or empty
  Json dataset = Json::object();       ///< name, path, file, sha256 of the entry's content
  Json dependencies = Json::object();  ///< as kept in descriptions
  Json params = Json::object();
  Json environment = Json::object();  ///< env as hooks get it, with "${home}" for $CK_HOME
};

Json to_json(const Surroundings& surroundings);
Result<Surroundings> surroundings_from_json(const Json& value, const std::string& source);

/// The phases of a plan; empty ones for a program of ours. Hooks run with the plan's profile.
/// `output` gets what the program wrote into its stream files.
Result<run::Phases> phases_of(const run::RunPlan& plan, const run::PassThrough& output,
                              install::Context& context);

}  // namespace ck::collective
