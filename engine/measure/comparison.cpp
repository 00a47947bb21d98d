#include "measure/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/equivalence.hpp"
#include "measure/normal.hpp"

namespace ck::measure {
namespace {

constexpr double kMostBlocks = 1e6;

Interval ratios_of(const Interval& logarithms) {
  return {std::exp(logarithms.low), std::exp(logarithms.high)};
}

double half_width(const Interval& interval) { return (interval.high - interval.low) / 2; }

/// Beyond the margin on the side of `sign`.
bool beyond(double logarithm, double sign, double margin) { return sign * logarithm > margin; }

std::size_t blocks_needed(const Shift& shift, double margin, std::size_t fewest) {
  const auto n = static_cast<double>(shift.count);
  const double half = half_width(shift.interval);
  if (!std::isfinite(half)) return fewest > shift.count ? fewest - shift.count : fewest;
  // As narrow as half the margin everything is decided but an effect that sits on its bound.
  const double wanted = n * 4 * half * half / (margin * margin) - n;
  return static_cast<std::size_t>(std::ceil(std::clamp(wanted, 2.0, kMostBlocks)));
}

/// The quantile of the test grows with the square root of the number of blocks.
std::size_t blocks_to_stand(const Comparison& comparison, double adjusted) {
  const double wanted_p = comparison.p_value * kFalseDiscoveryRate / adjusted;
  const double ratio =
      normal_quantile(1 - wanted_p / 2) / normal_quantile(1 - comparison.p_value / 2);
  const double more = static_cast<double>(comparison.blocks) * (ratio * ratio - 1);
  return static_cast<std::size_t>(std::ceil(std::clamp(more, 2.0, kMostBlocks)));
}

}  // namespace

std::vector<std::size_t> block_order(std::size_t streams, Random& random) {
  std::vector<std::size_t> order(streams);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  for (std::size_t i = streams; i-- > 0;) order.push_back(order[i]);
  return order;
}

Comparison judge(std::span<const double> log_ratios, std::span<const double> guard,
                 const ComparisonRule& rule) {
  const double margin = std::log1p(rule.margin);
  const Shift all = signed_rank(log_ratios, 0.95);
  const std::size_t half = log_ratios.size() / 2;
  const double first = signed_rank(log_ratios.first(half)).estimate;
  const double second = signed_rank(log_ratios.subspan(half)).estimate;
  Comparison result;
  result.blocks = log_ratios.size();
  result.ratio = std::exp(all.estimate);
  result.interval_95 = ratios_of(all.interval);
  result.p_value = all.p_value;
  result.first_half = std::exp(first);
  result.second_half = std::exp(second);
  const Shift watched = signed_rank(guard, 0.99);
  result.guard = std::exp(watched.estimate);
  result.guard_99 = ratios_of(watched.interval);

  const double sign = all.estimate < 0 ? -1 : 1;
  const bool shown = !all.interval.contains(0) && beyond(all.estimate, sign, margin);
  const bool recurs = beyond(first, sign, margin) && beyond(second, sign, margin);
  const bool enough = log_ratios.size() >= rule.fewest_blocks;
  const auto interval_90 = signed_rank(log_ratios, 0.90).interval;
  if (enough && shown && recurs) {
    result.judgement = !watched.interval.contains(0) ? Judgement::disturbed
                       : sign < 0                    ? Judgement::lower
                                                     : Judgement::higher;
  } else if (enough && equivalence(interval_90, {-margin, margin}) == Equivalence::equivalent) {
    result.judgement = Judgement::same;
  }
  const bool open =
      result.judgement == Judgement::inconclusive || result.judgement == Judgement::disturbed;
  if (open) result.needed = blocks_needed(all, margin, rule.fewest_blocks);
  return result;
}

std::vector<double> control_false_discoveries(std::span<Comparison> comparisons) {
  std::vector<double> p_values;
  for (const auto& one : comparisons) p_values.push_back(one.p_value);
  auto adjusted = benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    auto& one = comparisons[i];
    const bool called = one.judgement == Judgement::lower || one.judgement == Judgement::higher;
    if (!called || adjusted[i] <= kFalseDiscoveryRate) continue;
    one.judgement = Judgement::inconclusive;
    one.needed = blocks_to_stand(one, adjusted[i]);
  }
  return adjusted;
}

std::size_t fewest_blocks(std::size_t comparisons, std::size_t fewest) {
  const double smallest_p =
      kFalseDiscoveryRate / static_cast<double>(std::max<std::size_t>(1, comparisons));
  return std::max(fewest, static_cast<std::size_t>(std::ceil(std::log2(2 / smallest_p))));
}

bool decided(std::span<const double> log_ratios, const Comparison& comparison,
             const ComparisonRule& rule) {
  if (log_ratios.size() < rule.fewest_blocks) return false;
  if (comparison.judgement == Judgement::same) return true;
  const double margin = std::log1p(rule.claimed ? rule.claimed->margin : rule.margin);
  const double centre = rule.claimed ? std::log(rule.claimed->ratio) : 0;
  const Interval interval{std::log(comparison.interval_95.low),
                          std::log(comparison.interval_95.high)};
  if (half_width(interval) <= margin / 2) return true;
  const bool called =
      comparison.judgement == Judgement::lower || comparison.judgement == Judgement::higher;
  if (!called) return false;
  if (!rule.claimed && half_width(interval) <= margin) return true;
  const Interval strict = signed_rank(log_ratios, 0.999).interval;
  const bool within = strict.low > centre - margin && strict.high < centre + margin;
  return strict.low > centre + margin || strict.high < centre - margin || (rule.claimed && within);
}

}  // namespace ck::measure
