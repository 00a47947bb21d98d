#include "experiment/compare_outputs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "base/strings.hpp"
#include "experiment/compare_pictures.hpp"
#include "experiment/measured.hpp"

namespace ck::experiment {
namespace {

constexpr std::size_t kShownText = 60;
constexpr std::size_t kShownHash = 12;

std::string shown(std::string_view text) {
  return "'" + printable(shortened(text, kShownText)) + "'";
}

/// The next line or word; nothing at the end.
std::optional<std::string_view> next(std::string_view& text, std::string_view separators) {
  const auto start = text.find_first_not_of(separators);
  if (start == std::string_view::npos) return std::nullopt;
  const auto end = std::min(text.find_first_of(separators, start), text.size());
  const auto part = text.substr(start, end - start);
  text.remove_prefix(end);
  return part;
}

bool close(double recorded, double now, double absolute, double relative) {
  return recorded == now || std::abs(now - recorded) <= absolute + relative * std::abs(recorded);
}

constexpr std::string_view kSeparators = " \t\r\n,;";

/// Word by word: numbers on both sides need to be close, all others equal. Empty, or the place.
template <typename Close>
std::string word_difference(std::string_view recorded, std::string_view now,
                            const Close& is_close) {
  for (std::size_t word = 1;; ++word) {
    const auto old_word = next(recorded, kSeparators);
    const auto new_word = next(now, kSeparators);
    if (!old_word && !new_word) return {};
    if (!old_word || !new_word) return "one side ends at word " + std::to_string(word);
    if (*old_word == *new_word) continue;
    const auto old_number = parse_number(*old_word);
    const auto new_number = parse_number(*new_word);
    if (old_number && new_number && is_close(*old_number, *new_number)) continue;
    return "word " + std::to_string(word) + ": " + shown(*new_word) + " instead of " +
           shown(*old_word);
  }
}

/// The place of a number among all there are, so that neighbours differ by 1.
template <typename Bits, typename Number>
Bits rank(Number number) {
  const auto bits = std::bit_cast<Bits>(number);
  return bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits;
}

template <typename Bits, typename Number>
bool within_ulps(Number recorded, Number now, std::uint32_t ulps) {
  if (!std::isfinite(recorded) || !std::isfinite(now)) return recorded == now;
  const Bits low = std::min(rank<Bits>(recorded), rank<Bits>(now));
  const Bits high = std::max(rank<Bits>(recorded), rank<Bits>(now));
  using Distance = std::make_unsigned_t<Bits>;
  return static_cast<Distance>(high) - static_cast<Distance>(low) <= ulps;
}

/// Without what editors and other systems change: line ends, blanks at the end of lines, how many
/// blanks there are between words, empty lines at the end.
std::string normalised(std::string_view text) {
  std::string result;
  for (const auto& line : split(text, '\n')) {
    std::string_view rest = line;
    bool first = true;
    const bool indented = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    while (const auto word = next(rest, " \t\r")) {
      if (!first || indented) result += ' ';
      result += *word;
      first = false;
    }
    result += '\n';
  }
  result.erase(result.find_last_not_of('\n') + 1);
  return result;
}

std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  while (const auto word = next(text, kSeparators)) {
    if (const auto number = parse_number(*word); number && std::isfinite(*number))
      numbers.push_back(*number);
  }
  return numbers;
}

/// All numbers of a text as samples of one quantity.
void by_distribution(double margin, std::string_view recorded, std::string_view now,
                     OutputComparison& comparison) {
  const auto old_numbers = numbers_of(recorded);
  const auto new_numbers = numbers_of(now);
  if (old_numbers.empty() || new_numbers.empty()) {
    comparison.detail = std::to_string(new_numbers.size()) + " numbers instead of " +
                        std::to_string(old_numbers.size());
    return;
  }
  const auto test = measure::ratio_test(old_numbers, new_numbers, margin);
  comparison.detail = text_of(test, {margin, "as declared"});
  if (test.result == measure::Equivalence::equivalent)
    comparison.agreement = Agreement::within_tolerance;
  if (test.result == measure::Equivalence::undecided)
    comparison.agreement = Agreement::inconclusive;
}

/// Empty when the two agree as the output declares, else the place.
std::string difference(const model::Output& output, std::string_view recorded,
                       std::string_view now) {
  switch (output.compare) {
    case model::Output::Compare::numeric:
      return numeric_difference(recorded, now, output.absolute_tolerance,
                                output.relative_tolerance);
    case model::Output::Compare::ulp:
      return ulp_difference(recorded, now, output.ulps, output.single_precision);
    case model::Output::Compare::text:
      return text_difference(recorded, now);
    default:
      return first_difference(recorded, now);
  }
}

OutputComparison by_content(const model::Output& output, const store::StoredOutput& recorded,
                            const store::StoredOutput& now, store::Blobs& blobs) {
  OutputComparison comparison{output.name, Agreement::differs, {}};
  if (!recorded.kept || !now.kept) {
    comparison.detail = "sha256 " + now.sha256.substr(0, kShownHash) + "… instead of " +
                        recorded.sha256.substr(0, kShownHash) +
                        "…; the content was too large to keep";
    return comparison;
  }
  const auto old_text = blobs.get(recorded.sha256);
  const auto new_text = blobs.get(now.sha256);
  if (!old_text || !new_text) {
    const Error& error = old_text ? new_text.error() : old_text.error();
    comparison.detail = "cannot be compared: " + error.message;
    return comparison;
  }
  if (output.compare == model::Output::Compare::statistical) {
    by_distribution(output.margin, *old_text, *new_text, comparison);
    return comparison;
  }
  if (output.compare == model::Output::Compare::image) {
    auto verdict = compare_pictures(output, *old_text, *new_text);
    if (verdict.agree) comparison.agreement = Agreement::within_tolerance;
    comparison.detail = std::move(verdict.detail);
    return comparison;
  }
  comparison.detail = difference(output, *old_text, *new_text);
  const bool agree = comparison.detail.empty();
  if (agree) comparison.agreement = Agreement::within_tolerance;
  return comparison;
}

}  // namespace

std::string first_difference(std::string_view recorded, std::string_view now) {
  if (recorded == now) return {};
  auto old_lines = split(recorded, '\n');
  auto new_lines = split(now, '\n');
  for (std::size_t i = 0; i < std::min(old_lines.size(), new_lines.size()); ++i) {
    if (old_lines[i] == new_lines[i]) continue;
    return "line " + std::to_string(i + 1) + ": " + shown(new_lines[i]) + " instead of " +
           shown(old_lines[i]);
  }
  return std::to_string(new_lines.size()) + " lines instead of " + std::to_string(old_lines.size());
}

std::string numeric_difference(std::string_view recorded, std::string_view now, double absolute,
                               double relative) {
  return word_difference(recorded, now, [&](double old_number, double new_number) {
    return close(old_number, new_number, absolute, relative);
  });
}

std::string ulp_difference(std::string_view recorded, std::string_view now, std::uint32_t ulps,
                           bool single_precision) {
  return word_difference(recorded, now, [&](double old_number, double new_number) {
    if (!single_precision) return within_ulps<std::int64_t>(old_number, new_number, ulps);
    return within_ulps<std::int32_t>(static_cast<float>(old_number), static_cast<float>(new_number),
                                     ulps);
  });
}

std::string text_difference(std::string_view recorded, std::string_view now) {
  return first_difference(normalised(recorded), normalised(now));
}

OutputComparison compare_output(const model::Output& output, const store::StoredOutput* recorded,
                                const store::StoredOutput* now, store::Blobs& blobs) {
  OutputComparison comparison{output.name, Agreement::missing, {}};
  if (recorded == nullptr || now == nullptr) {
    comparison.detail = now == nullptr ? "not written this time" : "not recorded";
    return comparison;
  }
  comparison.agreement = Agreement::identical;
  if (recorded->sha256 == now->sha256 || output.compare == model::Output::Compare::none)
    return comparison;
  return by_content(output, *recorded, *now, blobs);
}

}  // namespace ck::experiment
