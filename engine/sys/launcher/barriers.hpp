#pragma once
/// The barriers, one function each. All return 0 or errno; what the launcher goes through stays in
/// force for everything it starts.

#include <array>

#include "sys/launcher/options.hpp"

namespace ck::sys::launcher {

/// The path that the last error of `enter_places` was about.
using FailedPlace = std::array<char, 512>;

/// A user namespace in which the caller has every capability over what it makes next.
int enter_identity();
/// Namespaces of processes (for what is started next), network, messages.
int enter_space(int flag);
/// A mount namespace: the system read-only, the hidden places empty, the given ones as they are.
struct PlacesResult {
  int error = 0;
  bool half_done = false;  ///< it failed where there is no way back
  int changes = 0;         ///< of setting them aside, which nothing else depends on
};
PlacesResult enter_places(const Options& options, FailedPlace& failed);
/// Mounts a /proc of the own process space.
int enter_process_list();
/// Gives up every capability, for good.
int drop_privileges();
/// Landlock: writing only in the writable places, no TCP without a network, no abstract sockets and
/// signals to the outside. `places` tells whether scratch folders are the program's own.
int restrict_rules(const Options& options, bool places);
/// The filter of system calls; last, since it forbids most of the above. `alone` tells whether no
/// process of others can be seen.
int restrict_calls(const Options& options, bool alone);

}  // namespace ck::sys::launcher
