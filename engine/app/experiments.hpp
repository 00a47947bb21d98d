#pragma once
/// ck ls, show and rm for experiments, and ck replay.

#include "app/session.hpp"
#include "experiment/replay.hpp"

namespace ck::app {

struct ExperimentsReport {
  std::vector<store::ExperimentSummary> experiments;
};
Result<ExperimentsReport> list_experiments(Session& session, const std::string& name_pattern,
                                           const model::TagQuery& tags);

struct ExperimentDetail {
  store::ExperimentSummary experiment;
  struct PointDetail {
    store::Point point;
    std::vector<experiment::MetricSummary> metrics;
  };
  std::vector<PointDetail> points;
};
Result<ExperimentDetail> show_experiment(Session& session, const std::string& name,
                                         const std::string& point);

/// `not_found` if there is none; blobs stay until they are collected.
Result<store::ExperimentSummary> remove_experiment(Session& session, const std::string& name);

Result<experiment::ReplayReport> replay(Session& session, const experiment::ReplayRequest& request,
                                        const run::PassThrough& output);

}  // namespace ck::app
