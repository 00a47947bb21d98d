#pragma once

#include <cstddef>
#include <cstdint>
#include <digits/images.hpp>
#include <inference/session.hpp>
#include <vector>

namespace classify {

/// What classifying all images gave.
struct Outcome {
  std::vector<int> predicted;              ///< class by image
  std::size_t top1 = 0;                    ///< images whose label has the highest score
  std::size_t top5 = 0;                    ///< images whose label is among the five highest scores
  std::vector<std::int64_t> latencies_ns;  ///< by batch, in the order measured
};

/// Summary of latencies.
struct Latency {
  double mean_ns = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p90_ns = 0;
  std::int64_t p99_ns = 0;
};

/// Classifies all images in batches of `batch_size` (the last one may be smaller), after `warmup`
/// unmeasured passes over the first 32 images. Among equal scores the lower class wins.
/// Throws std::runtime_error if the model is not for images of this kind.
Outcome classify_all(inference::Session& session, const digits::Images& images,
                     std::size_t batch_size, std::size_t warmup);

/// Percentiles are measured values: the smallest that at least that share of all does not exceed.
Latency summarise(std::vector<std::int64_t> latencies_ns);

}  // namespace classify
