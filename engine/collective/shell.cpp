#include "collective/shell.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What means nothing to a shell inside a word ("~" expands at its begin, as it should).
bool is_plain(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("@%+=:,./-~").find(c) != std::string_view::npos;
}

std::size_t name_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  const auto end =
      std::ranges::find_if_not(text, [](char c) { return is_letter(c) || is_digit(c); });
  return static_cast<std::size_t>(end - text.begin());
}

/// Length of the "$NAME" or "${NAME}" that the text begins with, or 0.
std::size_t reference_length(std::string_view text) {
  if (!text.starts_with('$')) return 0;
  if (!text.starts_with("${")) {
    const std::size_t name = name_length(text.substr(1));
    return name == 0 ? 0 : name + 1;
  }
  const std::size_t name = name_length(text.substr(2));
  return name > 0 && text.substr(2 + name).starts_with('}') ? name + 3 : 0;
}

struct Escaped {
  std::string text;  ///< for inside double quotes
  bool plain = true;
};

Escaped escape(std::string_view text) {
  Escaped escaped;
  while (!text.empty()) {
    const std::size_t reference = reference_length(text);
    const std::size_t length = std::max<std::size_t>(reference, 1);
    if (reference == 0 && !is_plain(text.front())) {
      escaped.plain = false;
      if (std::string_view("\"\\`$").find(text.front()) != std::string_view::npos) {
        escaped.text += '\\';
      }
    }
    escaped.text += text.substr(0, length);
    text.remove_prefix(length);
  }
  return escaped;
}

enum class Quotes { none, single_quotes, double_quotes };

/// In which quotes the text after `before` stands.
Quotes quotes_after(std::string_view before) {
  Quotes quotes = Quotes::none;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char c = before[i];
    if (quotes == Quotes::single_quotes) {
      if (c == '\'') quotes = Quotes::none;
    } else if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quotes = quotes == Quotes::none ? Quotes::double_quotes : Quotes::none;
    } else if (c == '\'' && quotes == Quotes::none) {
      quotes = Quotes::single_quotes;
    }
  }
  return quotes;
}

std::string inside_double_quotes(std::string_view word) {
  std::string text;
  for (const char c : word) {
    if (std::string_view("\"\\`$").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

/// shell_quoted, but plain words stay as they are for people to read.
std::string bare_or_quoted(std::string_view word) {
  const bool bare = !word.empty() && !word.starts_with('~') && std::ranges::all_of(word, is_plain);
  return bare ? std::string(word) : shell_quoted(word);
}

}  // namespace

bool is_variable_name(std::string_view name) {
  return !name.empty() && name_length(name) == name.size();
}

std::string shell_word(std::string_view text) {
  if (text.empty()) return "\"\"";
  Escaped escaped = escape(text);
  return escaped.plain ? std::move(escaped.text) : '"' + escaped.text + '"';
}

std::string shell_path(std::string_view path) {
  return path.find('$') == std::string_view::npos ? shell_word(path) : shell_text_as_value(path);
}

std::string shell_text_as_value(std::string_view text) { return '"' + escape(text).text + '"'; }

std::string export_line(std::string_view name, std::string_view value) {
  if (!is_variable_name(name)) {
    return fmt::format("# left out, as it cannot name a variable: {}\n", printable(name));
  }
  return fmt::format("export {}={}\n", name, value.empty() ? std::string() : shell_word(value));
}

std::string prepend_line(std::string_view list, std::string_view variable) {
  return fmt::format("export {0}=${{{1}:+${1}${{{0}:+:}}}}${0}\n", list, variable);
}

std::string quoted_after(std::string_view before, std::string_view word) {
  switch (quotes_after(before)) {
    case Quotes::single_quotes:
      return replace_all(word, "'", "'\\''");
    case Quotes::double_quotes:
      return inside_double_quotes(word);
    case Quotes::none:
      break;
  }
  return word.empty() ? std::string() : bare_or_quoted(word);
}

std::string split_after(std::string_view before, std::string_view value) {
  if (quotes_after(before) != Quotes::none) return quoted_after(before, value);
  std::vector<std::string> words;
  std::string blanks(value);
  std::ranges::replace_if(
      blanks, [](char c) { return c == '\t' || c == '\n'; }, ' ');
  for (const std::string& word : split(blanks, ' ')) {
    if (!word.empty()) words.push_back(bare_or_quoted(word));
  }
  return join(words, " ");
}

}  // namespace ck::collective
