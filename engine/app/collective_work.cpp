#include "app/collective_work.hpp"

#include <algorithm>

#include "install/profile.hpp"

namespace ck::app {
namespace {

using install::RecordedRepositories;

/// Of what differs once all is there, what was not told before.
std::vector<install::LockDifference> without(const std::vector<install::LockDifference>& told,
                                             const std::vector<install::LockDifference>& all) {
  std::vector<install::LockDifference> later;
  std::ranges::copy_if(all, std::back_inserter(later), [&](const install::LockDifference& one) {
    return std::ranges::find(told, one.what, &install::LockDifference::what) == told.end();
  });
  return later;
}

Status follow(const LockedUse& locked, const collective::RestoreRequest& request,
              CollectiveWork& work, EventSink& events) {
  CK_TRY(found, collective::check_lock(locked.lock, *work.bench));
  work.differences = work.recorded->and_missing(std::move(found));
  CK_CHECK(judge_differences(work.differences, locked, events));
  CK_TRY(restored, collective::restore(locked.lock, request, *work.bench));
  work.restored = std::move(restored);
  auto later = without(work.differences, work.restored.differences);
  CK_CHECK(judge_differences(later, locked, events));
  std::ranges::move(later, std::back_inserter(work.differences));
  return {};
}

}  // namespace

Result<std::unique_ptr<CollectiveWork>> CollectiveWork::open(
    Session& session, const std::string& profile, collective::Wishes wishes,
    const std::optional<LockedUse>& locked, const collective::RestoreRequest& restore) {
  CK_TRY(outer, session.context());
  auto work = std::make_unique<CollectiveWork>();
  install::Context* context = outer;
  if (locked) {
    CK_TRY(recorded, RecordedRepositories::open(locked->lock,
                                                RecordedRepositories::Rule::same_commit, *outer));
    work->recorded = std::move(recorded);
    context = &work->recorded->context();
  }
  CK_TRY(loaded, install::load_profile(profile, *context));
  work->profile = std::move(loaded);
  CK_TRY(bench, collective::Workbench::open(*context, work->profile, std::move(wishes)));
  work->bench = std::move(bench);
  if (locked) CK_CHECK(follow(*locked, restore, *work, session.events()));
  return work;
}

}  // namespace ck::app
