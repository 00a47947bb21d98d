#include "experiment/compare_outputs.hpp"

#include <cmath>

#include "base/strings.hpp"

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
  if (output.compare == model::Output::Compare::exact) {
    comparison.detail = first_difference(*old_text, *new_text);
    return comparison;
  }
  comparison.detail = numeric_difference(*old_text, *new_text, output.absolute_tolerance,
                                         output.relative_tolerance);
  if (comparison.detail.empty()) comparison.agreement = Agreement::within_tolerance;
  return comparison;
}

}  // namespace

std::string first_difference(std::string_view recorded, std::string_view now) {
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
  constexpr std::string_view kSeparators = " \t\r\n,;";
  for (std::size_t word = 1;; ++word) {
    const auto old_word = next(recorded, kSeparators);
    const auto new_word = next(now, kSeparators);
    if (!old_word && !new_word) return {};
    if (!old_word || !new_word) return "one side ends at word " + std::to_string(word);
    if (*old_word == *new_word) continue;
    const auto old_number = parse_number(*old_word);
    const auto new_number = parse_number(*new_word);
    if (old_number && new_number && close(*old_number, *new_number, absolute, relative)) continue;
    return "word " + std::to_string(word) + ": " + shown(*new_word) + " instead of " +
           shown(*old_word);
  }
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
