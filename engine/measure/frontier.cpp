#include "measure/frontier.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/random.hpp"
#include "measure/sample.hpp"

namespace ck::measure {
namespace {

bool is_complete(const std::vector<double>& thing) {
  return !thing.empty() &&
         std::ranges::none_of(thing, [](double value) { return std::isnan(value); });
}

bool beats(const std::vector<double>& one, const std::vector<double>& other) {
  bool smaller = false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i] > other[i]) return false;
    smaller = smaller || one[i] < other[i];
  }
  return smaller;
}

/// Indices of complete things, so that nothing is beaten by what comes later.
std::vector<std::size_t> in_order(const std::vector<std::vector<double>>& things) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (is_complete(things[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return things[i]; });
  return order;
}

/// The medians of one drawing: which samples is the same for all objectives of a thing.
std::vector<double> drawn(const std::vector<std::vector<double>>& thing, Random& random) {
  std::size_t count = 0;
  for (const auto& list : thing) count = std::max(count, list.size());
  std::vector<std::uint64_t> picks(count);
  for (auto& pick : picks) pick = random.next();
  std::vector<double> medians;
  for (const auto& list : thing) {
    if (list.empty()) return {};
    std::vector<double> values;
    for (std::size_t i = 0; i < list.size(); ++i) values.push_back(list[picks[i] % list.size()]);
    medians.push_back(median(values));
  }
  return medians;
}

}  // namespace

std::vector<bool> frontier(const std::vector<std::vector<double>>& things) {
  std::vector<bool> on(things.size(), false);
  std::vector<std::size_t> best;
  for (const std::size_t i : in_order(things)) {
    const bool beaten = std::ranges::any_of(
        best, [&](std::size_t known) { return beats(things[known], things[i]); });
    if (beaten) continue;
    best.push_back(i);
    on[i] = true;
  }
  return on;
}

std::vector<double> frontier_probability(
    const std::vector<std::vector<std::vector<double>>>& samples, std::size_t resamples,
    std::uint64_t seed) {
  Random random(seed);
  std::vector<double> share(samples.size(), 0);
  std::vector<std::vector<double>> things(samples.size());
  for (std::size_t round = 0; round < resamples; ++round) {
    for (std::size_t i = 0; i < samples.size(); ++i) things[i] = drawn(samples[i], random);
    const auto on = frontier(things);
    for (std::size_t i = 0; i < samples.size(); ++i) share[i] += on[i] ? 1 : 0;
  }
  for (double& one : share) one /= static_cast<double>(std::max<std::size_t>(resamples, 1));
  return share;
}

std::vector<std::size_t> frontier_ranks(const std::vector<std::vector<double>>& things) {
  std::vector<std::size_t> ranks(things.size(), things.size());
  std::vector<std::vector<double>> left = things;
  for (std::size_t rank = 0;; ++rank) {
    const auto on = frontier(left);
    if (std::ranges::find(on, true) == on.end()) return ranks;
    for (std::size_t i = 0; i < on.size(); ++i) {
      if (!on[i]) continue;
      ranks[i] = rank;
      left[i].clear();
    }
  }
}

}  // namespace ck::measure
