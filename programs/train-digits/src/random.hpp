#pragma once

#include <cstdint>
#include <vector>

namespace train {

/// SplitMix64: the standard library's distributions differ between implementations, this does not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  /// Uniform in [0, 1), a multiple of 2^-24.
  float unit();
  /// Uniform in [-bound, bound).
  float symmetric(float bound);
  /// Uniform in [0, limit); limit is at least 1.
  std::size_t below(std::size_t limit);

 private:
  std::uint64_t state_;
};

/// Brings `items` into a random order.
void shuffle(std::vector<std::size_t>& items, Random& random);

}  // namespace train
