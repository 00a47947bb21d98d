#pragma once
/// Versions and version ranges: a total order, and sets of versions written as people write them.

#include <compare>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace ck::model {

/// A version such as "1.2.3", "2.0-rc1", "12.2.0-14+deb12u1", "2024.05". Numbers are compared as
/// numbers (any length), words as words; a word that marks a pre-release (alpha, a, beta, b, dev,
/// pre, preview, rc) sorts before the version without it; other words after. Missing numbers are
/// zero: 1.2 == 1.2.0. What follows '+' is a build tag and compares last. The empty version is
/// "unknown": before all others, and in no range but the universal one. A "v" before the first
/// number is ignored.
class Version {
 public:
  Version() = default;
  /// `invalid` for texts without a digit, above 128 characters, or with characters other than
  /// letters, digits and ". - _ + ~ :".
  static Result<Version> parse(std::string_view text);

  bool unknown() const { return parts_.empty(); }
  bool prerelease() const;
  const std::string& text() const { return text_; }  ///< as written

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  struct Part {
    bool number = false;
    std::string text;  ///< a number without leading zeros, or a lower-case word
  };
  static std::vector<Part> parts_of(std::string_view text);
  static std::strong_ordering compare(const std::vector<Part>& a, const std::vector<Part>& b);
  std::string text_;
  std::vector<Part> parts_;
  std::vector<Part> build_;
};

/// One bound of a range.
struct VersionBound {
  enum class Op { less, less_equal, equal, not_equal, greater_equal, greater };
  Op op = Op::greater_equal;
  Version version;
};

/// A conjunction of bounds, written ">=1.2, <2"; "1.2" alone means "==1.2", "1.2.*" any version
/// that starts so, "^1.2" >=1.2,<2 (the first number that is not zero stays: "^0.3" is >=0.3,<0.4)
/// and
/// "~1.2" >=1.2,<1.3; "" or "*" everything. Pre-releases are in a range only if one of its bounds
/// names a pre-release.
class VersionRange {
 public:
  VersionRange() = default;  ///< everything, unknown versions too
  /// `invalid`, naming the bound, for anything else or above 512 characters.
  static Result<VersionRange> parse(std::string_view text);

  bool contains(const Version& version) const;
  bool universal() const { return bounds_.empty(); }
  const std::string& text() const { return text_; }
  const std::vector<VersionBound>& bounds() const { return bounds_; }

 private:
  std::string text_;
  std::vector<VersionBound> bounds_;
};

}  // namespace ck::model
