#include "collective/meta.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string scalar_text(const Json& value) {
  if (value.is_string()) return std::string(trim(value.get_ref<const std::string&>()));
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number()) return to_text(value);
  return {};
}

}  // namespace

std::string text_at(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  return value == nullptr ? std::string() : scalar_text(*value);
}

std::string raw_text_at(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found != object.end() && found->is_string()) return found->get<std::string>();
  return text_at(object, key);
}

bool yes_at(const Json& object, std::string_view key) {
  return to_lower(text_at(object, key)) == "yes";
}

const Json& object_at(const Json& object, std::string_view key) {
  static const Json empty = Json::object();
  const Json* value = member(object, key);
  return value != nullptr && value->is_object() ? *value : empty;
}

const Json& array_at(const Json& object, std::string_view key) {
  static const Json empty = Json::array();
  const Json* value = member(object, key);
  return value != nullptr && value->is_array() ? *value : empty;
}

std::vector<std::string> texts_at(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  if (value == nullptr) return {};
  if (!value->is_array()) return comma_list(scalar_text(*value));
  std::vector<std::string> texts;
  for (const Json& element : *value) {
    if (auto text = scalar_text(element); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

double number_at(const Json& object, std::string_view key, double otherwise) {
  return parse_number(text_at(object, key)).value_or(otherwise);
}

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string& part : split(text, ',')) {
    if (const auto trimmed = trim(part); !trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

void merge(Json& target, const Json& source) {
  if (!target.is_object() || !source.is_object()) {
    target = source;
    return;
  }
  for (const auto& [key, value] : source.items()) {
    const auto known = target.find(key);
    if (known == target.end()) {
      target[key] = value;
    } else {
      merge(*known, value);
    }
  }
}

}  // namespace ck::collective
