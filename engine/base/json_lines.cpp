#include "base/json_lines.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck {
namespace {

constexpr std::size_t kMostDepth = 200;

/// Walks the text of a document once.
class Walk {
 public:
  using Places = std::map<std::string, JsonLines::Place, std::less<>>;

  Walk(std::string_view text, Places& places) : text_(text), places_(places) {}

  void value(const std::string& pointer) {
    skip();
    const auto [place, first] = places_.try_emplace(pointer);
    if (first) place->second.line = line_;
    // Of a key that stands there twice, the last counts.
    place->second.value.begin = at_;
    content(pointer);
    place->second.value.end = at_;
  }

 private:
  void content(const std::string& pointer) {
    if (at_end() || depth_ > kMostDepth) return;
    const char first = text_[at_];
    if (first == '{' || first == '[') {
      ++depth_;
      children(pointer, first == '{');
      --depth_;
    } else if (first == '"') {
      string();
    } else {
      while (!at_end() && std::string_view(",]}/ \t\r\n").find(text_[at_]) == text_.npos) ++at_;
    }
  }

  bool at_end() const { return at_ >= text_.size(); }

  void children(const std::string& pointer, bool object) {
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skip();
      if (at_end()) return;
      if (text_[at_] == '}' || text_[at_] == ']') {
        ++at_;
        return;
      }
      const JsonLines::Span key_start{at_, at_};
      std::string child = pointer + "/" + (object ? escaped(string()) : std::to_string(index));
      const auto [place, first] = places_.try_emplace(child);
      if (first) place->second.line = line_;
      if (object) place->second.key = JsonLines::Span{key_start.begin, at_};
      if (object) skip(":");
      const std::size_t before = at_;
      value(child);
      skip(",");
      if (at_ == before) return;  // no JSON
    }
  }

  /// Blanks, comments and the given separator.
  void skip(std::string_view separator = {}) {
    while (!at_end()) {
      const char c = text_[at_];
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        at_ += std::min(rest.find('\n'), rest.size());
      } else if (rest.starts_with("/*")) {
        const auto end = std::min(rest.find("*/", 2), rest.size() - 2) + 2;
        for (std::size_t i = 0; i < end; ++i) line_ += rest[i] == '\n' ? 1u : 0u;
        at_ += end;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
                 separator.find(c) != separator.npos) {
        line_ += c == '\n' ? 1u : 0u;
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string string() {
    const std::size_t start = at_++;
    while (!at_end() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2u : 1u;
    at_ = std::min(at_ + 1, text_.size());
    const std::string_view quoted = text_.substr(start, at_ - start);
    const Json parsed = Json::parse(quoted, nullptr, false);
    return parsed.is_string() ? parsed.get<std::string>() : std::string(quoted);
  }

  static std::string escaped(const std::string& name) {
    std::string result;
    for (const char c : name) result += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return result;
  }

  std::string_view text_;
  Places& places_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t depth_ = 0;
};

}  // namespace

JsonLines::JsonLines(std::string_view text) { Walk(text, places_).value(""); }

std::size_t JsonLines::of(std::string_view pointer) const {
  while (true) {
    if (const auto found = place(pointer)) return found->line;
    if (pointer.empty()) return 1;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
}

std::optional<JsonLines::Place> JsonLines::place(std::string_view pointer) const {
  const auto found = places_.find(pointer);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace ck
