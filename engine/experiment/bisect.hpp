#pragma once
/// Which of many differences between two runs matters: one after the other would take as many runs
/// as there are; halving takes their logarithm.

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/error.hpp"

namespace ck::experiment {

/// What a run with some of the differences is like.
enum class Likeness { a, b, neither };

/// Runs A with these differences (by number, sorted) taken from B.
using Trial = std::function<Result<Likeness>(const std::vector<std::size_t>& taken)>;

struct BisectStep {
  std::vector<std::size_t> taken;
  Likeness likeness = Likeness::neither;
};

struct BisectResult {
  /// The difference that turned what is like A into what is like B; nothing when even all of them
  /// do not.
  std::optional<std::size_t> cause;
  /// What else was taken from B when it did: empty when the cause is enough alone.
  std::vector<std::size_t> beside;
  std::vector<BisectStep> steps;
};

/// `count` differences, the likeliest first. At most 2 + ceil(log2(count)) trials when each is like
/// one of both; a trial that is like neither (a combination that does not run) is replaced by
/// others nearby. Errors of the trial end it, as does `conflict` when the ends are not told apart
/// or all combinations in between are like neither.
Result<BisectResult> bisect(std::size_t count, const Trial& trial);

}  // namespace ck::experiment
