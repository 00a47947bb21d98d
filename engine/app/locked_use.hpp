#pragma once
/// Using what a lock chose (--locked=FILE).

#include "install/lock.hpp"

namespace ck::app {

struct LockedUse {
  install::Lock lock;
  bool allow_differences = false;  ///< go on with what is nearest, and record what differs
  bool in_part = false;            ///< what it does not name is chosen anew (ck lock --update)
};

/// The differences as warnings if they are allowed and everything has something in its place; else
/// one error that lists them all.
Status judge_differences(const std::vector<install::LockDifference>& differences,
                         const LockedUse& locked, EventSink& events);

/// The lock's own component, which must be what was typed (if anything was). `invalid` for a lock
/// of nothing.
Result<model::ComponentId> locked_component(const install::Lock& lock,
                                            const model::ComponentPattern& typed);

/// `denied` if the lock names a profile that only who types it may choose.
Status check_locked_profile(const install::Lock& lock);

/// Whether the lock is of a component of Collective Knowledge.
bool is_collective(const install::Lock& lock);

}  // namespace ck::app
