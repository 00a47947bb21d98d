#pragma once
/// Executing a run plan any number of times, each archived as it ends.

#include <string>

#include "base/json.hpp"
#include "install/lock.hpp"
#include "run/runner.hpp"
#include "run/statistics.hpp"

namespace ck::experiment {

struct PointRequest {
  std::string experiment;  ///< name; made if new
  model::Tags tags;
  int repetitions = 1;
  std::string replay_of;
  std::string request;  ///< the command line as typed, for the record; secrets are taken out
  std::string hooks;    ///< code of components that was called to get there: JSON list, or empty
};

/// The document of a point: "ck.record/1" with request, lock, plan, host, code versions, start
/// load, and each hook that was called with its file's hash.
Json make_document(const PointRequest& request, const run::RunPlan& plan, const install::Lock& lock,
                   const install::Context& context);

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

/// One metric of a point over its repetitions.
struct MetricSummary {
  store::MetricKey key;
  run::Summary summary;
};
std::vector<MetricSummary> summarize(const store::Point& point);

/// A point's document, an object, and the parts of it. `invalid` naming the point for what is none.
Result<Json> document_of(const store::Point& point);
Result<install::Lock> lock_of(const store::Point& point);
Result<run::RunPlan> plan_of(const store::Point& point);

}  // namespace ck::experiment
