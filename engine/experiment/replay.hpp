#pragma once
/// Rebuilding the environments of a recorded point and running it again.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/archive.hpp"
#include "experiment/compare.hpp"
#include "experiment/conditions.hpp"
#include "install/recorded_repositories.hpp"

namespace ck::experiment {

struct ReplayRequest {
  std::string experiment;  ///< name or uid
  std::string point;  ///< uid or its start; empty: the last one that ended well and is no replay
  std::optional<int> repetitions;  ///< default: as many as recorded
  std::optional<double> margin;    ///< a share; default: the author's own spread, see compare.hpp
  std::string request;
  install::Variables secrets;  ///< values of what the record only has hashes of
  std::string profile{};       ///< the recorded one, typed: a sign that it is trusted
};

/// How near to the recorded run a replay comes.
enum class ReplayLevel {
  same_store,     ///< every recorded environment is here
  rebuilt,        ///< some are made again, as they were recorded
  capsule,        ///< the same, and the point and all its sources came in a capsule, from which
                  ///< they still are here: no network is needed
  substitutions,  ///< something is another thing: the nearest there is, or what was asked for
  inspect         ///< it cannot be run again: the record can be looked at
};
std::string_view name_of(ReplayLevel level);

struct ReplayReport {
  store::Point recorded;
  store::Point now;
  ReplayLevel level = ReplayLevel::same_store;
  Comparison comparison;
  std::optional<Error> failure;  ///< the program failed this time
};

/// The point whose uid starts so; for an empty one the last that ended well and replays no other.
Result<store::Point> recorded_point(const std::string& experiment, const std::string& uid,
                                    store::Store& store);

/// The lock of a point, with the dataset that a run of a CK program read.
Result<install::Lock> recorded_lock(const store::Point& point);

/// The recorded point and others of its experiment that ran the same plan well, replays left out:
/// how far apart they are is the author's own spread. Of a comparison one point counts, since its
/// variants share one session, and its guard never does.
Result<std::vector<store::Point>> sessions_of(const store::Point& recorded, store::Store& store);

/// A recorded point with everything that running it again needs.
struct RestoredPoint {
  store::Point recorded;
  run::RunPlan plan;  ///< the recorded one in the environments of now
  install::Lock lock;
  std::vector<EnvironmentDifference> differences;  ///< of the environments
  ReplayLevel level = ReplayLevel::same_store;
  std::unique_ptr<install::RecordedRepositories> repositories;  ///< as they were recorded
  install::Context* context = nullptr;                          ///< to run in; of `repositories`
};
/// Makes the environments of a point exist; see `replay` and, for `point`, `recorded_point`.
/// `profile`: as in a ReplayRequest.
Result<RestoredPoint> restore_point(const std::string& experiment, const std::string& point,
                                    install::Context& context, const std::string& profile = {});

/// Every recorded environment is used if it still exists, else built again from the recorded recipe
/// (the repository at its recorded commit) and must get the recorded id; where that is not
/// possible the difference is listed and the nearest is used: same component, recorded values. The
/// program then runs by the recorded plan. `not_found` when a repository or source is gone.
///
/// What cannot be held equal is told before the program runs.
Result<ReplayReport> replay(const ReplayRequest& request, const run::PassThrough& output,
                            install::Context& context);

/// What `replay` would do.
struct ReplayPlan {
  /// Something that the run needs.
  struct Need {
    std::string what;  ///< "package:lib 1.0.0"
    std::string id;    ///< of its environment
    bool here = true;  ///< false: it is made again, if it can be
  };
  store::Point recorded;
  ReplayLevel level = ReplayLevel::same_store;
  int repetitions = 1;
  std::vector<Need> needs;
  std::vector<EnvironmentDifference> unequal;  ///< what cannot be held equal, as far as is known
  std::optional<Error> obstacle;               ///< why it can only be looked at
};
/// Looks, and makes and runs nothing. Of programs of Collective Knowledge, whether what is made
/// again is the recorded thing shows only when it is made.
Result<ReplayPlan> plan_replay(const ReplayRequest& request, install::Context& context);

}  // namespace ck::experiment
