#pragma once
/// Which of several things measured in several ways no other one beats in all of them (the Pareto
/// frontier), and how sure that is.

#include <cstdint>
#include <vector>

namespace ck::measure {

/// All to be made small. One beats another that is nowhere smaller and somewhere greater; equal
/// ones are on the frontier together. What is not a number never is.
std::vector<bool> frontier(const std::vector<std::vector<double>>& things);

/// `samples[thing][objective][n]`: how often each is on the frontier when every list is drawn
/// again from itself (bootstrap) and its median taken: 0 … 1, in steps of 1 / resamples. Samples
/// of one thing with the same n were measured together and are drawn together. Lists without
/// samples are never on it.
std::vector<double> frontier_probability(
    const std::vector<std::vector<std::vector<double>>>& samples, std::size_t resamples,
    std::uint64_t seed);

/// The rank of each by repeated frontiers: 0 is on it, 1 on that of the rest, … (non-dominated
/// sorting: Deb and others, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", 2002).
std::vector<std::size_t> frontier_ranks(const std::vector<std::vector<double>>& things);

}  // namespace ck::measure
