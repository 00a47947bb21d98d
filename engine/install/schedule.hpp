#pragma once
/// Doing several things at once, as far as they do not wait for each other. Internal to install.

#include <cstddef>
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "sys/cancel.hpp"

namespace ck::install {

/// Things to do, by number; `after[i]` are those that must be done before `i` (all smaller than
/// `i`).
struct Schedule {
  std::vector<std::vector<std::size_t>> after;
  int jobs = 1;  ///< so many at once, at least 1
  /// Does one, in a thread of its own. `share`: of the jobs, what it may use itself, at least 1.
  /// It must end soon when `stop` is requested.
  std::function<Status(std::size_t number, int share, const sys::Cancel& stop)> work;
  /// Called in the caller's thread when one is done, before anything that waits for it begins.
  std::function<Status(std::size_t number)> done;
};

/// All of them, or the first failure: then nothing more begins, those under way are asked to stop,
/// and it returns when they have. `interrupted` when `cancel` is requested.
Status run_schedule(const Schedule& schedule, const sys::Cancel& cancel);

}  // namespace ck::install
