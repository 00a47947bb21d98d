#pragma once
/// Variants of one thing measured against each other, interleaved.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/archive.hpp"
#include "measure/comparison.hpp"

namespace ck::experiment {

/// One variant, ready to be executed.
struct Variant {
  std::string label;  ///< what distinguishes it: "--flags=-O3"
  run::RunPlan plan;
  install::Lock lock;
  std::string hooks = {};               ///< see `PointRequest`
  install::Context* context = nullptr;  ///< to execute it in; default: that of the comparison
  std::string experiment = {};          ///< to record it in; default: that of the comparison
  std::string replay_of = {};           ///< uid of the point that is measured again, if it is one
  SweepPlace sweep = {};                ///< default: that of the comparison
};

struct VersusRequest {
  PointRequest point;             ///< of every variant; `sampling` gives conditions and time budget
  std::vector<Variant> variants;  ///< the first is what the others are compared with
  measure::ComparisonRule rule;
  std::string metric;  ///< empty: the primary one
};

/// One variant against the first.
struct VersusResult {
  std::string label;
  std::string against;
  std::string metric;
  std::string direction;  ///< of the metric: lower or higher is better
  measure::Comparison comparison;
  double adjusted_p = 1;        ///< see `measure::control_false_discoveries`
  std::size_t comparisons = 1;  ///< of how many this is one

  bool called_different() const;
  /// "faster", "slower", "no difference shown", "inconclusive: need 40 more blocks" …
  std::string verdict() const;
};

struct VersusOutcome {
  std::vector<store::Point> points;   ///< one a variant, then the guard
  std::vector<VersusResult> results;  ///< one a variant but the first; none after a failure
  std::optional<Error> failure;       ///< of a program, or an interruption
};

/// Executes the variants in blocks of random ABBA order, with the first one again as an independent
/// stream that watches the machine (guard), until every comparison is decided or the time is used
/// up. Each variant is archived as a point of the experiment, the guard too; the first block is
/// kept but not counted. `invalid` when the metric is not above 0 or not measured: it has no ratio.
Result<VersusOutcome> execute_versus(const VersusRequest& request, const run::PassThrough& output,
                                     install::Context& context);

/// What the record of a point says about the comparison it was part of: one line for people, such
/// as "--flags=-O3 against --flags=-O2: execution_time x 0.912 [0.905, 0.920]: faster". Empty for
/// points of no comparison.
std::string versus_text(const store::Point& point);

/// One result in words, the same line.
std::string text_of(const VersusResult& result);

}  // namespace ck::experiment
