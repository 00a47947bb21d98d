#include "experiment/measured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/counted.hpp"
#include "experiment/sampling.hpp"
#include "measure/sample.hpp"

namespace ck::experiment {
namespace {

constexpr std::size_t kFewestSamples = 5;
constexpr std::size_t kFewestSessions = 3;
constexpr double kLeastMargin = 0.001;

/// Student's t, 97.5 %, for 2 … 10 degrees of freedom; beyond, the one for 10, which is wider.
double student(std::size_t degrees) {
  constexpr std::array kTable{4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
  return kTable.at(std::min(degrees, kTable.size() + 1) - 2);
}

bool all_positive(const std::vector<double>& samples) {
  return std::ranges::all_of(samples, [](double sample) { return sample > 0; });
}

/// Logarithms of the medians of the sessions that have one above 0.
std::vector<double> levels_of(const std::vector<std::vector<double>>& sessions) {
  std::vector<double> levels;
  for (const auto& session : sessions) {
    if (!session.empty() && all_positive(session))
      levels.push_back(std::log(measure::median(session)));
  }
  return levels;
}

double between_sessions(const std::vector<double>& levels) {
  const auto count = static_cast<double>(levels.size());
  double mean = 0;
  for (const double level : levels) mean += level / count;
  double squares = 0;
  for (const double level : levels) squares += (level - mean) * (level - mean);
  const double deviation = std::sqrt(squares / (count - 1));
  return std::expm1(student(levels.size() - 1) * deviation * std::sqrt(1 + 1 / count));
}

double inside_session(const std::vector<double>& samples) {
  const auto sorted = measure::sorted_numbers(samples);
  const double middle = measure::quantile(sorted, 0.5);
  const double low = measure::quantile(sorted, 0.05);
  const double high = measure::quantile(sorted, 0.95);
  if (low > 0) return std::max(middle / low, high / middle) - 1;
  return middle == 0 ? 0 : std::max(middle - low, high - middle) / std::abs(middle);
}

}  // namespace

std::vector<double> steady_samples(const store::Point& point, const store::MetricKey& key) {
  const auto sampling = sampling_of(point);
  const std::size_t warm_up = sampling ? sampling->result.warm_up : 0;
  std::vector<double> samples;
  const auto found = std::ranges::find_if(point.keys, [&](const store::MetricKey& other) {
    return other.name == key.name && other.unit == key.unit;
  });
  const auto position = static_cast<std::size_t>(found - point.keys.begin());
  for (std::size_t i = std::min(warm_up, point.repetitions.size()); i < point.repetitions.size();
       ++i) {
    const auto& metrics = point.repetitions[i].metrics;
    if (point.repetitions[i].ok && position < metrics.size() && !std::isnan(metrics[position]))
      samples.push_back(metrics[position]);
  }
  return samples;
}

std::optional<Margin> author_margin(const std::vector<std::vector<double>>& sessions,
                                    const std::vector<double>& recorded) {
  if (recorded.size() < kFewestSamples) return std::nullopt;
  const auto levels = levels_of(sessions);
  if (levels.size() >= kFewestSessions) {
    return Margin{std::max(kLeastMargin, between_sessions(levels)),
                  fmt::format("the spread of {} recorded sessions", levels.size())};
  }
  return Margin{std::max(kLeastMargin, inside_session(recorded)),
                "the spread inside the recorded session"};
}

std::string text_of(const measure::RatioTest& test, const Margin& margin) {
  std::string text =
      fmt::format("x {:.3f} [{:.3f}, {:.3f}], margin {:.3g} % ({})", test.ratio,
                  test.interval_90.low, test.interval_90.high, 100 * margin.share, margin.from);
  if (test.result != measure::Equivalence::undecided) return text;
  return text + needed_text(test.needed);
}

std::string needed_text(std::size_t needed) {
  if (needed == 0) return ": the record has too few runs for any number of new ones";
  return ": need about " + counted(needed, "more run");
}

}  // namespace ck::experiment
