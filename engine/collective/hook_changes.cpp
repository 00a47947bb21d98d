#include "collective/hook_changes.hpp"

#include <nlohmann/json.hpp>

#include "collective/meta.hpp"

namespace ck::collective {

void take_changes(const Json& given, const Json& left, Json& target) {
  for (const auto& [name, value] : left.items()) {
    if (!given.contains(name) || given[name] != value) target[name] = value;
  }
}

void take_changes_within(const Json& given, const Json& left, Json& target) {
  for (const auto& [key, dependency] : left.items()) {
    if (!dependency.is_object() || (given.contains(key) && given[key] == dependency)) continue;
    Json& changed = target[key];
    if (!changed.is_object()) changed = Json::object();
    take_changes(object_at(given, key), dependency, changed);
  }
}

}  // namespace ck::collective
