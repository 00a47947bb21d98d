#include "experiment/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "base/strings.hpp"
#include "measure/frontier.hpp"
#include "measure/random.hpp"
#include "measure/shift.hpp"

namespace ck::experiment {
namespace {

constexpr std::array<std::string_view, 4> kNames{"exhaustive", "random", "climb", "halving"};
/// Three samples against three cannot show more.
constexpr double kShown = 0.1;
/// Draws that may meet known places one after the other before the space counts as used up.
constexpr int kVainDraws = 1000;
/// Of effects. A hair below 90 %, which three samples against three reach exactly: rounding must
/// not take it from them.
constexpr double kConfidence = 0.9 - 1e-9;
constexpr std::size_t kFewestSamples = 3;  ///< that have an interval of that confidence
/// From here on the rank test drops what is beaten; with fewer samples it can hardly show anything.
constexpr std::size_t kFewestToTest = 4;
constexpr std::size_t kMostNeeded = 1000;

/// The samples of all objectives as one, each with its weight.
std::vector<double> combined(const TriedPlace& trial, const std::vector<double>& weights) {
  std::size_t count = std::numeric_limits<std::size_t>::max();
  for (const auto& list : trial.costs) count = std::min(count, list.size());
  std::vector<double> sums(count, 0);
  for (std::size_t objective = 0; objective < trial.costs.size(); ++objective) {
    const double weight = objective < weights.size() ? weights[objective] : 1;
    for (std::size_t i = 0; i < count; ++i) sums[i] += weight * trial.costs[objective][i];
  }
  return sums;
}

double cost_of(const TriedPlace& trial, const std::vector<double>& weights) {
  if (trial.failed()) return std::numeric_limits<double>::infinity();
  return measure::median(combined(trial, weights));
}

/// Whether a few samples lie lower by more than the margin and what both lists spread together.
/// Two against two of the same kind do so in 3 of 100 cases.
bool is_far_below(const std::vector<double>& samples, const std::vector<double>& than,
                  double margin) {
  if (samples.size() < 2 || than.size() < 2) return false;
  const auto own = std::ranges::minmax(samples);
  const auto other = std::ranges::minmax(than);
  const double spread = (own.max - own.min) + (other.max - other.min);
  return other.min - own.max > spread + std::log1p(margin);
}

std::vector<double> medians(const TriedPlace& trial) {
  std::vector<double> values;
  for (const auto& list : trial.costs) values.push_back(measure::median(list));
  return values;
}

class Searching {
 public:
  Searching(const SearchRule& rule, const TryPlace& try_place)
      : rule_(rule), try_place_(try_place), random_(rule.seed) {}

  Result<std::vector<TriedPlace>> run() {
    switch (rule_.strategy) {
      case Strategy::exhaustive:
        CK_CHECK(every_place());
        break;
      case Strategy::random:
        CK_CHECK(random_places());
        break;
      case Strategy::climb:
        CK_CHECK(climbs());
        break;
      case Strategy::halving:
        CK_CHECK(halve());
        break;
    }
    return std::move(trials_);
  }

 private:
  bool exhausted() const { return trials_.size() >= rule_.budget; }
  Place base() const { return Place(rule_.sizes.size(), 0); }

  /// The number of the place's trial, which has that many samples now.
  Result<std::size_t> tried(const Place& place, std::size_t samples) {
    const auto known = known_.find(place);
    if (known != known_.end() && known->second.samples >= samples) return known->second.trial;
    CK_TRY(trial, try_place_(place, samples));
    if (known != known_.end()) {
      trials_[known->second.trial] = std::move(trial);
      known->second.samples = samples;
      return known->second.trial;
    }
    trials_.push_back(std::move(trial));
    known_.emplace(place, Known{trials_.size() - 1, samples});
    return trials_.size() - 1;
  }

  Status every_place() {
    for (Place place = base(); !exhausted();) {
      CK_CHECK(tried(place, rule_.samples));
      std::size_t axis = place.size();
      while (axis > 0 && ++place[axis - 1] == rule_.sizes[axis - 1]) place[--axis] = 0;
      if (axis == 0) break;
    }
    return {};
  }

  std::optional<Place> fresh_place() {
    for (int i = 0; i < kVainDraws; ++i) {
      Place place;
      for (const std::size_t size : rule_.sizes) place.push_back(random_.below(size));
      if (!known_.contains(place)) return place;
    }
    return std::nullopt;
  }

  Status random_places() {
    CK_CHECK(tried(base(), rule_.samples));
    while (!exhausted()) {
      const auto place = fresh_place();
      if (!place) return {};
      CK_CHECK(tried(*place, rule_.samples));
    }
    return {};
  }

  std::vector<double> drawn_weights(const TriedPlace& trial) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < trial.costs.size(); ++i)
      weights.push_back(random_.fraction() + 0.01);
    return weights;
  }

  bool is_better(const TriedPlace& trial, const TriedPlace& than,
                 const std::vector<double>& weights) const {
    if (trial.failed() || than.failed()) return !trial.failed();
    const auto now = combined(trial, weights);
    const auto before = combined(than, weights);
    const bool lower = measure::median(now) < measure::median(before) - std::log1p(rule_.margin);
    if (!lower || now.size() < 3 || before.size() < 3) return lower;
    return measure::rank_sum(before, now).p_value <= kShown + 1e-9;
  }

  std::vector<Place> neighbours(const Place& place) {
    std::vector<Place> all;
    for (std::size_t axis = 0; axis < place.size(); ++axis) {
      for (std::size_t value = 0; value < rule_.sizes[axis]; ++value) {
        if (value == place[axis]) continue;
        all.push_back(place);
        all.back()[axis] = value;
      }
    }
    random_.shuffle(all);
    return all;
  }

  /// From there to the first neighbour that is shown to be better, until there is none.
  Status climb_from(Place place) {
    CK_TRY(start, tried(place, rule_.samples));
    std::vector<double> weights = drawn_weights(trials_[start]);
    for (bool moved = true; moved && !exhausted();) {
      moved = false;
      for (const auto& neighbour : neighbours(place)) {
        if (exhausted() && !known_.contains(neighbour)) continue;
        CK_TRY(there, tried(neighbour, rule_.samples));
        CK_TRY(here, tried(place, rule_.samples));
        if (weights.empty()) weights = drawn_weights(trials_[there]);
        if (!is_better(trials_[there], trials_[here], weights)) continue;
        place = neighbour;
        moved = true;
        break;
      }
    }
    return {};
  }

  Status climbs() {
    CK_CHECK(climb_from(base()));
    while (!exhausted()) {
      const auto place = fresh_place();
      if (!place) return {};
      CK_CHECK(climb_from(*place));
    }
    return {};
  }

  /// The better half comes first: frontier by frontier, within one by the sum.
  void sort_by_merit(std::vector<std::size_t>& field) const {
    std::vector<std::vector<double>> things;
    for (const std::size_t i : field) things.push_back(medians(trials_[i]));
    const auto ranks = measure::frontier_ranks(things);
    std::vector<std::size_t> order(field.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
      return std::pair(ranks[i], cost_of(trials_[field[i]], {}));
    });
    std::vector<std::size_t> sorted;
    for (const std::size_t i : order) sorted.push_back(field[i]);
    field = std::move(sorted);
  }

  /// Drops what failed, and what the best is already shown to beat (racing).
  void drop_beaten(std::vector<std::size_t>& field) const {
    const TriedPlace& best = trials_[field.front()];
    std::erase_if(field, [&](std::size_t i) {
      const TriedPlace& trial = trials_[i];
      if (trial.failed()) return true;
      if (best.costs.size() != 1 || &trial == &best) return false;
      const std::size_t fewest = std::min(best.costs[0].size(), trial.costs[0].size());
      return fewest >= kFewestToTest ? is_better(best, trial, {})
                                     : is_far_below(best.costs[0], trial.costs[0], rule_.margin);
    });
  }

  Status halve() {
    std::vector<std::size_t> field;
    for (std::optional<Place> place = base(); place && !exhausted(); place = fresh_place()) {
      CK_TRY(number, tried(*place, 1));
      field.push_back(number);
    }
    for (std::size_t samples = 1;;) {
      for (const std::size_t i : field) CK_CHECK(tried(trials_[i].place, samples));
      if (samples >= rule_.samples || field.empty()) return {};
      const std::size_t half = (field.size() + 1) / 2;
      sort_by_merit(field);
      drop_beaten(field);
      field.resize(std::min(field.size(), half));
      samples = field.size() <= 1 ? rule_.samples : std::min(2 * samples, rule_.samples);
    }
  }

  struct Known {
    std::size_t trial = 0;
    std::size_t samples = 0;
  };

  const SearchRule& rule_;
  const TryPlace& try_place_;
  measure::Random random_;
  std::vector<TriedPlace> trials_;
  std::map<Place, Known> known_;
};

}  // namespace

std::string_view name_of(Strategy strategy) { return kNames[static_cast<std::size_t>(strategy)]; }

Result<Strategy> strategy_named(const std::string& name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Strategy>(i);
  }
  return fail(Error(ErrorCode::usage, "'" + name + "' is no strategy of a search")
                  .hint("there are: exhaustive, random, climb, halving"));
}

Result<std::vector<TriedPlace>> search(const SearchRule& rule, const TryPlace& try_place) {
  return Searching(rule, try_place).run();
}

Effect effect_of(const TriedPlace& trial, const TriedPlace& base) {
  const auto now = combined(trial, {});
  const auto before = combined(base, {});
  const auto shift = measure::rank_sum(before, now, kConfidence);
  return {std::exp(shift.estimate), {std::exp(shift.interval.low), std::exp(shift.interval.high)}};
}

namespace {

/// The best place with samples that did not choose it: those that did are the luckiest of many.
Result<TriedPlace> measured_again(const SearchRule& rule, const TriedPlace& best,
                                  const TryPlace& try_place) {
  CK_TRY(again, try_place(best.place, 2 * rule.samples));
  if (again.failed()) return best;
  for (auto& list : again.costs) {
    if (list.size() > rule.samples)
      list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(rule.samples));
  }
  return std::move(again);
}

/// About how many more samples of each of the two tell on which side of the margin an effect lies:
/// an interval narrows with the square root of their number.
std::size_t needed_for(const Effect& effect, std::size_t count, double margin) {
  const double low = std::log(effect.interval.low);
  const double high = std::log(effect.interval.high);
  if (!std::isfinite(low) || !std::isfinite(high))
    return kFewestSamples - std::min(count, kFewestSamples - 1);
  const double distance = std::abs(std::log(effect.ratio) - std::log1p(margin));
  const double narrower = (high - low) / 2 / std::max(distance, 1e-9);
  const double wanted = static_cast<double>(count) * narrower * narrower;
  if (!(wanted < static_cast<double>(kMostNeeded))) return kMostNeeded;
  return std::max(static_cast<std::size_t>(std::ceil(wanted)), count + 1) - count;
}

/// What the place loses without one of its choices.
ChoiceEffect effect_without(std::size_t axis, const TriedPlace& without, const TriedPlace& with,
                            double margin) {
  ChoiceEffect choice;
  choice.axis = axis;
  choice.value = with.place[axis];
  choice.failed_without = without.failed();
  choice.matters = choice.failed_without;
  if (choice.failed_without) return choice;
  choice.without = effect_of(without, with);
  const auto& interval = choice.without.interval;
  choice.matters = interval.low > 1 + margin;
  if (choice.matters || interval.high <= 1 + margin) return choice;
  const auto count = std::min(combined(without, {}).size(), combined(with, {}).size());
  choice.needed = needed_for(choice.without, count, margin);
  return choice;
}

}  // namespace

Result<Pruned> prune(const SearchRule& rule, const TriedPlace& best, const TryPlace& try_place) {
  Pruned pruned{best, {}};
  const auto chosen = [](std::size_t value) { return value != 0; };
  if (std::ranges::none_of(best.place, chosen)) return pruned;
  CK_TRY(again, measured_again(rule, best, try_place));
  pruned.trial = std::move(again);
  for (std::size_t axis = 0; axis < best.place.size(); ++axis) {
    if (best.place[axis] == 0) continue;
    Place place = pruned.trial.place;
    place[axis] = 0;
    CK_TRY(trial, try_place(place, rule.samples));
    const auto choice = effect_without(axis, trial, pruned.trial, rule.margin);
    // What looks worse stays, shown or not: the next choices are judged beside it.
    const bool worse = choice.failed_without || choice.without.ratio > 1 + rule.margin;
    if (!worse) pruned.trial = std::move(trial);
    pruned.choices.push_back(choice);
  }
  return pruned;
}

}  // namespace ck::experiment
