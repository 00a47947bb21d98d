#pragma once
/// ck ls, show, rm, import and export for experiments, and ck replay.

#include "app/session.hpp"
#include "experiment/causes.hpp"
#include "experiment/export_collective.hpp"
#include "experiment/import_collective.hpp"
#include "experiment/replay.hpp"
#include "experiment/versus.hpp"

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

struct ImportExperimentsRequest {
  std::string from;  ///< a registered repository, or a folder: see `experiment::ImportRequest`
  std::vector<std::string> names;
  model::TagQuery tags;
};
Result<experiment::ImportReport> import_experiments(Session& session,
                                                    const ImportExperimentsRequest& request);

struct ExportExperimentRequest {
  std::string experiment;
  std::string repository;  ///< registered, or a folder; empty: a new one is made
  fs::path folder;         ///< the new one; empty: named like the experiment, in the current folder
};
Result<experiment::ExportReport> export_experiment(Session& session,
                                                   const ExportExperimentRequest& request);

Result<experiment::ReplayReport> replay(Session& session, const experiment::ReplayRequest& request,
                                        const run::PassThrough& output);

}  // namespace ck::app
