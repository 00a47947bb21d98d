#include "random.hpp"

#include <utility>

namespace train {

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

float Random::unit() { return static_cast<float>(next() >> 40) * 0x1p-24F; }

float Random::symmetric(float bound) { return (2.0F * unit() - 1.0F) * bound; }

std::size_t Random::below(std::size_t limit) {
  // The bias of the remainder is below 2^-50 for the few hundred items shuffled here.
  return static_cast<std::size_t>(next() % limit);
}

void shuffle(std::vector<std::size_t>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace train
