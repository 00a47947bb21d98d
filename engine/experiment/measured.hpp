#pragma once
/// Whether a measured quantity was reproduced: how far apart its author's own numbers are, and what
/// that says about other numbers.

#include <optional>
#include <string>
#include <vector>

#include "measure/equivalence.hpp"
#include "store/point.hpp"

namespace ck::experiment {

/// A metric's numbers in measured order, of executions that ended well, without the
/// warm-up a benchmark found and without NaNs.
std::vector<double> steady_samples(const store::Point& point, const store::MetricKey& key);

/// By which factor a number may be off and still count as the same.
struct Margin {
  double share = 0;  ///< 0.05: between 1 / 1.05 and 1.05
  std::string from;  ///< "the spread of 4 recorded sessions", for people
};

/// The margin that the author's own numbers give. Of three sessions or more the 95 % prediction
/// interval for one more session's median, from the spread of the logarithms of theirs (Student's
/// t; Hahn and Meeker, "Statistical Intervals", 1991, section 4.7). Of fewer, the distance of the
/// 5th or 95th percentile of `recorded` from its median, whichever is farther: what a single run
/// may do, a session may do. Never below 0.1 %. Nothing for fewer than 5 samples: they claim
/// nothing. `sessions` holds each session's samples, `recorded` among them.
std::optional<Margin> author_margin(const std::vector<std::vector<double>>& sessions,
                                    const std::vector<double>& recorded);

/// "x 1.02 [0.99, 1.05], margin 5 % (…)"; of an undecided test also how many more runs it needs.
std::string text_of(const measure::RatioTest& test, const Margin& margin);

/// What a test that is undecided needs (0: no number does): ": need about 12 more runs".
std::string needed_text(std::size_t needed);

}  // namespace ck::experiment
