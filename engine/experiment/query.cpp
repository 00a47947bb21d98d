#include "experiment/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/strings.hpp"
#include "experiment/units.hpp"

namespace ck::experiment {
namespace {

constexpr std::size_t kLongest = 10'000;
constexpr int kDeepest = 50;  ///< of parentheses and negations: the parser calls itself

struct Token {
  enum class Kind { end, word, text, number, sign };
  Kind kind = Kind::end;
  std::string text;
  double number = 0;
  std::size_t place = 0;
  bool quoted = false;  ///< a word that is none of the language's own
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
/// Names of metrics hold more than identifiers do: "run.layers[3].time", "add/f32".
bool is_of_word(char c) {
  constexpr std::string_view kOthers = ".[]:/+-@#%$*?";
  return is_letter(c) || is_digit(c) || kOthers.find(c) != std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> tokens() {
    std::vector<Token> all;
    while (true) {
      CK_TRY(token, next());
      all.push_back(std::move(token));
      if (all.back().kind == Token::Kind::end) return all;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Result<Token> next() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n') ++at_;
    Token token;
    token.place = at_;
    if (at_ >= text_.size()) return token;
    const char c = peek();
    const bool negative = (c == '-' || c == '+') && (is_digit(peek(1)) || peek(1) == '.');
    if (c == '\'' || c == '"' || c == '`') return quoted(c);
    if (is_digit(c) || negative || (c == '.' && is_digit(peek(1)))) return number();
    if (is_letter(c) || c == '*' || c == '?' || c == '[') return word();
    return sign();
  }

  /// A quotation mark within is written twice. Back-quotes are for names with blanks.
  Result<Token> quoted(char mark) {
    Token token{mark == '`' ? Token::Kind::word : Token::Kind::text, {}, 0, at_, true};
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != mark) {
        token.text += text_[at_];
      } else if (peek(1) == mark) {
        token.text += mark;
        ++at_;
      } else {
        ++at_;
        return token;
      }
    }
    return fail(error(token.place, "this quotation never ends"));
  }

  /// "1.5e3ms" is a number with a unit; "12.2.0" and "2026-01-31" are texts.
  Result<Token> number() {
    Token token{Token::Kind::number, {}, 0, at_, false};
    const char* begin = text_.data() + at_ + (peek() == '+' ? 1 : 0);
    const auto read = std::from_chars(begin, text_.data() + text_.size(), token.number);
    if (read.ec != std::errc() || !std::isfinite(token.number))
      return fail(error(at_, "this number is too large"));
    at_ = static_cast<std::size_t>(read.ptr - text_.data());
    while (is_of_word(peek())) token.text += text_[at_++];
    constexpr std::string_view kGoesOn = ".-:";
    if (!token.text.empty() &&
        (kGoesOn.find(token.text[0]) != std::string_view::npos || is_digit(token.text[0]))) {
      token.kind = Token::Kind::text;
      token.text = text_.substr(token.place, at_ - token.place);
    }
    return token;
  }

  Result<Token> word() {
    Token token{Token::Kind::word, {}, 0, at_, false};
    while (is_of_word(peek())) token.text += text_[at_++];
    return token;
  }

  Result<Token> sign() {
    static constexpr std::array<std::string_view, 11> kSigns = {"<=", ">=", "!=", "<>", "==", "<",
                                                                ">",  "=",  "(",  ")",  ","};
    for (const auto known : kSigns) {
      if (!text_.substr(at_).starts_with(known)) continue;
      Token token{Token::Kind::sign, std::string(known), 0, at_, false};
      at_ += known.size();
      return token;
    }
    return fail(error(at_, "this has no meaning here"));
  }

  Error error(std::size_t place, std::string_view what) const;

  std::string_view text_;
  std::size_t at_ = 0;
};

Error condition_error(std::string_view text, std::size_t place, std::string_view what) {
  const auto rest = text.substr(std::min(place, text.size()));
  constexpr std::size_t kShown = 40;
  std::string where =
      rest.empty() ? "at the end" : "at '" + printable(shortened(rest, kShown)) + "'";
  return Error(ErrorCode::usage, "cannot read the condition " + where + ": " + std::string(what))
      .in("condition " + printable(shortened(text, 200)))
      .hint("for instance: \"top1 >= 0.95 and (latency < 1ms or subject like 'program:*')\"");
}

Error Reader::error(std::size_t place, std::string_view what) const {
  return condition_error(text_, place, what);
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  Result<Condition> parse() {
    if (at().kind == Token::Kind::end) return Condition{};
    CK_TRY(condition, any_of(0));
    if (at().kind != Token::Kind::end) return fail(wrong("'and' or 'or' is missing before it"));
    return std::move(condition);
  }

 private:
  const Token& at() const { return tokens_[next_]; }
  bool is_sign(std::string_view sign) const {
    return at().kind == Token::Kind::sign && at().text == sign;
  }
  bool is_word(std::string_view word) const {
    return at().kind == Token::Kind::word && !at().quoted && to_lower(at().text) == word;
  }
  bool take_sign(std::string_view sign) { return is_sign(sign) && ++next_ != 0; }
  bool take_word(std::string_view word) { return is_word(word) && ++next_ != 0; }
  Error wrong(std::string_view what) const { return condition_error(text_, at().place, what); }

  Result<Condition> joined(int depth, Condition::Kind kind) {
    const bool any = kind == Condition::Kind::any;
    Condition condition{kind, {}, {}, Comparator::equal, {}};
    do {
      auto part = any ? joined(depth, Condition::Kind::all) : single(depth);
      if (!part) return fail(std::move(part.error()));
      condition.parts.push_back(std::move(*part));
    } while (take_word(any ? "or" : "and"));
    if (condition.parts.size() > 1) return condition;
    Condition only = std::move(condition.parts.front());
    return only;
  }
  Result<Condition> any_of(int depth) { return joined(depth, Condition::Kind::any); }

  Result<Condition> single(int depth) {
    if (depth > kDeepest) return fail(wrong("it is nested too deeply"));
    if (take_word("not")) {
      CK_TRY(part, single(depth + 1));
      Condition condition{Condition::Kind::negation, {}, {}, Comparator::equal, {}};
      condition.parts.push_back(std::move(part));
      return condition;
    }
    if (!take_sign("(")) return comparison();
    CK_TRY(inner, any_of(depth + 1));
    if (!take_sign(")")) return fail(wrong("')' is missing"));
    return std::move(inner);
  }

  Result<Condition> comparison() {
    if (at().kind != Token::Kind::word || is_word("and") || is_word("or"))
      return fail(wrong("the name of a metric, parameter or fact is expected"));
    Condition condition{Condition::Kind::comparison, {}, at().text, Comparator::equal, {}};
    ++next_;
    const bool negated = take_word("not");
    if (take_word("in")) {
      CK_CHECK(read_list(condition));
    } else if (take_word("like")) {
      condition.comparator = Comparator::like;
      CK_CHECK(read_value(condition));
      if (const auto* text = std::get_if<std::string>(&condition.values.front().value);
          text == nullptr)
        return fail(wrong("'like' needs a text before it"));
    } else {
      const auto comparator = negated ? std::nullopt : take_comparator();
      if (!comparator)
        return fail(
            wrong("one of = != < <= > >= in like is expected after '" + condition.name + "'"));
      condition.comparator = *comparator;
      CK_CHECK(read_value(condition));
    }
    if (!negated) return condition;
    Condition negation{Condition::Kind::negation, {}, {}, Comparator::equal, {}};
    negation.parts.push_back(std::move(condition));
    return negation;
  }

  std::optional<Comparator> take_comparator() {
    struct Sign {
      std::string_view text;
      Comparator comparator;
    };
    static constexpr std::array<Sign, 8> kSigns = {{{"=", Comparator::equal},
                                                    {"==", Comparator::equal},
                                                    {"!=", Comparator::unequal},
                                                    {"<>", Comparator::unequal},
                                                    {"<", Comparator::less},
                                                    {"<=", Comparator::less_or_equal},
                                                    {">", Comparator::greater},
                                                    {">=", Comparator::greater_or_equal}}};
    for (const auto& sign : kSigns) {
      if (take_sign(sign.text)) return sign.comparator;
    }
    return std::nullopt;
  }

  Status read_list(Condition& condition) {
    if (!take_sign("(")) return fail(wrong("'(' is expected after 'in'"));
    do {
      CK_CHECK(read_value(condition));
    } while (take_sign(","));
    if (!take_sign(")")) return fail(wrong("',' or ')' is expected"));
    return {};
  }

  Status read_value(Condition& condition) {
    const Token& token = at();
    if (token.kind == Token::Kind::number) {
      condition.values.push_back({token.number, token.text});
      ++next_;
      // "1 ms": the unit may stand apart.
      const bool apart = token.text.empty() && at().kind == Token::Kind::word;
      if (apart && is_known_unit(at().text)) {
        condition.values.back().unit = at().text;
        ++next_;
      }
      return {};
    }
    const bool word = token.kind == Token::Kind::word && !is_word("and") && !is_word("or");
    if (!word && token.kind != Token::Kind::text)
      return fail(wrong("a number or a text is expected"));
    condition.values.push_back({token.text, {}});
    ++next_;
    return {};
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

void collect_names(const Condition& condition, std::vector<std::string>& names) {
  if (condition.kind == Condition::Kind::comparison &&
      std::ranges::find(names, condition.name) == names.end())
    names.push_back(condition.name);
  for (const auto& part : condition.parts) collect_names(part, names);
}

std::string written(const Value& value) {
  if (const auto* number = std::get_if<double>(&value.value)) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, *number);
    return std::string(digits, end.ptr) +
           (value.unit.empty() ? "" : " `" + replace_all(value.unit, "`", "``") + "`");
  }
  return "'" + replace_all(std::get<std::string>(value.value), "'", "''") + "'";
}

std::string comparison_text(const Condition& condition) {
  std::string text = "`" + replace_all(condition.name, "`", "``") + "` ";
  if (condition.values.size() == 1)
    return text + std::string(name_of(condition.comparator)) + " " +
           written(condition.values.front());
  std::vector<std::string> values;
  for (const auto& value : condition.values) values.push_back(written(value));
  return text + "in (" + join(values, ", ") + ")";
}

}  // namespace

std::string_view name_of(Comparator comparator) {
  switch (comparator) {
    case Comparator::equal:
      return "=";
    case Comparator::unequal:
      return "!=";
    case Comparator::less:
      return "<";
    case Comparator::less_or_equal:
      return "<=";
    case Comparator::greater:
      return ">";
    case Comparator::greater_or_equal:
      return ">=";
    case Comparator::like:
      return "like";
  }
  return "=";
}

Result<Condition> parse_condition(std::string_view text) {
  if (text.size() > kLongest)
    return fail(ErrorCode::usage, "a condition may have " + std::to_string(kLongest) + " bytes");
  CK_TRY(tokens, Reader(text).tokens());
  return Parser(text, std::move(tokens)).parse();
}

std::vector<std::string> names_in(const Condition& condition) {
  std::vector<std::string> names;
  collect_names(condition, names);
  return names;
}

std::string text_of(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::comparison:
      return comparison_text(condition);
    case Condition::Kind::negation:
      return "not (" + text_of(condition.parts.front()) + ")";
    case Condition::Kind::all:
    case Condition::Kind::any:
      break;
  }
  std::vector<std::string> parts;
  for (const auto& part : condition.parts) parts.push_back("(" + text_of(part) + ")");
  return join(parts, condition.kind == Condition::Kind::all ? " and " : " or ");
}

}  // namespace ck::experiment
