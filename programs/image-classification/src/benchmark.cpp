#include "benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace classify {

namespace {

constexpr std::size_t kWarmupImages = 32;
constexpr auto kClasses = static_cast<std::size_t>(digits::kClasses);

void expect_digits(const inference::Session& session) {
  const inference::ImageShape shape = session.input_shape();
  if (shape != inference::ImageShape{1, digits::kSide, digits::kSide} ||
      session.classes() != kClasses)
    throw std::runtime_error("the model takes images of " + std::to_string(shape.channels) + " x " +
                             std::to_string(shape.height) + " x " + std::to_string(shape.width) +
                             " and knows " + std::to_string(session.classes()) +
                             " classes; the data has 1 x 8 x 8 and 10");
}

/// How many classes come before `label` when sorted by falling score.
std::size_t rank_of(std::span<const float> scores, std::size_t label) {
  std::size_t rank = 0;
  for (std::size_t c = 0; c < scores.size(); ++c)
    if (scores[c] > scores[label] || (scores[c] == scores[label] && c < label)) ++rank;
  return rank;
}

void record(std::span<const float> scores, int label, Outcome& outcome) {
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); }))
    throw std::runtime_error("the model gave a score that is not a number for image " +
                             std::to_string(outcome.predicted.size()));
  const auto best = std::ranges::max_element(scores) - scores.begin();
  const std::size_t rank = rank_of(scores, static_cast<std::size_t>(label));
  outcome.predicted.push_back(static_cast<int>(best));
  if (rank < 1) ++outcome.top1;
  if (rank < 5) ++outcome.top5;
}

template <typename Visit>
void for_each_batch(std::size_t images, std::size_t batch_size, Visit visit) {
  for (std::size_t first = 0; first < images; first += batch_size)
    visit(first, std::min(batch_size, images - first));
}

std::int64_t percentile(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

Outcome classify_all(inference::Session& session, const digits::Images& images,
                     std::size_t batch_size, std::size_t warmup) {
  using Clock = std::chrono::steady_clock;
  expect_digits(session);
  for (std::size_t pass = 0; pass < warmup; ++pass)
    for_each_batch(std::min(kWarmupImages, images.size()), batch_size,
                   [&](std::size_t first, std::size_t count) {
                     session.run(images.batch(first, count), count);
                   });
  Outcome outcome;
  outcome.predicted.reserve(images.size());
  outcome.latencies_ns.reserve(images.size() / batch_size + 1);
  for_each_batch(images.size(), batch_size, [&](std::size_t first, std::size_t count) {
    const auto begin = Clock::now();
    const auto scores = session.run(images.batch(first, count), count);
    const auto end = Clock::now();
    outcome.latencies_ns.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
    for (std::size_t i = 0; i < count; ++i)
      record(scores.subspan(i * kClasses, kClasses), images.labels[first + i], outcome);
  });
  return outcome;
}

Latency summarise(std::vector<std::int64_t> latencies_ns) {
  std::ranges::sort(latencies_ns);
  const auto sum = std::accumulate(latencies_ns.begin(), latencies_ns.end(), std::int64_t{0});
  return {static_cast<double>(sum) / static_cast<double>(latencies_ns.size()),
          percentile(latencies_ns, 50), percentile(latencies_ns, 90), percentile(latencies_ns, 99)};
}

}  // namespace classify
