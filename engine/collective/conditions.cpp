#include "collective/conditions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

long long number_in(std::string_view part) { return parse_integer(trim(part)).value_or(0); }

long long number_of(const Json& part) {
  if (part.is_number_integer()) return part.get<long long>();
  return part.is_string() ? number_in(part.get_ref<const std::string&>()) : 0;
}

bool literal_holds(std::string_view literal, const model::Tags& tags) {
  if (literal.starts_with('~')) return !tags.contains(trim(literal.substr(1)));
  return tags.contains(literal);
}

bool conjunction_holds(std::string_view conjunction, const model::Tags& tags) {
  return std::ranges::all_of(split(conjunction, ','), [&](const std::string& literal) {
    return literal_holds(trim(literal), tags);
  });
}

bool value_is_among(const Json& value, const Json& wanted) {
  if (!wanted.is_array()) return wanted == value;
  return std::ranges::find(wanted, value) != wanted.end();
}

/// All of {"VAR": ["a", "b"], …}; something else than an object never holds.
bool all_values_match(const Json& alternative, const Json& environment) {
  if (!alternative.is_object()) return false;
  static const Json unset = "";
  for (const auto& [name, wanted] : alternative.items()) {
    const auto it = environment.find(name);
    if (!value_is_among(it == environment.end() ? unset : *it, wanted)) return false;
  }
  return true;
}

}  // namespace

VersionParts version_parts(std::string_view text) {
  VersionParts parts;
  if (text.empty()) return parts;
  std::string dotted(text);
  std::ranges::replace_if(
      dotted, [](char c) { return c == '-' || c == '_'; }, '.');
  for (const std::string& part : split(dotted, '.')) parts.push_back(number_in(part));
  return parts;
}

std::strong_ordering compare(const VersionParts& a, const VersionParts& b) {
  const std::size_t length = std::max(a.size(), b.size());
  for (std::size_t i = 0; i < length; ++i) {
    const long long left = i < a.size() ? a[i] : 0;
    const long long right = i < b.size() ? b[i] : 0;
    if (left != right) return left <=> right;
  }
  return std::strong_ordering::equal;
}

std::optional<VersionParts> version_bound(const Json& value) {
  VersionParts parts;
  if (value.is_array()) {
    for (const Json& part : value) parts.push_back(number_of(part));
  } else if (value.is_string()) {
    parts = version_parts(trim(value.get_ref<const std::string&>()));
  } else if (value.is_number()) {
    parts = version_parts(to_text(value));
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

bool or_tags_hold(std::string_view or_tags, const model::Tags& tags) {
  if (trim(or_tags).empty()) return true;
  return std::ranges::any_of(split(or_tags, ';'), [&](const std::string& conjunction) {
    return conjunction_holds(conjunction, tags);
  });
}

bool environment_condition_holds(const Json& condition, const Json& environment) {
  // One alternative is sometimes written without its list.
  if (condition.is_object()) {
    return !condition.empty() && all_values_match(condition, environment);
  }
  if (!condition.is_array()) return false;
  return std::ranges::any_of(condition, [&](const Json& alternative) {
    return all_values_match(alternative, environment);
  });
}

}  // namespace ck::collective
