#include <bitset>
#include <vector>

#include "base/strings.hpp"

namespace ck {
namespace {

/// One element of a pattern: `*`, or the bytes that may stand here.
struct Element {
  bool many = false;
  std::bitset<256> accepts;

  bool accept(char c) const { return accepts[static_cast<unsigned char>(c)]; }
};

/// The bytes of a set whose text between the brackets is `body`: "abc", "a-z", "!a-z".
std::bitset<256> read_set(std::string_view body) {
  const bool negated = body.front() == '!';
  if (negated) body.remove_prefix(1);
  std::bitset<256> set;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto first = static_cast<unsigned char>(body[i]);
    auto last = first;
    if (i + 2 < body.size() && body[i + 1] == '-') {
      last = static_cast<unsigned char>(body[i + 2]);
      i += 2;
    }
    for (unsigned c = first; c <= last; ++c) set.set(c);
  }
  return negated ? ~set : set;
}

/// Where the set that opens at `open` closes; npos when it never does, which makes `[` an ordinary
/// character. A `]` right after `[` or `[!` belongs to the set.
std::size_t end_of_set(std::string_view pattern, std::size_t open) {
  const bool negated = open + 1 < pattern.size() && pattern[open + 1] == '!';
  return pattern.find(']', open + (negated ? 3 : 2));
}

std::vector<Element> compile(std::string_view pattern) {
  std::vector<Element> elements;
  elements.reserve(pattern.size());
  bool sets_left = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    Element element;
    const std::size_t close =
        pattern[i] == '[' && sets_left ? end_of_set(pattern, i) : std::string_view::npos;
    if (close != std::string_view::npos) {
      element.accepts = read_set(pattern.substr(i + 1, close - i - 1));
      i = close;
    } else if (pattern[i] == '*') {
      element.many = true;
    } else if (pattern[i] == '?') {
      element.accepts.set();
    } else {
      // No `]` follows; searching for it again at every `[` of "[[[[[…" would be quadratic.
      if (pattern[i] == '[') sets_left = false;
      element.accepts.set(static_cast<unsigned char>(pattern[i]));
    }
    elements.push_back(element);
  }
  return elements;
}

}  // namespace

bool wildcard_match(std::string_view pattern, std::string_view text) {
  const std::vector<Element> elements = compile(pattern);
  // Greedy with one way back: when a later part fails, only the last `*` needs to take one more
  // byte, because whatever an earlier `*` could take in addition the last one can take as well.
  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::size_t at = 0;
  std::size_t after_star = kNone;
  std::size_t star_end = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (at < elements.size() && elements[at].many) {
      after_star = ++at;
      star_end = i;
    } else if (at < elements.size() && elements[at].accept(text[i])) {
      ++at;
      ++i;
    } else if (after_star != kNone) {
      at = after_star;
      i = ++star_end;
    } else {
      return false;
    }
  }
  while (at < elements.size() && elements[at].many) ++at;
  return at == elements.size();
}

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

}  // namespace ck
