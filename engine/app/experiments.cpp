#include "app/experiments.hpp"

namespace ck::app {

Result<ExperimentsReport> list_experiments(Session& session, const std::string& name_pattern,
                                           const model::TagQuery& tags) {
  CK_TRY(store, session.store());
  CK_TRY(experiments, store->experiments(name_pattern, tags));
  return ExperimentsReport{std::move(experiments)};
}

Result<ExperimentDetail> show_experiment(Session& session, const std::string& name,
                                         const std::string& point) {
  CK_TRY(store, session.store());
  ExperimentDetail detail;
  CK_TRY(summary, store->experiment(name));
  CK_TRY(points, store->points(summary.name));
  detail.experiment = std::move(summary);
  for (auto& candidate : points) {
    if (!candidate.uid.starts_with(point)) continue;
    auto metrics = experiment::summarize(candidate);
    detail.points.push_back({std::move(candidate), std::move(metrics)});
  }
  if (detail.points.empty() && !point.empty()) {
    return fail(
        Error(ErrorCode::not_found, "experiment '" + name + "' has no point '" + point + "'")
            .hint("'ck show experiment:" + name + "' lists them"));
  }
  return detail;
}

Result<store::ExperimentSummary> remove_experiment(Session& session, const std::string& name) {
  CK_TRY(store, session.store());
  CK_TRY(summary, store->experiment(name));
  CK_CHECK(store->remove_experiment(summary.name));
  return std::move(summary);
}

Result<experiment::ReplayReport> replay(Session& session, const experiment::ReplayRequest& request,
                                        const run::PassThrough& output) {
  CK_TRY(context, session.context());
  return experiment::replay(request, output, *context);
}

}  // namespace ck::app
