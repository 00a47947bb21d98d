#include "app/experiments.hpp"

namespace ck::app {
namespace {

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// The folder of a registered repository of that name; else the folder itself.
Result<fs::path> folder_of(Session& session, const std::string& repository) {
  const bool prefixed = repository.starts_with("repo:");
  const std::string name = prefixed ? repository.substr(5) : repository;
  CK_TRY(repositories, session.repositories());
  auto found = repositories->find(name);
  if (found) return found->path;
  if (!prefixed && is_folder(name)) return fs::absolute(name);
  return fail(std::move(found.error()).hint("there is no folder of that name either"));
}

}  // namespace

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

Result<experiment::ImportReport> import_experiments(Session& session,
                                                    const ImportExperimentsRequest& request) {
  CK_TRY(place, folder_of(session, request.from));
  CK_TRY(store, session.store());
  return experiment::import_collective({place, request.names, request.tags}, *store,
                                       session.clock(), session.events(), session.cancel());
}

Result<experiment::ExportReport> export_experiment(Session& session,
                                                   const ExportExperimentRequest& request) {
  CK_TRY(store, session.store());
  experiment::ExportRequest wanted{request.experiment, {}, {}};
  if (!request.repository.empty()) {
    CK_TRY(repository, folder_of(session, request.repository));
    wanted.repository = repository;
  } else {
    std::error_code gone;
    wanted.folder =
        fs::absolute(request.folder.empty() ? fs::path(request.experiment) : request.folder, gone);
    if (gone) return fail(system_error("find the current folder", gone.value()));
    wanted.folder = wanted.folder.lexically_normal();
    if (!wanted.folder.has_filename()) wanted.folder = wanted.folder.parent_path();
  }
  return experiment::export_collective(wanted, *store, session.cancel());
}

Result<experiment::ReplayReport> replay(Session& session, const experiment::ReplayRequest& request,
                                        const run::PassThrough& output) {
  CK_TRY(context, session.context());
  return experiment::replay(request, output, *context);
}

}  // namespace ck::app
