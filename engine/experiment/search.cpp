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
      return is_better(best, trial, {}) && best.costs[0].size() >= 4 && trial.costs[0].size() >= 4;
    });
  }

  Status halve() {
    std::vector<std::size_t> field;
    for (std::optional<Place> place = base(); place && !exhausted(); place = fresh_place()) {
      CK_TRY(number, tried(*place, 1));
      field.push_back(number);
    }
    for (std::size_t samples = 1;; samples = std::min(2 * samples, rule_.samples)) {
      for (const std::size_t i : field) CK_CHECK(tried(trials_[i].place, samples));
      if (samples >= rule_.samples || field.size() <= 1) return {};
      sort_by_merit(field);
      drop_beaten(field);
      field.resize(std::min(field.size(), std::max<std::size_t>(1, (field.size() + 1) / 2)));
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
  const auto shift = measure::rank_sum(before, now, 0.9);
  return {std::exp(shift.estimate), {std::exp(shift.interval.low), std::exp(shift.interval.high)}};
}

Result<Pruned> prune(const SearchRule& rule, const TriedPlace& best, const TryPlace& try_place) {
  Pruned pruned{best, {}};
  for (std::size_t axis = 0; axis < best.place.size(); ++axis) {
    if (best.place[axis] == 0) continue;
    Place place = pruned.trial.place;
    place[axis] = 0;
    CK_TRY(trial, try_place(place, rule.samples));
    ChoiceEffect choice{axis, best.place[axis], true, trial.failed(), {}};
    if (!trial.failed()) {
      choice.without = effect_of(trial, pruned.trial);
      choice.matters = choice.without.ratio > 1 + rule.margin;
    }
    if (!choice.matters) pruned.trial = std::move(trial);
    pruned.choices.push_back(choice);
  }
  return pruned;
}

}  // namespace ck::experiment
