#include "store/environment_record.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace ck::store {
namespace {

constexpr std::string_view kSchema = "ck.environment/1";

template <typename Pairs>
Json object_of(const Pairs& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

Json exports_to_json(const model::Exports& exports) {
  Json json = Json::object();
  json["values"] = object_of(exports.values);
  json["variables"] = object_of(exports.variables);
  json["prepend"] = object_of(exports.prepend);
  return json;
}

model::Exports exports_from_json(ObjectReader& parent) {
  model::Exports exports;
  const Json* value = parent.required("exports");
  if (value == nullptr) return exports;
  ObjectReader reader(*value, parent.path_of("exports"), parent.problems());
  exports.values = reader.string_map("values");
  exports.variables = reader.string_map("variables");
  exports.prepend = reader.string_map("prepend");
  reader.finish();
  return exports;
}

model::ComponentId component_from_json(ObjectReader& parent) {
  model::ComponentId id;
  const Json* value = parent.required("component");
  if (value == nullptr) return id;
  ObjectReader reader(*value, parent.path_of("component"), parent.problems());
  id.repo = reader.string("repo");
  id.kind = reader.string("kind");
  id.name = reader.string("name");
  id.uid = reader.optional_string("uid").value_or("");
  reader.finish();
  return id;
}

std::map<std::string, std::string> map_of(std::vector<std::pair<std::string, std::string>> pairs) {
  return {std::make_move_iterator(pairs.begin()), std::make_move_iterator(pairs.end())};
}

}  // namespace

Json to_json(const EnvironmentRecord& record) {
  Json json = Json::object();
  json["schema"] = kSchema;
  json["id"] = record.id;
  json["origin"] = record.origin == EnvironmentRecord::Origin::built ? "built" : "detected";
  json["component"] = {{"repo", record.component.repo},
                       {"kind", record.component.kind},
                       {"name", record.component.name},
                       {"uid", record.component.uid}};
  json["version"] = record.version;
  json["parameters"] = object_of(record.parameters);
  json["tags"] = std::vector<std::string>(record.tags.begin(), record.tags.end());
  json["path"] = record.path;
  json["file"] = record.file;
  json["file_sha256"] = record.file_sha256;
  json["owner"] = record.owner;
  if (!record.isolation.empty())
    json["isolation"] = parse_json(record.isolation, "isolation").value_or(Json());
  json["dependencies"] = object_of(record.dependencies);
  json["exports"] = exports_to_json(record.exports);
  json["recipe_hash"] = record.recipe_hash;
  json["created_ns"] = record.created_ns;
  json["size_bytes"] = record.size_bytes;
  return json;
}

Result<EnvironmentRecord> environment_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  EnvironmentRecord record;
  const std::string schemas[] = {std::string(kSchema)};
  reader.choice("schema", schemas);
  record.id = reader.string("id");
  const std::string origins[] = {"built", "detected"};
  record.origin = reader.choice("origin", origins) == "detected"
                      ? EnvironmentRecord::Origin::detected
                      : EnvironmentRecord::Origin::built;
  record.component = component_from_json(reader);
  record.version = reader.optional_string("version").value_or("");
  record.parameters = map_of(reader.string_map("parameters"));
  record.tags = model::Tags(reader.strings("tags"));
  record.path = reader.optional_string("path").value_or("");
  record.file = reader.optional_string("file").value_or("");
  record.file_sha256 = reader.optional_string("file_sha256").value_or("");
  record.owner = reader.optional_string("owner").value_or("");
  if (const Json* isolation = reader.optional("isolation")) {
    if (!isolation->is_object()) reader.problem("isolation", "must be an object");
    record.isolation = to_text(*isolation);
  }
  record.dependencies = map_of(reader.string_map("dependencies"));
  record.exports = exports_from_json(reader);
  record.recipe_hash = reader.optional_string("recipe_hash").value_or("");
  record.created_ns = reader.optional_integer("created_ns").value_or(0);
  record.size_bytes =
      static_cast<std::uint64_t>(reader.optional_integer("size_bytes", 0).value_or(0));
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return record;
}

}  // namespace ck::store
