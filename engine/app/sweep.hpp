#pragma once
/// ck benchmark with --param.NAME=A,B,C: every combination, one point each.

#include "app/programs.hpp"

namespace ck::app {

using SweepValues = std::vector<std::pair<std::string, std::string>>;

/// What one --param. varies. "batch" is a parameter of the program, "env.NAME" a variable of the
/// run, "dep.KEY" the choice of a dependency; of programs of Collective Knowledge "compiler_vars."
/// and "params." too.
struct SweepAxis {
  std::string name;
  /// "A,B,C", "1..8" (all), "1..64:*2" (doubling), "1..9:2" (steps), "0.1..0.5:0.1" (decimal, with
  /// a step), "@all" (every choice of a parameter), or a mixture, separated by commas.
  std::string values;
};

/// Groups of names of axes; those of a group step together instead of being crossed.
using ZipGroups = std::vector<std::vector<std::string>>;

struct SweepRequest {
  RunRequest base;
  std::vector<SweepAxis> axes;  ///< the last one varies fastest
  ZipGroups zip;
  std::vector<SweepValues> points{};  ///< these, instead of what axes make
};

/// Names, each with all its values.
using ValueLists = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// One value list, taken apart. `usage` for a range that cannot be counted, `@all` of what has no
/// choices, or more than 100,000 values.
Result<std::vector<std::string>> axis_values(const SweepAxis& axis,
                                             const std::vector<std::string>& choices);

/// Every combination in order. `usage` for zipped axes of different lengths, a zipped name that is
/// no axis or in two groups, or too many points.
Result<std::vector<SweepValues>> sweep_points(const ValueLists& axes, const ZipGroups& zip);

/// The axes taken apart, with the choices that the program names.
Result<ValueLists> value_lists(Session& session, const RunRequest& base,
                               const std::vector<SweepAxis>& axes);

/// The run of one combination.
RunRequest request_for(const RunRequest& base, const SweepValues& values);

/// The same for the same program and the same options beside what is varied. Says nothing about the
/// program's content and the sampling: those are compared point by point.
std::string sweep_id(const RunRequest& base);

struct SweepReport {
  struct Entry {
    SweepValues values;
    std::optional<store::Point> point;  ///< absent while it is still to be run
    bool known = false;                 ///< it was there already
    std::optional<Error> failure;       ///< the program's, for this point
  };
  std::string id;
  std::string experiment;
  std::vector<Entry> entries;
  std::optional<double> seconds_per_point;       ///< from what is recorded; nothing when nothing is
  std::optional<double> most_seconds_per_point;  ///< where a time budget bounds the sampling
  std::size_t missing() const;                   ///< still to be run, without those that failed
};

/// Runs what is not recorded yet: a point counts as recorded when the same program with the same
/// other options ended well with these values, whatever the sweep's other values were; if it was
/// measured by the plan that would run now, under the same conditions and often or precisely
/// enough. How many were left aside is told by a warning; with `base.rebuild` all are. A program
/// that fails, or cannot be built, for some values does not end the sweep; an interruption does (as
/// an error), and the next call goes on. With `base.dry_run` nothing is run. With `base.locked`
/// nothing is run either if what the lock chose does not fit all that is to be run: the error lists
/// where and why.
Result<SweepReport> sweep(Session& session, const SweepRequest& request,
                          const run::PassThrough& output);

/// Every combination as a variant of a comparison, the first of them what the others are compared
/// with. Their points are points of the sweep too. `usage` for fewer than 2 or more than 200;
/// places that a lock does not fit are told as by `sweep`.
Result<CompareRequest> swept_variants(Session& session, const SweepRequest& request);

}  // namespace ck::app
