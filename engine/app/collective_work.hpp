#pragma once
/// What every verb that works with Collective Knowledge's components opens first. Internal to app.

#include <memory>
#include <optional>

#include "app/collective_options.hpp"
#include "app/locked_use.hpp"
#include "app/session.hpp"
#include "collective/restore.hpp"
#include "install/recorded_repositories.hpp"

namespace ck::app {

/// A workbench with what it refers to; by a lock, with what that chose.
struct CollectiveWork {
  /// `restore`: how what the lock names is made again. Differences are judged before anything is
  /// installed, and those that show only then afterwards.
  static Result<std::unique_ptr<CollectiveWork>> open(Session& session, const std::string& profile,
                                                      collective::Wishes wishes,
                                                      const std::optional<LockedUse>& locked,
                                                      const collective::RestoreRequest& restore);

  install::Context& context() { return bench->context(); }

  std::unique_ptr<install::RecordedRepositories> recorded;  ///< what was locked, as it was
  model::Profile profile;
  std::optional<collective::Workbench> bench;
  collective::Restored restored;  ///< empty without a lock
  std::vector<install::LockDifference> differences;
};

}  // namespace ck::app
