#include "app/locked_use.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/profile.hpp"

namespace ck::app {

Status judge_differences(const std::vector<install::LockDifference>& differences,
                         const LockedUse& locked, EventSink& events) {
  if (differences.empty()) return {};
  const bool missing = std::ranges::any_of(differences, &install::LockDifference::missing);
  if (!locked.allow_differences || missing) {
    Error error = install::differences_error(differences);
    if (!missing)
      error.hint("--allow_differences goes on with what is here, and records what differs");
    return fail(std::move(error));
  }
  for (const auto& difference : differences) {
    events.on(Warning{"not as locked: " + printable(difference.what) + ": " +
                      printable(difference.now) + " instead of " + printable(difference.recorded)});
  }
  return {};
}

Result<model::ComponentId> locked_component(const install::Lock& lock,
                                            const model::ComponentPattern& typed) {
  const auto* subject = lock.find(lock.subject);
  if (subject == nullptr)
    return fail(ErrorCode::invalid, "the lock has no environment for its subject");
  const auto& id = subject->record.component;
  const bool same = (typed.kind.empty() || typed.kind == id.kind) &&
                    (typed.name.empty() || typed.name == id.name || typed.name == id.uid);
  if (same) return id;
  return fail(Error(ErrorCode::usage, "the lock is of " + printable(id.text()) + ", not of " +
                                          printable(typed.kind + ":" + typed.name))
                  .hint("leave out the name, or give the lock of that component"));
}

Status check_locked_profile(const install::Lock& lock) {
  return install::check_recorded_profile(lock.profile);
}

bool is_collective(const install::Lock& lock) {
  const auto* subject = lock.find(lock.subject);
  return subject != nullptr && subject->inputs.starts_with("{");
}

}  // namespace ck::app
