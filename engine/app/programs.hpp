#pragma once
/// ck run, benchmark, explain.

#include "app/collective_options.hpp"
#include "app/host.hpp"
#include "app/locked_use.hpp"
#include "app/session.hpp"
#include "experiment/archive.hpp"

namespace ck::app {

struct RunRequest {
  model::ComponentPattern
      pattern;  ///< kind "program"; the name may be empty with tags that name one
  model::TagQuery tags;
  std::string command;
  model::Values values;          ///< --NAME=value
  install::Variables variables;  ///< --env.NAME=value
  install::Variables secrets;    ///< --secret.NAME=value
  std::vector<std::pair<std::string, std::string>> pins;
  std::vector<std::string> arguments;
  std::optional<double> timeout_seconds;
  std::string profile = "clean";
  int repetitions = 1;
  std::string experiment;  ///< --record_uoa; empty: the program's name
  model::Tags tags_of_record;
  bool rebuild = false;
  bool dry_run = false;
  HostOverrides host;            ///< with dry_run only, and for explain
  std::string why_not;           ///< explain: what else might have been chosen
  std::string command_line;      ///< as typed, for the record
  CollectiveOptions collective;  ///< for programs of Collective Knowledge
  std::optional<LockedUse> locked;
};
struct RunReport {
  install::InstallPlan plan;
  run::RunPlan run_plan;
  std::optional<store::Point> point;  ///< absent for --dry-run
  std::vector<experiment::MetricSummary> metrics;
  std::optional<Error> failure;  ///< the program failed; the point is archived
};
/// Runs `repetitions` times (once for `ck run`). The program's output goes to `output` as it comes.
Result<RunReport> run(Session& session, const RunRequest& request, const run::PassThrough& output);

/// A program's build.
struct CompileReport {
  install::Environment environment;
  bool built = false;  ///< now; false: it was there already
};
/// Resolves, installs and builds what `run` would run, and no more.
Result<CompileReport> compile(Session& session, const RunRequest& request);

/// Every choice with its reason and the others with theirs.
struct ExplainReport {
  std::string subject;
  install::InstallPlan plan;
  solve::Resolution resolution;
  std::vector<install::LockDifference> differences;  ///< to the lock, if one was given
  std::vector<solve::Objection> objections;          ///< why what was asked about was not chosen
};
Result<ExplainReport> explain(Session& session, const RunRequest& request);

}  // namespace ck::app
