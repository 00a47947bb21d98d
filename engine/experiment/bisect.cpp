#include "experiment/bisect.hpp"

#include <numeric>
#include <utility>

namespace ck::experiment {
namespace {

/// The first `count` differences.
std::vector<std::size_t> first(std::size_t count) {
  std::vector<std::size_t> taken(count);
  std::iota(taken.begin(), taken.end(), std::size_t{0});
  return taken;
}

class Bisection {
 public:
  Bisection(std::size_t count, const Trial& trial) : count_(count), trial_(trial) {}

  Result<BisectResult> run() {
    CK_TRY(begin, likeness_of(0));
    if (begin != Likeness::a) return fail(not_as_recorded("A"));
    CK_TRY(end, likeness_of(count_));
    if (end == Likeness::a) return std::move(result_);  // none of them matters
    if (end != Likeness::b) return fail(not_as_recorded("B"));
    std::size_t like_a = 0;
    std::size_t like_b = count_;
    while (like_b - like_a > 1) {
      CK_TRY(moved, narrow(like_a, like_b));
      if (!moved) {
        return fail(Error(ErrorCode::conflict, "every combination between " +
                                                   std::to_string(like_a) + " and " +
                                                   std::to_string(like_b) +
                                                   " of the differences is like neither A nor B")
                        .hint("these differences only work together: look at all of them"));
      }
    }
    result_.cause = like_b - 1;
    result_.beside = first(like_a);
    return std::move(result_);
  }

 private:
  /// Tries the middle, then what lies nearest to it.
  Result<bool> narrow(std::size_t& like_a, std::size_t& like_b) {
    const std::size_t middle = like_a + (like_b - like_a) / 2;
    for (std::size_t distance = 0; distance < like_b - like_a; ++distance) {
      for (const bool above : {true, false}) {
        if (distance == 0 && !above) continue;
        if (!above && distance > middle) continue;
        const std::size_t taken = above ? middle + distance : middle - distance;
        if (taken <= like_a || taken >= like_b) continue;
        CK_TRY(likeness, likeness_of(taken));
        if (likeness == Likeness::neither) continue;
        (likeness == Likeness::a ? like_a : like_b) = taken;
        return true;
      }
    }
    return false;
  }

  Result<Likeness> likeness_of(std::size_t taken) {
    CK_TRY(likeness, trial_(first(taken)));
    result_.steps.push_back({first(taken), likeness});
    return likeness;
  }

  static Error not_as_recorded(const std::string& side) {
    return Error(ErrorCode::conflict,
                 side + " run again is not like the recorded " + side +
                     ": what differs is not among the differences that can be swapped")
        .hint("'ck diff' lists all of them; the machine itself may be the cause");
  }

  std::size_t count_;
  const Trial& trial_;
  BisectResult result_;
};

}  // namespace

Result<BisectResult> bisect(std::size_t count, const Trial& trial) {
  return Bisection(count, trial).run();
}

}  // namespace ck::experiment
