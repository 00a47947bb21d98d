#pragma once
/// ck bisect: which of the differences between two recorded points makes the difference.

#include <functional>
#include <string>
#include <vector>

#include "app/inspect.hpp"
#include "experiment/bisect.hpp"

namespace ck::app {

/// One thing that a run of A can take from B.
struct Swap {
  enum class Kind { repository, dependency, command, parameter, variable };
  Kind kind = Kind::parameter;
  std::string name;
  std::string a;  ///< of a repository, its commit; empty: A does not have it
  std::string b;
};
std::string_view name_of(Swap::Kind kind);

struct BisectRequest {
  PointName a;
  PointName b;
  std::string metric;   ///< which number tells A from B; empty: an output, else the number that
                        ///< changed most
  int repetitions = 3;  ///< of each trial
  std::string command_line;
};

struct BisectReport {
  std::string a;  ///< uids
  std::string b;
  std::string told_by;      ///< "output predictions" or "metric latency"
  std::vector<Swap> swaps;  ///< what could be swapped, the likeliest first
  experiment::BisectResult result;
  std::vector<std::string> trials;  ///< points, in the order of the result's steps
};

/// Both must be runs of the same program of ours. Trials are recorded as experiment "NAME-bisect".
/// `unsupported` for programs of Collective Knowledge; `conflict` when nothing can be swapped or
/// the ends are not as recorded; `not_found` when no result differs, or a commit is not to be had.
Result<BisectReport> bisect(Session& session, const BisectRequest& request);

}  // namespace ck::app
