#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"

namespace ck {
namespace {

constexpr std::size_t kMostKept = 1000;
constexpr std::size_t kMostListed = 20;
constexpr std::size_t kLongestShown = 200;
constexpr std::size_t kLongestValue = 40;

/// A value as a problem shows it: scalars themselves, containers by their kind.
std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return "'" + printable(shortened(text, kLongestValue)) + "'";
  }
  return to_text(value);
}

std::string but_must_be(const Json& value, std::string_view wanted) {
  return "is " + shown(value) + ", but must be " + std::string(wanted);
}

bool is_object(const Json& value) { return value.is_object(); }
bool is_array(const Json& value) { return value.is_array(); }
bool is_string(const Json& value) { return value.is_string(); }
bool is_boolean(const Json& value) { return value.is_boolean(); }

bool is_finite_number(const Json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

/// Whole numbers only, and only those an int64 can hold: 3.0 and 2^63 are none.
bool is_int64(const Json& value) {
  return value.is_number_unsigned()
             ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
             : value.is_number_integer();
}

std::string range_text(std::int64_t min, std::int64_t max) {
  if (min == INT64_MIN && max == INT64_MAX) return "a whole number of 64 bits";
  if (max == INT64_MAX) return "a whole number of at least " + std::to_string(min);
  if (min == INT64_MIN) return "a whole number of at most " + std::to_string(max);
  return "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

std::string child_path(const std::string& path, std::string_view name) {
  std::string child = path + "/";
  for (const char c : name) {
    if (c == '~') {
      child += "~0";
    } else if (c == '/') {
      child += "~1";
    } else {
      child += c;
    }
  }
  return child;
}

std::string child_path(const std::string& path, std::size_t index) {
  return path + "/" + std::to_string(index);
}

std::string sentence_of(const JsonProblem& problem) {
  const std::string subject = problem.path.empty() ? "the document" : problem.path;
  return printable(shortened(subject, kLongestShown)) + " " + printable(problem.message);
}

}  // namespace

Json without_common(const Json& list, const Json& other) {
  if (!list.is_array() || !other.is_array()) return list;
  Json own = Json::array();
  for (const auto& item : list) {
    if (std::ranges::find(other, item) == other.end()) own.push_back(item);
  }
  return own;
}

void JsonProblems::add(std::string path, std::string message, std::string hint) {
  ++count_;
  if (problems_.size() >= kMostKept) return;
  problems_.push_back({std::move(path), std::move(message), std::move(hint)});
}

Error JsonProblems::to_error() const {
  if (count_ == 1) {
    const JsonProblem& problem = problems_.front();
    Error error(ErrorCode::invalid, printable(source_) + ": " + sentence_of(problem));
    if (!problem.hint.empty()) error.hint(printable(problem.hint));
    return error;
  }
  std::string message = printable(source_) + " has " + std::to_string(count_) + " problems:";
  const std::size_t listed = std::min(problems_.size(), kMostListed);
  for (std::size_t i = 0; i < listed; ++i) {
    message += "\n  " + sentence_of(problems_[i]);
    if (!problems_[i].hint.empty()) message += " (" + printable(problems_[i].hint) + ")";
  }
  if (count_ > listed) message += "\n  and " + std::to_string(count_ - listed) + " more";
  return Error(ErrorCode::invalid, std::move(message));
}

ObjectReader::ObjectReader(const Json& value, std::string path, JsonProblems& problems)
    : value_(value.is_object() ? &value : nullptr), path_(std::move(path)), problems_(problems) {
  if (value_ == nullptr) problems_.add(path_, but_must_be(value, "an object"));
}

const Json* ObjectReader::member(std::string_view key) const {
  if (value_ == nullptr) return nullptr;
  const auto it = value_->find(key);
  return it == value_->end() ? nullptr : &*it;
}

bool ObjectReader::has(std::string_view key) { return optional(key) != nullptr; }

const Json* ObjectReader::optional(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return member(key);
}

const Json* ObjectReader::required(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr && value_ != nullptr) problem(key, "is missing");
  return value;
}

/// The member when it is there and `right`; reports it when it is there and wrong.
const Json* ObjectReader::expect(std::string_view key, bool (*right)(const Json&),
                                 std::string_view wanted) {
  const Json* value = optional(key);
  if (value == nullptr || right(*value)) return value;
  problem(key, but_must_be(*value, wanted));
  return nullptr;
}

std::string ObjectReader::string(std::string_view key) {
  if (required(key) == nullptr) return {};
  const Json* value = expect(key, is_string, "a string");
  if (value == nullptr) return {};
  if (value->get_ref<const std::string&>().empty()) problem(key, "must not be empty");
  return value->get<std::string>();
}

std::optional<std::string> ObjectReader::optional_string(std::string_view key) {
  const Json* value = expect(key, is_string, "a string");
  if (value == nullptr) return std::nullopt;
  return value->get<std::string>();
}

std::optional<bool> ObjectReader::optional_bool(std::string_view key) {
  const Json* value = expect(key, is_boolean, "true or false");
  if (value == nullptr) return std::nullopt;
  return value->get<bool>();
}

std::optional<double> ObjectReader::optional_number(std::string_view key) {
  const Json* value = expect(key, is_finite_number, "a number");
  if (value == nullptr) return std::nullopt;
  return value->get<double>();
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view key, std::int64_t min,
                                                           std::int64_t max) {
  const Json* value = expect(key, is_int64, range_text(min, max));
  if (value == nullptr) return std::nullopt;
  const auto number = value->get<std::int64_t>();
  if (number >= min && number <= max) return number;
  problem(key, but_must_be(*value, range_text(min, max)));
  return std::nullopt;
}

std::vector<std::string> ObjectReader::strings(std::string_view key) {
  std::vector<std::string> texts;
  each(key, [&](const Json& element, const std::string& path) {
    if (element.is_string()) {
      texts.push_back(element.get<std::string>());
    } else {
      problems_.add(path, but_must_be(element, "a string"));
    }
  });
  return texts;
}

std::vector<std::pair<std::string, std::string>> ObjectReader::string_map(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  each_member(key, [&](const std::string& name, const Json& value, const std::string& path) {
    if (value.is_string()) {
      pairs.emplace_back(name, value.get<std::string>());
    } else {
      problems_.add(path, but_must_be(value, "a string"));
    }
  });
  return pairs;
}

std::string ObjectReader::choice(std::string_view key, std::span<const std::string> choices,
                                 std::optional<std::string> fallback) {
  const bool needed = !fallback.has_value();
  std::string otherwise = fallback ? *fallback : choices.empty() ? std::string() : choices.front();
  const Json* value = needed ? required(key) : optional(key);
  if (value == nullptr) return otherwise;
  std::vector<std::string> near;
  if (const auto* text = value->get_ptr<const std::string*>(); text != nullptr) {
    if (std::find(choices.begin(), choices.end(), *text) != choices.end()) return *text;
    near = near_misses(*text, choices);
  }
  problem(key, but_must_be(*value, "one of '" + join(choices, "', '") + "'"),
          did_you_mean(near).value_or(""));
  return otherwise;
}

void ObjectReader::each(std::string_view key,
                        const std::function<void(const Json&, const std::string&)>& read) {
  const Json* value = expect(key, is_array, "an array");
  if (value == nullptr) return;
  const std::string path = path_of(key);
  for (std::size_t i = 0; i < value->size(); ++i) read((*value)[i], child_path(path, i));
}

void ObjectReader::each_member(
    std::string_view key,
    const std::function<void(const std::string&, const Json&, const std::string&)>& read) {
  const Json* value = expect(key, is_object, "an object");
  if (value == nullptr) return;
  const std::string path = path_of(key);
  for (const auto& [name, member_value] : value->get_ref<const Json::object_t&>()) {
    read(name, member_value, child_path(path, name));
  }
}

void ObjectReader::problem(std::string_view key, std::string message, std::string hint) {
  problems_.add(path_of(key), std::move(message), std::move(hint));
}

std::string ObjectReader::path_of(std::string_view key) const { return child_path(path_, key); }

void ObjectReader::finish() {
  if (value_ == nullptr) return;
  for (const auto& [name, value] : value_->get_ref<const Json::object_t&>()) {
    if (std::string_view(name).substr(0, 2) == "x-") continue;
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    problem(name, "is not a known key",
            did_you_mean(near_misses(name, known_)).value_or("known here: " + join(known_, ", ")));
  }
}

}  // namespace ck
