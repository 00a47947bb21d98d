#include "model/pattern.hpp"

#include <regex>
#include <vector>

#include "base/strings.hpp"

namespace ck::model {
namespace {

constexpr std::size_t kLongestPattern = 200;
constexpr std::size_t kLongestLine = 64u << 10;
constexpr long long kMostRepetitions = 100;

/// `__polynomial` makes libstdc++ match breadth first: no recursion over the line, no backtracking.
constexpr auto kFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;

Error bad_pattern(std::string_view text, std::string_view why) {
  return Error(ErrorCode::invalid, "'" + printable(shortened(text, kLongestPattern)) +
                                       "' is no usable pattern: it " + std::string(why));
}

/// The size of the escape at the start of `text`: "\d", or "\cX" for a control character.
std::size_t escape_size(std::string_view text) { return text.starts_with("\\c") ? 3 : 2; }

/// The size of a named class, "[:alpha:]", "[.x.]" or "[=x=]", at the start of `text`; 0 for none.
std::size_t named_class_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '[' ||
      std::string_view(":.=").find(text[1]) == std::string_view::npos)
    return 0;
  const std::size_t end = text.find(std::string{text[1], ']'}, 2);
  return end == std::string_view::npos ? 0 : end + 2;
}

/// Walks over a pattern as libstdc++ reads it and finds what must not be in it.
class Inspection {
 public:
  explicit Inspection(std::string_view text) : rest_(text) {}

  /// What is wrong, or nothing.
  std::string run() {
    while (!rest_.empty() && problem_.empty()) step();
    return problem_;
  }

 private:
  void step() {
    const char c = rest_.front();
    switch (c) {
      case '\\':
        return take_escape();
      case '[':
        return take_class();
      case '(':
        return open();
      case ')':
        return close();
      case '|':
        groups_.back() = true;
        return rest_.remove_prefix(1);
      case '*':
      case '+':
      case '?':
      case '{':
        return take_quantifier(c);
      default:
        return take_atom(1);
    }
  }

  void take_atom(std::size_t size) {
    rest_.remove_prefix(std::min(size, rest_.size()));
    last_is_complex_ = false;
  }

  void take_escape() {
    const char next = rest_.size() > 1 ? rest_[1] : '\0';
    if (next >= '1' && next <= '9') problem_ = "has a back reference";
    take_atom(escape_size(rest_));
  }

  /// "[...]" with escapes and named classes in it.
  void take_class() {
    std::size_t i = 1;
    while (i < rest_.size() && rest_[i] != ']') {
      const std::string_view here = rest_.substr(i);
      const std::size_t named = named_class_size(here);
      i += named != 0 ? named : here.front() == '\\' ? escape_size(here) : 1;
    }
    take_atom(i + 1);
  }

  void open() {
    const bool plain = rest_.starts_with("(?:");
    if (rest_.starts_with("(?") && !plain) problem_ = "has an assertion";
    rest_.remove_prefix(plain ? 3 : 1);
    groups_.push_back(false);
  }

  void close() {
    if (groups_.size() > 1) {
      last_is_complex_ = groups_.back();
      groups_.pop_back();
      groups_.back() = groups_.back() || last_is_complex_;
    }
    rest_.remove_prefix(1);
  }

  void take_quantifier(char c) {
    std::size_t size = 1;
    if (c == '{') size = take_counts();
    if (last_is_complex_ && c != '?') {
      problem_ = "repeats something that itself repeats or has alternatives";
    }
    if (size < rest_.size() && rest_[size] == '?') ++size;
    rest_.remove_prefix(std::min(size, rest_.size()));
    last_is_complex_ = true;
    groups_.back() = true;
  }

  /// The size of "{2}" or "{2,5}"; every repetition costs memory.
  std::size_t take_counts() {
    const std::size_t close = std::min(rest_.find('}'), rest_.size() - 1);
    for (const std::string& count : split(rest_.substr(1, close - 1), ',')) {
      if (count.empty()) continue;
      const auto number = parse_integer(count);
      if (!number || *number > kMostRepetitions) {
        problem_ = "asks for more than " + std::to_string(kMostRepetitions) + " repetitions";
      }
    }
    return close + 1;
  }

  std::string_view rest_;
  std::string problem_;
  bool last_is_complex_ = false;     ///< what a quantifier here would apply to repeats or branches
  std::vector<bool> groups_{false};  ///< of each open group, the same for its content so far
};

}  // namespace

struct Pattern::Compiled {
  std::regex regex;
};

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.size() > kLongestPattern) {
    return fail(
        bad_pattern(text, "has more than " + std::to_string(kLongestPattern) + " characters"));
  }
  if (const std::string problem = Inspection(text).run(); !problem.empty()) {
    return fail(
        bad_pattern(text, problem)
            .hint(
                "write for example 'version ([0-9.]+)' instead of 'version ([0-9]+([.][0-9]+)*)'"));
  }
  try {
    const std::string pattern(text);
    const std::size_t groups = std::regex(pattern, kFlags).mark_count();
    if (groups != 1) {
      return fail(bad_pattern(text, "has " + std::to_string(groups) +
                                        " groups instead of one around what is wanted")
                      .hint("write '(?:...)' for a group that only holds things together"));
    }
    // The search for the first match is part of the pattern: std::regex_search would start again
    // at every character of the line.
    auto compiled = std::make_shared<Compiled>();
    compiled->regex = std::regex("[^]*?(?:" + pattern + ")", kFlags);
    return Pattern(std::move(compiled));
  } catch (const std::regex_error& error) {
    return fail(bad_pattern(text, std::string("does not compile: ") + error.what()));
  }
}

std::optional<std::string> Pattern::find(std::string_view line) const {
  line = line.substr(0, kLongestLine);
  std::match_results<std::string_view::const_iterator> match;
  const bool found = std::regex_search(line.begin(), line.end(), match, compiled_->regex,
                                       std::regex_constants::match_continuous);
  if (!found) return std::nullopt;
  return match[1].str();
}

}  // namespace ck::model
