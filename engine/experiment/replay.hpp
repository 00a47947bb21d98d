#pragma once
/// Rebuilding the environments of a recorded point and running it again.

#include <string>

#include "experiment/archive.hpp"
#include "experiment/compare.hpp"

namespace ck::experiment {

struct ReplayRequest {
  std::string experiment;  ///< name or uid
  std::string point;  ///< uid or its start; empty: the last one that ended well and is no replay
  std::optional<int> repetitions;  ///< default: as many as recorded
  double margin = 0.10;
  std::string request;
};

struct ReplayReport {
  store::Point recorded;
  store::Point now;
  Comparison comparison;
  std::optional<Error> failure;  ///< the program failed this time
};

/// Every recorded environment is used if it still exists, else built again from the recorded recipe
/// (the repository at its recorded commit) and must get the recorded id; where that is not
/// possible the difference is listed and the nearest is used: same component, recorded values. The
/// program then runs by the recorded plan. `not_found` when a repository or source is gone.
Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& context);

}  // namespace ck::experiment
