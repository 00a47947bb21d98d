#include <algorithm>
#include <array>
#include <tuple>

#include "base/strings.hpp"

namespace ck {
namespace {

/// Longer words are no typing slips, and comparing them would cost time and memory.
constexpr std::size_t kLongestWord = 128;

constexpr std::size_t kShortestPrefix = 3;

bool is_near(std::string_view word, std::string_view candidate, std::size_t distance) {
  const std::size_t shorter = std::min(word.size(), candidate.size());
  const bool prefix =
      shorter >= kShortestPrefix && word.substr(0, shorter) == candidate.substr(0, shorter);
  return prefix || distance <= std::max<std::size_t>(1, word.size() / 3);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Damerau and Levenshtein's distance without the usual restriction that a swapped pair is never
  // edited again: only so is it a metric. cell(i, j) is the distance of the first i - 1 and j - 1
  // characters; row and column 0 are an unreachable border.
  const std::size_t unreachable = a.size() + b.size();
  const std::size_t width = b.size() + 2;
  std::vector<std::size_t> cells((a.size() + 2) * width, unreachable);
  const auto cell = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return cells[i * width + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) cell(i + 1, 1) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cell(1, j + 1) = j;

  std::array<std::size_t, 256> last_row_of{};
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swap_row = last_row_of[static_cast<unsigned char>(b[j - 1])];
      const std::size_t swap_column = last_match;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_match = j;
      cell(i + 1, j + 1) = std::min({
          cell(i, j) + (same ? 0 : 1),
          cell(i + 1, j) + 1,
          cell(i, j + 1) + 1,
          cell(swap_row, swap_column) + (i - swap_row - 1) + 1 + (j - swap_column - 1),
      });
    }
    last_row_of[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return cell(a.size() + 1, b.size() + 1);
}

std::vector<std::string> near_misses(std::string_view word, std::span<const std::string> candidates,
                                     std::size_t limit) {
  if (word.empty() || word.size() > kLongestWord) return {};
  std::vector<std::tuple<std::size_t, std::string_view>> near;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongestWord) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (is_near(word, candidate, distance)) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > limit) near.resize(limit);

  std::vector<std::string> names;
  names.reserve(near.size());
  for (const auto& [distance, name] : near) names.emplace_back(name);
  return names;
}

std::optional<std::string> did_you_mean(std::span<const std::string> names) {
  if (names.empty()) return std::nullopt;
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += "'" + names[i] + "'";
  }
  return text + "?";
}

}  // namespace ck
