#pragma once
/// Regular expressions that descriptors hold: they come from repositories and are matched against
/// whatever a program prints, so neither may make matching slow or crash it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::model {

/// An ECMAScript regular expression with exactly one group that captures. Copies share the compiled
/// form; matching is safe from several threads.
class Pattern {
 public:
  /// `invalid`, saying why, for a pattern that does not compile, is longer than 200 characters, has
  /// no or several capturing groups, a back reference or assertion, or a repetition of something
  /// that itself repeats or has alternatives: "(a+)+", "(a|b)*".
  static Result<Pattern> parse(std::string_view text);

  /// What the group of the leftmost match holds, or nothing if there is no match. Time grows with
  /// the size of `line` times the size of the pattern, stack with the pattern alone; of lines
  /// longer than 64 KiB only the beginning is searched.
  std::optional<std::string> find(std::string_view line) const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace ck::model
