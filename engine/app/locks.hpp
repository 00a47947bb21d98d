#pragma once
/// ck lock.

#include "app/environments.hpp"
#include "app/programs.hpp"

namespace ck::app {

/// A choice that an update made anew.
struct LockChange {
  std::string key;
  std::string before;  ///< "software:gcc@12.2.0 (/usr/bin/gcc)"; empty: new
  std::string now;     ///< empty: no longer used
};

struct LockReport {
  install::Lock lock;
  std::vector<LockChange> changes;  ///< of an update
  /// Repositories that are folders of this machine, without a URL.
  std::vector<std::string> local_repositories;
};

/// The text of a lock; and the same as a file, written whole or not at all.
std::string lock_text(const install::Lock& lock);
Status write_lock(const install::Lock& lock, const fs::path& file);

/// `typed`: what was asked for, as it is to stand in the lock. Nothing is built for components of
/// ours; what CK's need is installed, since only then it is known.
Result<LockReport> lock_program(Session& session, const RunRequest& request,
                                install::LockedRequest typed);
Result<LockReport> lock_package(Session& session, const InstallRequest& request,
                                install::LockedRequest typed);

/// What a recorded point used: the one whose uid starts so, or the last that ended well.
Result<LockReport> lock_experiment(Session& session, const std::string& experiment,
                                   const std::string& point);

/// Chooses anew for one key, and for what cannot stay with that; `request.locked` is the lock and
/// `typed` what is asked for now, as above. `usage` naming the keys there are for another.
Result<LockReport> update_lock(Session& session, const RunRequest& request, const std::string& key,
                               install::LockedRequest typed);
Result<LockReport> update_lock(Session& session, const InstallRequest& request,
                               const std::string& key, install::LockedRequest typed);

}  // namespace ck::app
