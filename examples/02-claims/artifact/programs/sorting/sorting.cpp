// sorting ALGORITHM COUNT: sorts the same random numbers each time.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace {

using Numbers = std::vector<unsigned>;

long insertion_sort(Numbers& numbers) {
  long comparisons = 0;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    const unsigned number = numbers[i];
    std::size_t place = i;
    while (place > 0) {
      ++comparisons;
      if (numbers[place - 1] <= number) break;
      numbers[place] = numbers[place - 1];
      --place;
    }
    numbers[place] = number;
  }
  return comparisons;
}

long merge_sort(unsigned* numbers, unsigned* other, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t half = size / 2;
  long comparisons =
      merge_sort(numbers, other, half) + merge_sort(numbers + half, other + half, size - half);
  std::merge(numbers, numbers + half, numbers + half, numbers + size, other,
             [&](unsigned a, unsigned b) {
               ++comparisons;
               return a < b;
             });
  std::copy(other, other + size, numbers);
  return comparisons;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool merging = std::strcmp(argv[1], "merge") == 0;
  Numbers numbers(std::strtoul(argv[2], nullptr, 10));
  Numbers other(numbers.size());
  std::mt19937 random(1);
  for (unsigned& number : numbers) number = static_cast<unsigned>(random());

  const auto start = std::chrono::steady_clock::now();
  const long comparisons =
      merging ? merge_sort(numbers.data(), other.data(), numbers.size()) : insertion_sort(numbers);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;

  if (!std::is_sorted(numbers.begin(), numbers.end())) return 1;
  std::printf("%ld comparisons\nsorted in %.1f us\n", comparisons, time.count());
  return 0;
}
