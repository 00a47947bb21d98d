#pragma once
/// Executing a run plan any number of times, each archived as it ends.

#include <string>

#include "base/json.hpp"
#include "experiment/sampling.hpp"
#include "install/lock.hpp"
#include "run/runner.hpp"
#include "run/statistics.hpp"

namespace ck::experiment {

/// Which point of which sweep.
struct SweepPlace {
  std::string id;                                           ///< of the sweep; empty: of none
  std::vector<std::pair<std::string, std::string>> values;  ///< what was varied
};

struct PointRequest {
  std::string experiment;  ///< name; made if new
  model::Tags tags;
  Sampling sampling;  ///< how often
  std::string replay_of;
  SweepPlace sweep;
  std::string request;  ///< the command line as typed, for the record; secrets are taken out
  std::string hooks;    ///< code of components that was called to get there: JSON list, or empty
};

/// The document of a point: "ck.record/1" with request, lock, plan, host, code versions, start
/// load, and each hook that was called with its file's hash.
Json make_document(const PointRequest& request, const run::RunPlan& plan, const install::Lock& lock,
                   const install::Context& context);

/// Adds a list of hooks, as text, to those of the document.
Status add_hooks(const std::string& hooks, Json& document);

/// A point's document as it is kept: without values of secrets.
std::string record_text(const Json& document, const run::RunPlan& plan);

/// Runs and archives. The point exists from before the first start; each repetition is committed
/// when it ends. A failing repetition ends the point as failed and a signal as interrupted; the
/// error (program_failed, interrupted) then names the point, which is archived all the same.
struct PointOutcome {
  store::Point point;  ///< as archived
  std::optional<Error> failure;
};
Result<PointOutcome> execute_point(const PointRequest& request, const run::RunPlan& plan,
                                   const install::Lock& lock, const run::PassThrough& output,
                                   install::Context& context);

/// An error as a point keeps it, JSON.
std::string error_text(const Error& error);

/// Where a point stands in a sweep, by its document; without id for points of none.
SweepPlace sweep_place_of(const store::Point& point);

/// One metric of a point over its repetitions.
struct MetricSummary {
  store::MetricKey key;
  run::Summary summary;  ///< of all repetitions
  /// The same without the warm-up that a benchmark found; indices are those of the repetitions.
  measure::Description description;
};
std::vector<MetricSummary> summarize(const store::Point& point);

/// A point's document, an object, and the parts of it. `invalid` naming the point for what is none.
Result<Json> document_of(const store::Point& point);
Result<install::Lock> lock_of(const store::Point& point);
Result<run::RunPlan> plan_of(const store::Point& point);

}  // namespace ck::experiment
