#include "model/descriptor.hpp"

#include <algorithm>
#include <span>

#include "base/strings.hpp"

namespace ck::model {
namespace {

/// Choices that a message names.
constexpr std::size_t kMostListed = 20;

/// Line breaks and tabs may be meant; other control characters in a value never are.
bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
}

bool is_value(const Parameter& parameter, const std::string& text) {
  switch (parameter.type) {
    case Parameter::Type::choice:
      return std::find(parameter.choices.begin(), parameter.choices.end(), text) !=
             parameter.choices.end();
    case Parameter::Type::string:
      return !has_control_character(text);
    case Parameter::Type::integer:
      return parse_integer(text).has_value();
    case Parameter::Type::number:
      return parse_number(text).has_value();
    case Parameter::Type::boolean:
      return text == "true" || text == "false";
  }
  return false;
}

std::string list_of(const std::vector<std::string>& choices) {
  const std::size_t listed = std::min(choices.size(), kMostListed);
  const std::string text = "'" + join(std::span(choices).first(listed), "', '") + "'";
  return listed == choices.size() ? text : text + " and others";
}

std::string what_it_takes(const Parameter& parameter) {
  switch (parameter.type) {
    case Parameter::Type::choice:
      return "one of " + list_of(parameter.choices);
    case Parameter::Type::string:
      return "a text without control characters";
    case Parameter::Type::integer:
      return "a whole number of 64 bits";
    case Parameter::Type::number:
      return "a number";
    case Parameter::Type::boolean:
      return "'true' or 'false'";
  }
  return {};
}

}  // namespace

Status Parameter::check(const std::string& value) const {
  if (is_value(*this, value)) return {};
  const std::string found = secret ? "" : "is '" + printable(shortened(value, 60)) + "', but ";
  Error error(ErrorCode::invalid,
              "parameter '" + name + "' " + found + "must be " + what_it_takes(*this));
  if (secret) return fail(std::move(error));
  if (const auto advice = did_you_mean(near_misses(value, choices))) error.hint(*advice);
  return fail(std::move(error));
}

}  // namespace ck::model
