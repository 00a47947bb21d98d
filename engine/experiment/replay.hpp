#pragma once
/// Rebuilding the environments of a recorded point and running it again.

#include <memory>
#include <string>

#include "experiment/archive.hpp"
#include "experiment/compare.hpp"
#include "install/recorded_repositories.hpp"

namespace ck::experiment {

struct ReplayRequest {
  std::string experiment;  ///< name or uid
  std::string point;  ///< uid or its start; empty: the last one that ended well and is no replay
  std::optional<int> repetitions;  ///< default: as many as recorded
  std::optional<double> margin;    ///< a share; default: the author's own spread, see compare.hpp
  std::string request;
  install::Variables secrets;  ///< values of what the record only has hashes of
};

struct ReplayReport {
  store::Point recorded;
  store::Point now;
  Comparison comparison;
  std::optional<Error> failure;  ///< the program failed this time
};

/// The point whose uid starts so; for an empty one the last that ended well and replays no other.
Result<store::Point> recorded_point(const std::string& experiment, const std::string& uid,
                                    store::Store& store);

/// The lock of a point, with the dataset that a run of a CK program read.
Result<install::Lock> recorded_lock(const store::Point& point);

/// The recorded point and others of its experiment that ran the same plan well, replays left out:
/// how far apart they are is the author's own spread.
Result<std::vector<store::Point>> sessions_of(const store::Point& recorded, store::Store& store);

/// Warns, before anything is run, of what the record and this machine cannot have in common.
Status tell_unequal(const store::Point& recorded, const PointRequest& request,
                    const run::RunPlan& plan, const install::Lock& lock, install::Context& context);

/// A recorded point with everything that running it again needs.
struct RestoredPoint {
  store::Point recorded;
  run::RunPlan plan;  ///< the recorded one in the environments of now
  install::Lock lock;
  std::vector<EnvironmentDifference> differences;               ///< of the environments
  std::unique_ptr<install::RecordedRepositories> repositories;  ///< as they were recorded
  install::Context* context = nullptr;                          ///< to run in; of `repositories`
};
/// Makes the environments of a point exist; see `replay` and, for `point`, `recorded_point`.
Result<RestoredPoint> restore_point(const std::string& experiment, const std::string& point,
                                    install::Context& context);

/// Every recorded environment is used if it still exists, else built again from the recorded recipe
/// (the repository at its recorded commit) and must get the recorded id; where that is not
/// possible the difference is listed and the nearest is used: same component, recorded values. The
/// program then runs by the recorded plan. `not_found` when a repository or source is gone.
Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& context);

}  // namespace ck::experiment
