#include "collective/flat_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

constexpr long long kLargestIndex = 1'000'000;

/// One step of a path: a key of an object, or an index of an array.
struct Step {
  std::string_view key;
  std::optional<std::size_t> index;
};

/// Takes the next step off `path`; nothing at its end, `invalid` where there is none.
Result<std::optional<Step>> take_step(std::string_view& path) {
  if (path.empty()) return std::optional<Step>();
  const bool is_index = path.front() == '@';
  const auto end = std::min(path.find_first_of("#@", 1), path.size());
  const std::string_view name = path.substr(1, end - 1);
  if (!is_index && path.front() != '#') return fail(ErrorCode::invalid, "a step is '#' or '@'");
  path.remove_prefix(end);
  if (!is_index) return std::optional(Step{name, std::nullopt});
  const auto index = parse_integer(name);
  if (!index || *index < 0 || *index > kLargestIndex) {
    return fail(ErrorCode::invalid, "'" + printable(name) + "' is no index of an array");
  }
  return std::optional(Step{name, static_cast<std::size_t>(*index)});
}

/// The steps of a key without its first '#'.
Result<std::string_view> path_of(std::string_view key) {
  if (!key.starts_with('#')) return fail(ErrorCode::invalid, "a flat key begins with '#'");
  return key.substr(1);
}

Error bad_key(Error reason, std::string_view key) {
  return std::move(reason).in("flat key '" + printable(key) + "'");
}

Json& member(Json& value, const Step& step) {
  if (!step.index) {
    if (!value.is_object()) value = Json::object();
    return value[std::string(step.key)];
  }
  if (!value.is_array()) value = Json::array();
  return value[*step.index];
}

const Json* find_member(const Json& value, const Step& step) {
  if (step.index) {
    const bool there = value.is_array() && *step.index < value.size();
    return there ? &value[*step.index] : nullptr;
  }
  if (!value.is_object()) return nullptr;
  const auto it = value.find(step.key);
  return it == value.end() ? nullptr : &*it;
}

bool wanted(std::span<const std::string> patterns, const std::string& key) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return pattern == key || wildcard_match(pattern, key);
         });
}

}  // namespace

void each_leaf(const Json& value, const std::string& prefix,
               const std::function<void(const std::string&, const Json&)>& visit) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) each_leaf(inner, prefix + "#" + key, visit);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      each_leaf(value[i], prefix + "@" + std::to_string(i), visit);
  } else {
    visit(prefix, value);
  }
}

Json flatten(const Json& value, std::span<const std::string> patterns) {
  Json flat = Json::object();
  auto& members = flat.get_ref<Json::object_t&>();
  each_leaf(value, "#", [&](const std::string& key, const Json& leaf) {
    // Without a search: keys of one document differ, but for those that hold '#' or '@'.
    if (wanted(patterns, key)) members.emplace_back(key, leaf);
  });
  return flat;
}

const Json* flat_get(const Json& document, std::string_view key) {
  auto path = path_of(key);
  if (!path) return nullptr;
  const Json* value = &document;
  while (value != nullptr) {
    const auto step = take_step(*path);
    if (!step) return nullptr;
    if (!*step) return value;
    value = find_member(*value, **step);
  }
  return nullptr;
}

Status flat_set(Json& document, std::string_view key, Json value) {
  auto path = path_of(key);
  if (!path) return fail(bad_key(std::move(path.error()), key));
  Json* place = &document;
  while (true) {
    const auto step = take_step(*path);
    if (!step) return fail(bad_key(step.error(), key));
    if (!*step) break;
    place = &member(*place, **step);
  }
  *place = std::move(value);
  return {};
}

}  // namespace ck::collective
