#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.hpp"
#include "model/version.hpp"

namespace ck::model {
namespace {

constexpr std::size_t kLongestRange = 512;

using Op = VersionBound::Op;

struct Operator {
  std::string_view text;
  Op op;
};

/// Longer ones first: the first that fits is taken.
constexpr std::array<Operator, 7> kOperators = {{{">=", Op::greater_equal},
                                                 {"<=", Op::less_equal},
                                                 {"==", Op::equal},
                                                 {"!=", Op::not_equal},
                                                 {">", Op::greater},
                                                 {"<", Op::less},
                                                 {"=", Op::equal}}};

Error bad_range(std::string_view term, std::string_view why) {
  Error error(ErrorCode::invalid,
              "'" + printable(shortened(term, 40)) + "' is no version range: " + std::string(why));
  error.hint("write a range such as '>=1.2,<2', '1.2.*', '^1.2' or '*'");
  return error;
}

/// The numbers at the start of a version, as written: "1.02-rc1" gives 1 and 02.
std::vector<std::string> leading_numbers(std::string_view text) {
  std::vector<std::string> numbers;
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  for (;;) {
    const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
    if (length == 0) return numbers;
    numbers.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
    if (text.empty() || text.front() != '.') return numbers;
    text.remove_prefix(1);
  }
}

/// A decimal number of any length plus one.
std::string incremented(std::string digits) {
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit != '9') {
      ++*digit;
      return digits;
    }
    *digit = '0';
  }
  return "1" + digits;
}

/// Everything from `from` up to (and without) its first numbers with the one at `place` raised.
Result<std::vector<VersionBound>> up_to_next(std::string_view from, std::size_t place) {
  CK_TRY(low, Version::parse(from));
  std::vector<std::string> numbers = leading_numbers(from);
  if (place >= numbers.size()) return fail(bad_range(from, "it must start with a number"));
  numbers.resize(place + 1);
  numbers.back() = incremented(numbers.back());
  CK_TRY(high, Version::parse(join(numbers, ".")));
  return std::vector<VersionBound>{{Op::greater_equal, low}, {Op::less, high}};
}

/// The first number that is not zero, or else the last one.
std::size_t significant_place(const std::vector<std::string>& numbers) {
  const auto is_zero = [](const std::string& digits) {
    return digits.find_first_not_of('0') == std::string::npos;
  };
  const auto it = std::find_if_not(numbers.begin(), numbers.end(), is_zero);
  const auto place = static_cast<std::size_t>(it - numbers.begin());
  return place < numbers.size() ? place : numbers.size() - 1;
}

/// "1.2.*", "^1.2" and "~1.2"; nothing for terms of another form.
std::optional<Result<std::vector<VersionBound>>> shorthand(std::string_view term) {
  if (term.ends_with(".*")) {
    const std::string_view stem = term.substr(0, term.size() - 2);
    const std::vector<std::string> numbers = leading_numbers(stem);
    if (numbers.empty() || join(numbers, ".") != stem) {
      return fail(bad_range(term, "'.*' may only follow numbers and dots"));
    }
    return up_to_next(stem, numbers.size() - 1);
  }
  if (term.front() != '^' && term.front() != '~') return std::nullopt;
  const std::string_view stem = trim(term.substr(1));
  const std::vector<std::string> numbers = leading_numbers(stem);
  if (numbers.empty()) return fail(bad_range(term, "a number must follow the sign"));
  if (term.front() == '^') return up_to_next(stem, significant_place(numbers));
  return up_to_next(stem, std::min<std::size_t>(1, numbers.size() - 1));
}

Result<std::vector<VersionBound>> parse_term(std::string_view term) {
  if (term.empty()) return fail(bad_range(term, "a bound is missing beside a comma"));
  if (auto bounds = shorthand(term)) return *bounds;
  VersionBound bound{Op::equal, {}};
  std::string_view text = term;
  for (const Operator& candidate : kOperators) {
    if (!term.starts_with(candidate.text)) continue;
    bound.op = candidate.op;
    text = trim(term.substr(candidate.text.size()));
    break;
  }
  if (text.empty()) return fail(bad_range(term, "a version must follow the comparison"));
  if (text.find_first_of(" \t") != std::string_view::npos) {
    return fail(bad_range(term, "bounds are separated by commas"));
  }
  CK_TRY(version, Version::parse(text));
  bound.version = std::move(version);
  return std::vector<VersionBound>{std::move(bound)};
}

bool holds(const VersionBound& bound, const Version& version) {
  const auto order = version <=> bound.version;
  switch (bound.op) {
    case Op::less:
      return order < 0;
    case Op::less_equal:
      return order <= 0;
    case Op::equal:
      return order == 0;
    case Op::not_equal:
      return order != 0;
    case Op::greater_equal:
      return order >= 0;
    case Op::greater:
      return order > 0;
  }
  return false;
}

}  // namespace

Result<VersionRange> VersionRange::parse(std::string_view text) {
  text = trim(text);
  if (text.size() > kLongestRange) {
    return fail(
        bad_range(text, "it has more than " + std::to_string(kLongestRange) + " characters"));
  }
  VersionRange range;
  range.text_ = std::string(text);
  if (text.empty() || text == "*") return range;
  for (const std::string& part : split(text, ',')) {
    CK_TRY(bounds, parse_term(trim(part)));
    range.bounds_.insert(range.bounds_.end(), bounds.begin(), bounds.end());
  }
  return range;
}

bool VersionRange::contains(const Version& version) const {
  if (universal()) return true;
  if (version.unknown()) return false;
  const auto names_prerelease = [](const VersionBound& bound) {
    return bound.version.prerelease();
  };
  if (version.prerelease() && std::none_of(bounds_.begin(), bounds_.end(), names_prerelease)) {
    return false;
  }
  return std::all_of(bounds_.begin(), bounds_.end(),
                     [&](const VersionBound& bound) { return holds(bound, version); });
}

}  // namespace ck::model
