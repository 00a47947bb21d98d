#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/json.hpp"
#include "base/strings.hpp"

namespace ck {
namespace {

/// Objects with fewer members are searched one by one, which is faster than hashing their keys.
constexpr std::size_t kSmallObject = 16;

constexpr std::size_t kLongestShown = 200;

/// Walks over the text and tells the parser's callbacks, through `*cursor`, how far it has come:
/// the parser itself gives a position for syntax errors only.
struct TrackingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char** cursor = nullptr;

  reference operator*() const { return *at; }
  TrackingIterator& operator++() {
    *cursor = ++at;
    return *this;
  }
  bool operator==(const TrackingIterator& other) const { return at == other.at; }
  bool operator!=(const TrackingIterator& other) const { return at != other.at; }
};

/// "line 3, column 7" of the character at `offset`.
std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; };
  const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                    before.end(), is_start);
  return "line " + std::to_string(line) + ", column " + std::to_string(column + 1);
}

/// What the parser says about the error, without its prefixes and with a long token cut.
std::string reason_of(std::string_view what) {
  if (const auto end = what.find("] "); end != std::string_view::npos) what.remove_prefix(end + 2);
  if (what.substr(0, 11) == "parse error") {
    if (const auto end = what.find(": "); end != std::string_view::npos)
      what.remove_prefix(end + 2);
  }
  return printable(shortened(what, kLongestShown));
}

/// Advice for the mistakes people make most.
std::string advice_for(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return {};
  if (text[offset] == '\'') return "strings and keys stand in double quotes";
  const std::string_view before = trim(text.substr(0, offset));
  const bool closes = text[offset] == '}' || text[offset] == ']';
  if (closes && !before.empty() && before.back() == ',') return "remove the comma before it";
  return {};
}

/// Builds the document from the parser's events. Appends without a search, as ordered_json's own
/// builder would do one for each member and so need quadratic time for a large object.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, std::string_view source, const JsonLimits& limits,
          const char* const* cursor)
      : text_(text), source_(source), limits_(limits), cursor_(cursor) {}

  bool null() override { return place(Json()); }
  bool boolean(bool value) override { return place(Json(value)); }
  bool number_integer(number_integer_t value) override { return place(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return place(Json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return place(Json(value)); }
  bool string(string_t& value) override { return place(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary data is no JSON"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    auto& object = level.value->get_ref<Json::object_t&>();
    if (Json* earlier = find(level, object, name); earlier != nullptr) {
      if (!limits_.duplicate_keys) {
        return refuse("the key '" + printable(shortened(name, kLongestShown)) +
                      "' stands twice in one object");
      }
      slot_ = earlier;
      return true;
    }
    if (!level.index.empty()) level.index.emplace(name, object.size());
    object.emplace_back(std::move(name), nullptr);
    slot_ = &object.back().second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& what) override {
    // `position` counts the characters read, the offending one included.
    const std::size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    return refuse_at(offset, reason_of(what.what()), advice_for(text_, offset));
  }

  Json& document() { return document_; }
  Error& error() { return error_; }

 private:
  struct Level {
    Json* value;
    std::unordered_map<std::string, std::size_t> index;  ///< of a large object's members
  };

  static Json* find(Level& level, Json::object_t& object, const std::string& name) {
    if (object.size() < kSmallObject) {
      const auto same = [&](const auto& member) { return member.first == name; };
      const auto it = std::find_if(object.begin(), object.end(), same);
      return it == object.end() ? nullptr : &it->second;
    }
    if (level.index.empty()) {
      for (const auto& [earlier, value] : object) level.index.emplace(earlier, level.index.size());
    }
    const auto it = level.index.find(name);
    return it == level.index.end() ? nullptr : &object.data()[it->second].second;
  }

  /// Where the next value goes. Only the innermost open container grows, so the pointers to those
  /// around it stay valid.
  Json* put(Json&& value) {
    if (levels_.empty()) {
      document_ = std::move(value);
      return &document_;
    }
    if (levels_.back().value->is_object()) {
      *slot_ = std::move(value);
      return slot_;
    }
    auto& array = levels_.back().value->get_ref<Json::array_t&>();
    array.push_back(std::move(value));
    return &array.back();
  }

  bool place(Json&& value) {
    put(std::move(value));
    return true;
  }

  bool open(Json&& container) {
    if (levels_.size() >= limits_.max_depth) {
      return refuse("nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    levels_.push_back({put(std::move(container)), {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  /// Refuses what ends at the character read last.
  bool refuse(std::string reason) {
    return refuse_at(static_cast<std::size_t>(*cursor_ - text_.data()) - 1, std::move(reason), {});
  }

  bool refuse_at(std::size_t offset, std::string reason, std::string advice) {
    error_ = Error(ErrorCode::invalid,
                   printable(source_) + ", " + place_of(text_, offset) + ": " + std::move(reason));
    if (!advice.empty()) error_.hint(std::move(advice));
    return false;
  }

  std::string_view text_;
  std::string_view source_;
  const JsonLimits& limits_;
  const char* const* cursor_;
  Json document_;
  std::vector<Level> levels_;
  Json* slot_ = nullptr;  ///< the member whose key was read last
  Error error_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view source, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorCode::invalid, printable(source) + " has " + std::to_string(text.size()) +
                                        " bytes, but at most " + std::to_string(limits.max_bytes) +
                                        " are read");
  }
  if (trim(text).empty()) return fail(ErrorCode::invalid, printable(source) + " is empty");

  const char* cursor = text.data();
  Builder builder(text, source, limits, &cursor);
  const bool parsed = Json::sax_parse(TrackingIterator{text.data(), &cursor},
                                      TrackingIterator{text.data() + text.size(), &cursor},
                                      &builder, Json::input_format_t::json, true, limits.comments);
  if (!parsed) return fail(std::move(builder.error()));
  return std::move(builder.document());
}

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_pretty_text(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ck
