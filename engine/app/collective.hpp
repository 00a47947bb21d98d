#pragma once
/// What the verbs do with components of Collective Knowledge. Internal to app: the verbs' own
/// functions call these when the component they are asked for is one.

#include <memory>
#include <string>
#include <vector>

#include "app/collective_work.hpp"
#include "app/environments.hpp"
#include "app/programs.hpp"
#include "collective/compute_device.hpp"
#include "collective/workbench.hpp"

namespace ck::app {

/// ck run, benchmark: built, and calibrated unless it is a dry run.
Result<PreparedRun> prepare_collective(Session& session, const catalog::Component& component,
                                       const RunRequest& request);

/// ck explain.
Result<ExplainReport> explain_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request);

/// ck compile.
Result<CompileReport> compile_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request);

/// A lock of a program.
struct CollectiveLock {
  install::Lock lock;
  collective::ComputeDevice device{};  ///< that it computes on where no tool in the lock tells it
};

/// ck lock: makes everything that the lock will name, since CK's choices are known only then.
Result<CollectiveLock> lock_collective(Session& session, const catalog::Component& component,
                                       const RunRequest& request);
Result<install::Lock> lock_collective(Session& session, const InstallRequest& request);

/// What a program of Collective Knowledge would run with: it is compiled, and all of it exists.
struct CollectiveNeeds {
  std::unique_ptr<CollectiveWork> work;
  collective::Resolution choices;
};
Result<CollectiveNeeds> needs_of_collective(Session& session, const catalog::Component& component,
                                            const RunRequest& request);

/// ck install package.
Result<InstallReport> install_collective(Session& session, const InstallRequest& request);

/// ck detect soft: one entry.
Result<DetectedSoftware> detect_collective(Session& session, const catalog::Component& soft,
                                           const DetectRequest& request);

/// The wishes of a command line, with the folders that CK_TOOLS and CK_DIRS name; `pins`: --dep.
Result<collective::Wishes> wishes_of(Session& session, const CollectiveOptions& options,
                                     const NamedTexts& pins = {});

}  // namespace ck::app
