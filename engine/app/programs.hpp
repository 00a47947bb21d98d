#pragma once
/// ck run, benchmark, explain.

#include <memory>

#include "app/collective_options.hpp"
#include "app/host.hpp"
#include "app/locked_use.hpp"
#include "app/session.hpp"
#include "experiment/archive.hpp"
#include "experiment/versus.hpp"

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
  experiment::Sampling sampling;  ///< how often, see there
  /// Whether to look at the machine before measuring, and to say what disturbs.
  enum class Preflight { no, record, tell } preflight = Preflight::no;
  bool calibrate = false;  ///< find how often a program that can shall repeat its work
  std::optional<std::uint64_t> iterations{};  ///< instead of finding it: what was found before
  bool fix = false;                           ///< and quieten it while measuring, where permitted
  std::string experiment;                     ///< --record_uoa; empty: the program's name
  model::Tags tags_of_record;
  experiment::SweepPlace sweep;  ///< of a sweep's point
  bool first_command = false;    ///< of several of a CK program, where none is named
  bool rebuild = false;
  bool dry_run = false;
  HostOverrides host;            ///< with dry_run only, and for explain
  std::string why_not;           ///< explain: what else might have been chosen
  std::string command_line;      ///< as typed, for the record
  CollectiveOptions collective;  ///< for programs of Collective Knowledge
  std::optional<LockedUse> locked;
  /// A program of ours with its repositories at these commits, however they lie here.
  std::vector<install::LockedRepository> at_commits;
};
/// A program whose environments exist and whose run is planned.
struct PreparedRun {
  std::string name;  ///< the program's
  install::InstallPlan plan;
  run::RunPlan run_plan;
  install::Lock lock;
  std::string hooks;                    ///< as `experiment::PointRequest` takes them
  install::Context* context = nullptr;  ///< in which it is to be executed
  std::shared_ptr<void> owner;          ///< of the context, unless it is the session's
  /// How long a run shall take where the number of iterations is still to be found.
  std::optional<double> calibrate_seconds{};
  /// What was found of a program of Collective Knowledge, which is calibrated while it is prepared.
  std::optional<std::uint64_t> calibrated_iterations{};
};
/// With `dry_run` nothing is built.
Result<PreparedRun> prepare_run(Session& session, const RunRequest& request);

struct RunReport {
  install::InstallPlan plan;
  run::RunPlan run_plan;
  std::optional<store::Point> point;  ///< absent for --dry-run
  std::vector<experiment::MetricSummary> metrics;
  std::optional<Error> failure;                     ///< the program failed; the point is archived
  std::vector<install::ObservedInputs> observed{};  ///< with --trace: builds, then the run
};
/// Runs as often as the sampling says (once for `ck run`). The program's output goes to `output` as
/// it comes.
Result<RunReport> run(Session& session, const RunRequest& request, const run::PassThrough& output);

/// Variants of one run against each other; see `experiment::execute_versus`.
struct CompareRequest {
  std::vector<RunRequest>
      variants;                     ///< two or more; the first gives sampling and the record's name
  std::vector<std::string> labels;  ///< one each
  double margin = 0.01;             ///< ratios nearer to 1 do not matter
  std::string metric;               ///< empty: the primary one
};
struct CompareReport {
  std::string experiment;
  experiment::VersusOutcome outcome;
};
Result<CompareReport> compare_variants(Session& session, const CompareRequest& request,
                                       const run::PassThrough& output);

/// The processors that runs may be kept on, ascending.
std::vector<unsigned> allowed_processors();

/// A program's build.
struct CompileReport {
  install::Environment environment;
  bool built = false;             ///< now; false: it was there already
  std::string characteristics{};  ///< of a CK program's compilation: a JSON object, or empty
  /// With `dry_run`: what would be done; the environment is told where it is there already.
  std::optional<install::InstallPlan> plan{};
  std::vector<install::ObservedInputs> observed{};  ///< with --trace
};
/// Resolves, installs and builds what `run` would run, and no more. With `dry_run` nothing is made.
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
