#include "base/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/strings.hpp"

namespace ck {
namespace {

/// "12" for one line, "12,3" for several, "12,0" for none.
std::string hunk_range(std::size_t first, std::size_t count) {
  const std::string start = std::to_string(count == 0 ? first : first + 1);
  return count == 1 ? start : start + "," + std::to_string(count);
}

/// Of two texts, by lines. Most of both is the same at their begin and end.
std::string hunks(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  constexpr std::size_t kMostCells = 1u << 22;
  const auto begin = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  std::size_t a_end = a.size();
  std::size_t b_end = b.size();
  while (a_end > begin && b_end > begin && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
  const std::size_t rows = a_end - begin;
  const std::size_t columns = b_end - begin;
  // common[i][j]: lines that a from i and b from j have in common; too many are told as they are.
  std::vector<std::vector<std::uint32_t>> common;
  if ((rows + 1) * (columns + 1) <= kMostCells)
    common.assign(rows + 1, std::vector<std::uint32_t>(columns + 1));
  for (std::size_t i = common.empty() ? 0 : rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      common[i][j] = a[begin + i] == b[begin + j] ? common[i + 1][j + 1] + 1
                                                  : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const auto same = [&](std::size_t i, std::size_t j) {
    return !common.empty() && i < rows && j < columns && a[begin + i] == b[begin + j];
  };
  std::string text;
  for (std::size_t i = 0, j = 0; i < rows || j < columns;) {
    if (same(i, j)) {
      ++i;
      ++j;
      continue;
    }
    const std::size_t first = i;
    const std::size_t second = j;
    std::string removed;
    std::string added;
    while ((i < rows || j < columns) && !same(i, j)) {
      const bool remove =
          j == columns || (i < rows && (common.empty() || common[i + 1][j] >= common[i][j + 1]));
      if (remove) {
        removed += "-" + a[begin + i++] + "\n";
      } else {
        added += "+" + b[begin + j++] + "\n";
      }
    }
    text += "@@ -" + hunk_range(begin + first, i - first) + " +" +
            hunk_range(begin + second, j - second) + " @@\n" + removed + added;
  }
  return text;
}

}  // namespace

std::string line_diff(const std::string& name, const std::string& before,
                      const std::string& after) {
  if (before == after) return {};
  return "--- " + name + "\n+++ " + name + "\n" + hunks(split(before, '\n'), split(after, '\n'));
}

}  // namespace ck
