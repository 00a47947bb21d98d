#pragma once
/// Finding good places in a space of choices without trying them all.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "measure/sample.hpp"

namespace ck::experiment {

/// One value of each axis, by its number; all zero is the place that everything is compared with.
using Place = std::vector<std::size_t>;

/// What is known of a place. `costs[objective][n]` is the logarithm of the n-th sample, with the
/// sign that makes less of it better.
struct TriedPlace {
  Place place;
  std::vector<std::vector<double>> costs;  ///< empty: it failed, or breaks a condition
  bool failed() const { return costs.empty(); }
};

enum class Strategy {
  exhaustive,  ///< every place, in order
  random,      ///< places at random
  climb,       ///< from the base, then from random places, to better neighbours until there is none
  halving      ///< many places with few samples, the better half of them with twice as many, …
};
std::string_view name_of(Strategy strategy);
/// `usage` error with those there are.
Result<Strategy> strategy_named(const std::string& name);

struct SearchRule {
  Strategy strategy = Strategy::random;
  std::vector<std::size_t> sizes;  ///< number of values of each axis, all > 0
  std::size_t budget = 100;        ///< places that may be tried
  /// Of a place; `halving` begins with one and ends with these, and drops on the way what two or
  /// more samples show to be beaten.
  std::size_t samples = 3;
  double margin = 0.01;  ///< costs that differ by less are the same
  std::uint64_t seed = 1;
};

/// Tries one place with at least so many samples in all. An error ends the search.
using TryPlace = std::function<Result<TriedPlace>(const Place& place, std::size_t samples)>;

/// Every place that was tried, in the order of the first try. The same rule and answers lead along
/// the same places, so that answers that are known already make an interrupted search go on.
/// With several objectives a climb follows a weighting of them that each start draws anew, and
/// halving keeps what lies on the first frontiers.
Result<std::vector<TriedPlace>> search(const SearchRule& rule, const TryPlace& try_place);

/// How a trial compares with a base: the ratio of the costs, all objectives multiplied.
struct Effect {
  double ratio = 1;            ///< above 1: it costs more than the base; Hodges-Lehmann
  measure::Interval interval;  ///< 90 %; unbounded with fewer than three samples of each
};
/// Neither may have failed.
Effect effect_of(const TriedPlace& trial, const TriedPlace& base);

/// One choice of a place, and what it does there.
struct ChoiceEffect {
  std::size_t axis = 0;
  std::size_t value = 0;
  bool matters = false;         ///< shown: the whole interval lies beyond the margin
  bool failed_without = false;  ///< the place fails with the base's value instead
  Effect without;               ///< of taking the base's value
  /// About how many more samples show whether it matters; 0: it is shown that it does, or not.
  std::size_t needed = 0;
};
struct Pruned {
  TriedPlace trial;  ///< the place without the choices that look as if they did not matter
  std::vector<ChoiceEffect> choices;
};
/// Takes back each choice in turn that differs from the base's, for good where that seems to cost
/// no more than the margin. Tries as many places as there are such choices, beyond the budget; and
/// the best place as often again, since the samples that made it the best flatter it.
Result<Pruned> prune(const SearchRule& rule, const TriedPlace& best, const TryPlace& try_place);

}  // namespace ck::experiment
