/// An experiment point as one document.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "collective/experiment_entry.hpp"

namespace ck::collective {
namespace {

/// What a subpoint repeats of its point, large and nearly always the same.
constexpr std::array<const char*, 3> kShared = {"choices", "choices_order", "features"};

Json subpoint_to_json(const Subpoint& subpoint, const Json& features) {
  Json shared = Json::array();
  Json own = Json::object();
  for (const auto& [key, value] : subpoint.document.items()) {
    const bool may_share = std::ranges::find(kShared, key) != kShared.end();
    if (may_share && features.is_object() && features.contains(key) && features[key] == value) {
      shared.push_back(key);
    } else {
      own[key] = value;
    }
  }
  return {{"name", subpoint.name}, {"as_point", std::move(shared)}, {"own", std::move(own)}};
}

Subpoint subpoint_from_json(const Json& value, const Json& features, JsonProblems& problems,
                            const std::string& path) {
  ObjectReader reader(value, path, problems);
  Subpoint subpoint{reader.string("name"), Json::object()};
  Json members = Json::object();
  if (const Json* own = reader.required("own"); own != nullptr && own->is_object()) members = *own;
  for (const auto& key : reader.strings("as_point")) {
    if (features.is_object() && features.contains(key)) {
      members[key] = features[key];
    } else {
      reader.problem("as_point", "names '" + key + "', which the point does not have");
    }
  }
  reader.finish();
  std::vector<std::string> keys;
  for (const auto& [key, member] : members.items()) keys.push_back(key);
  std::ranges::sort(keys);
  for (const auto& key : keys) subpoint.document[key] = std::move(members[key]);
  return subpoint;
}

}  // namespace

Json to_json(const ExperimentPoint& point) {
  Json json = {{"uid", point.uid}};
  json["point"] = point.features;
  Json& subpoints = json["subpoints"] = Json::array();
  for (const auto& subpoint : point.subpoints)
    subpoints.push_back(subpoint_to_json(subpoint, point.features));
  Json& others = json["others"] = Json::object();
  for (const auto& other : point.others) others[other.name] = other.document;
  json["statistics"] = point.statistics;
  return json;
}

Result<ExperimentPoint> experiment_point_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  ExperimentPoint point;
  point.uid = reader.string("uid");
  if (const Json* features = reader.optional("point")) point.features = *features;
  reader.each("subpoints", [&](const Json& subpoint, const std::string& path) {
    point.subpoints.push_back(subpoint_from_json(subpoint, point.features, problems, path));
  });
  reader.each_member("others", [&](const std::string& name, const Json& other, const std::string&) {
    point.others.push_back({name, other});
  });
  if (const Json* statistics = reader.optional("statistics")) point.statistics = *statistics;
  if (!problems.empty()) return fail(problems.to_error());
  return point;
}

}  // namespace ck::collective
