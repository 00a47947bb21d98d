#include "model/version.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/strings.hpp"

namespace ck::model {
namespace {

constexpr std::size_t kLongestVersion = 128;

constexpr std::array<std::string_view, 8> kPrereleaseWords = {"a",   "alpha", "b",       "beta",
                                                              "dev", "pre",   "preview", "rc"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_separator(char c) { return std::string_view(".-_+~:").find(c) != std::string_view::npos; }

bool is_prerelease_word(std::string_view word) {
  return std::find(kPrereleaseWords.begin(), kPrereleaseWords.end(), word) !=
         kPrereleaseWords.end();
}

std::string without_leading_zeros(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return std::string(digits.substr(first));
}

/// What can stand at one place of a version, lowest first. `end` is that nothing more follows:
/// 1.2-rc1 < 1.2 < 1.2-p1 < 1.2.0.1, as trailing zeros are never kept.
enum class Rank : std::uint8_t { prerelease, end, word, number };

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

Error bad_version(std::string_view text, std::string_view why) {
  Error error(ErrorCode::invalid,
              "'" + printable(shortened(text, 40)) + "' is no version: it " + std::string(why));
  error.hint("write a version such as 1.2.3, 2.0-rc1 or 2024.05");
  return error;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  const auto allowed = [](char c) { return is_digit(c) || is_letter(c) || is_separator(c); };
  if (text.size() > kLongestVersion) {
    return fail(
        bad_version(text, "has more than " + std::to_string(kLongestVersion) + " characters"));
  }
  if (!std::all_of(text.begin(), text.end(), allowed)) {
    return fail(bad_version(text, "has characters other than letters, digits and '.-_+~:'"));
  }
  const std::size_t plus = text.find('+');
  std::string_view release = text.substr(0, plus);
  if (std::none_of(release.begin(), release.end(), is_digit)) {
    return fail(bad_version(
        text, plus == std::string_view::npos ? "has no digit" : "has no digit before the '+'"));
  }
  // "v1.2" is how git tags are often written.
  if (to_lower(release.substr(0, 1)) == "v" && is_digit(release[1])) release.remove_prefix(1);

  Version version;
  version.text_ = std::string(text);
  version.parts_ = parts_of(release);
  if (plus != std::string_view::npos) version.build_ = parts_of(text.substr(plus + 1));
  return version;
}

/// The numbers and words of a text; zeros before a word or the end are dropped (except the first
/// part), so that equal versions have equal parts.
std::vector<Version::Part> Version::parts_of(std::string_view text) {
  std::vector<Part> parts;
  const auto drop_zeros = [&parts] {
    while (parts.size() > 1 && parts.back().number && parts.back().text == "0") parts.pop_back();
  };
  while (!text.empty()) {
    const bool number = is_digit(text.front());
    const auto end = std::find_if_not(text.begin(), text.end(), number ? is_digit : is_letter);
    const auto length = static_cast<std::size_t>(end - text.begin());
    const std::string_view token = text.substr(0, length);
    if (number) {
      parts.push_back({true, without_leading_zeros(token)});
    } else if (length > 0) {
      drop_zeros();
      parts.push_back({false, to_lower(token)});
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  drop_zeros();
  return parts;
}

bool Version::prerelease() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    return !part.number && is_prerelease_word(part.text);
  });
}

std::strong_ordering Version::compare(const std::vector<Part>& a, const std::vector<Part>& b) {
  const auto rank = [](const std::vector<Part>& parts, std::size_t i) {
    if (i >= parts.size()) return Rank::end;
    if (parts[i].number) return Rank::number;
    return is_prerelease_word(parts[i].text) ? Rank::prerelease : Rank::word;
  };
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const Rank left = rank(a, i);
    const Rank right = rank(b, i);
    if (left != right) return left <=> right;
    // Of equal rank below the longer one's size: neither has ended.
    const auto order = left == Rank::number ? compare_numbers(a[i].text, b[i].text)
                                            : a[i].text.compare(b[i].text) <=> 0;
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (unknown() != other.unknown()) {
    return unknown() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const auto order = compare(parts_, other.parts_);
  return order != 0 ? order : compare(build_, other.build_);
}

}  // namespace ck::model
