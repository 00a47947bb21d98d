#pragma once
/// ck explore: looking for good places in a program's space of choices.

#include "app/sweep.hpp"
#include "experiment/query.hpp"
#include "experiment/search.hpp"

namespace ck::app {

struct ExploreRequest {
  RunRequest base;
  std::vector<SweepAxis> axes;  ///< --param.; the first value of each is the base's
  bool flags = false;           ///< the optimisation flags of the compiler too
  std::string compiler;         ///< empty: the one that the program is built with, else "cc"
  /// Metrics, or "time" (the program's own, else wall_time), "size", "memory", "energy"; ":min" or
  /// ":max" where the metric does not say which is better.
  std::vector<std::string> objectives;
  experiment::Condition where;  ///< only places whose points meet it count
  experiment::SearchRule rule;  ///< its sizes are those of the axes
  bool prune = false;           ///< find out which choices of the best place matter
};

struct ExploreObjective {
  std::string name;  ///< of the metric
  std::string unit;
  bool greatest = false;  ///< the greater the better
};

/// One place that was tried.
struct ExploreEntry {
  SweepValues values;
  std::string point;            ///< uid of the last one recorded there; empty: it failed
  std::vector<double> medians;  ///< by objective, in its unit; empty: it failed
  std::size_t samples = 0;
  bool on_frontier = false;
  double probability = 0;  ///< of being there, by bootstrap
  std::string failure;     ///< why it does not count
};

/// What one choice of the best place is worth.
struct ExploreChoice {
  std::string axis;
  std::string value;
  std::string instead;  ///< the base's value
  experiment::ChoiceEffect effect;
};

struct ExploreReport {
  std::string id;  ///< of the sweep that the points belong to
  std::string experiment;
  ValueLists axes;
  double places = 0;  ///< in the whole space
  std::vector<ExploreObjective> objectives;
  std::vector<ExploreEntry> entries;   ///< in the order they were first tried
  std::optional<std::size_t> best;     ///< entry with the least cost, all objectives multiplied
  std::vector<ExploreChoice> choices;  ///< of `best`, when pruned
  SweepValues pruned;                  ///< of these, those that are shown to matter
};

/// Points that are recorded already are not run again, so that the same command goes on after an
/// interruption (which is an error); if they were measured by the plan that would run now, under
/// the same conditions. How many were left aside is told by a warning; with `base.rebuild` all are.
/// With `base.dry_run` only the space is told. With `base.calibrate` a program that can repeats its
/// work at each place until a run takes long enough for the clock. What is measured of a whole run
/// (wall_time, cpu_time, energy …) counts by the iteration, in objectives and in the condition.
/// `usage` for a space of one place, for flags of a program that takes none, for objectives that no
/// point has or whose better side is not known.
Result<ExploreReport> explore(Session& session, const ExploreRequest& request,
                              const run::PassThrough& output);

}  // namespace ck::app
