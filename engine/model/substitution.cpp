#include "model/substitution.hpp"

#include "base/strings.hpp"

namespace ck::model {
namespace {

constexpr std::size_t kLongestShown = 60;

/// A piece of a text: what stands before the next `${name}` (with "$$" undone), and that name.
struct Piece {
  std::string literal;
  std::optional<std::string_view> name;
  bool unclosed = false;
};

/// Takes the next piece off the front of `rest`.
Piece next_piece(std::string_view& rest) {
  Piece piece;
  while (!rest.empty()) {
    const std::size_t dollar = std::min(rest.find('$'), rest.size());
    piece.literal += rest.substr(0, dollar);
    rest.remove_prefix(dollar);
    if (rest.starts_with("${")) {
      const std::size_t close = rest.find('}');
      piece.unclosed = close == std::string_view::npos;
      if (!piece.unclosed) piece.name = rest.substr(2, close - 2);
      rest.remove_prefix(piece.unclosed ? rest.size() : close + 1);
      return piece;
    }
    if (rest.empty()) break;
    piece.literal += '$';
    rest.remove_prefix(rest.starts_with("$$") ? 2 : 1);
  }
  return piece;
}

std::string shown(std::string_view text) { return printable(shortened(text, kLongestShown)); }

}  // namespace

Result<std::string> substitute(std::string_view text, const Lookup& lookup,
                               const std::vector<std::string>& known) {
  std::string result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Piece piece = next_piece(rest);
    result += piece.literal;
    if (piece.unclosed) {
      return fail(Error(ErrorCode::invalid, "'" + shown(text) + "' has a '${' without a '}'")
                      .hint("write '$$' for a plain '$'"));
    }
    if (!piece.name) continue;
    const std::optional<std::string> value = lookup(*piece.name);
    if (!value) {
      Error error(ErrorCode::invalid,
                  "nothing is called '" + shown(*piece.name) + "' in '" + shown(text) + "'");
      if (const auto advice = did_you_mean(near_misses(*piece.name, known))) error.hint(*advice);
      return fail(std::move(error));
    }
    result += *value;
  }
  return result;
}

std::vector<std::string> substitution_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    if (piece.name) names.emplace_back(*piece.name);
  }
  return names;
}

}  // namespace ck::model
