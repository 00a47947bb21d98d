#pragma once
/// Which of two variants is faster: the order in which they run, and the verdict.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "measure/random.hpp"
#include "measure/shift.hpp"

namespace ck::measure {

/// The order of one block: every stream once in random order, then all again in reverse (ABBA), so
/// that a steady drift adds the same to each.
std::vector<std::size_t> block_order(std::size_t streams, Random& random);

enum class Judgement {
  lower,         ///< the second variant's numbers are lower, beyond the margin
  higher,        ///< they are higher
  same,          ///< they are the same within the margin
  inconclusive,  ///< neither is shown
  disturbed      ///< the guard differs from itself: the machine makes differences of its own
};

/// A ratio that somebody claims, and by what share it may be off.
struct ClaimedRatio {
  double ratio = 1;  ///< second over first
  double margin = 0;
};

struct ComparisonRule {
  double margin = 0.01;  ///< ratios between 1 / (1 + margin) and 1 + margin do not matter
  std::size_t fewest_blocks = 10;
  std::optional<ClaimedRatio> claimed = {};  ///< what `decided` is about; default: any difference
};

/// Over blocks, each a logarithm of a ratio.
struct Comparison {
  Judgement judgement = Judgement::inconclusive;
  double ratio = 1;        ///< second over first, Hodges-Lehmann
  Interval interval_95;    ///< of the ratio, signed-rank
  double p_value = 1;      ///< signed-rank, of "the ratio is 1"
  double first_half = 1;   ///< the ratio in the first half of the blocks
  double second_half = 1;  ///< and in the second: an effect has to recur
  double guard = 1;        ///< the first variant against itself
  Interval guard_99;       ///< has to hold 1
  std::size_t blocks = 0;
  std::size_t needed = 0;  ///< about how many more blocks would decide, when inconclusive
};

/// `lower` or `higher` asks for all of: the 95 % interval without 1, a ratio beyond the margin in
/// all blocks and in each half of them, the guard's 99 % interval with 1. `same` asks for the 90 %
/// interval within the margin (equivalence). `guard` may be empty: then nobody watches.
Comparison judge(std::span<const double> log_ratios, std::span<const double> guard,
                 const ComparisonRule& rule);

/// Whether measuring may stop: at the fewest blocks if the verdict is plain (equivalent, or the
/// 99.9 % interval wholly beyond the margin; of a claimed ratio wholly within or beyond its
/// margin), else once the 95 % interval is as narrow as half the margin, or as narrow as the margin
/// and with a verdict. To stop by width keeps the rate of wrong calls: it does not depend on what
/// is seen, but on how noisy it is.
bool decided(std::span<const double> log_ratios, const Comparison& comparison,
             const ComparisonRule& rule);

/// Of the calls of `lower` and `higher` in one family of comparisons, the share that may be wrong.
constexpr double kFalseDiscoveryRate = 0.05;

/// Comparisons of several variants with one base: some seem different by chance. A call stands only
/// if its p, adjusted for the number of comparisons, is at most `kFalseDiscoveryRate`; others
/// become `inconclusive` with the blocks they need. Handed back are the adjusted p, in order.
/// Benjamini and Hochberg's procedure (see `benjamini_hochberg`) holds for independent p-values and
/// for those that depend positively, as differences from one base do (Benjamini and Yekutieli, "The
/// Control of the False Discovery Rate in Multiple Testing under Dependency", Annals of Statistics
/// 29, 2001).
std::vector<double> control_false_discoveries(std::span<Comparison> comparisons);

/// The fewest blocks with which the one effect among so many comparisons can stand: the signed-rank
/// test of n blocks gives no p below 2 / 2^n. Depends on nothing that is measured. At least
/// `fewest`.
std::size_t fewest_blocks(std::size_t comparisons, std::size_t fewest);

}  // namespace ck::measure
