#include "json_schema.hpp"

#include <algorithm>

#include "documents.hpp"

namespace ck::model::test {
namespace {

bool has_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  return type == "null" && value.is_null();
}

bool has_one_type(const Json& value, const Json& types) {
  if (types.is_string()) return has_type(value, types.get<std::string>());
  return std::any_of(types.begin(), types.end(),
                     [&](const Json& type) { return has_type(value, type.get<std::string>()); });
}

/// Counts characters, as the standard asks, not bytes.
std::size_t length_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  }));
}

std::size_t count(const Json& schema, const char* key, std::size_t otherwise) {
  return schema.contains(key) ? schema[key].get<std::size_t>() : otherwise;
}

std::string escaped(std::string name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '~')
      name.replace(i++, 1, "~0");
    else if (name[i] == '/')
      name.replace(i++, 1, "~1");
  }
  return name;
}

}  // namespace

SchemaSet::SchemaSet(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    Json& schema = files_[entry.path().filename().string()];
    schema = Json::parse(content_of(entry.path()));
    compile_patterns(schema);
  }
}

void SchemaSet::compile_patterns(const Json& schema) {
  if (schema.is_object() && schema.contains("pattern") && schema["pattern"].is_string()) {
    const auto pattern = schema["pattern"].get<std::string>();
    patterns_.try_emplace(pattern, pattern);
  }
  if (!schema.is_structured()) return;
  for (const Json& part : schema) compile_patterns(part);
}

const Json& SchemaSet::at(const Place& place) const {
  return files_.at(place.file).at(Json::json_pointer(place.pointer));
}

SchemaSet::Place SchemaSet::target_of(const Place& from, const std::string& reference) const {
  const std::size_t hash = reference.find('#');
  const std::string file = reference.substr(0, hash);
  return {file.empty() ? from.file : file, reference.substr(hash + 1)};
}

SchemaReport SchemaSet::check(const Json& document, const std::string& schema_file) const {
  SchemaReport report;
  check(document, "", {schema_file, ""}, report);
  return report;
}

void SchemaSet::check(const Json& value, const std::string& path, const Place& place,
                      SchemaReport& report) const {
  const Json& schema = at(place);
  if (schema.contains("$ref")) {
    check(value, path, target_of(place, schema["$ref"].get<std::string>()), report);
  }
  if (schema.contains("type") && !has_one_type(value, schema["type"])) {
    report.problems.push_back(path + " does not have the type " + to_text(schema["type"]));
    return;
  }
  check_scalar(value, path, schema, report);
  if (value.is_array()) check_array(value, path, place, report);
  if (value.is_object()) check_object(value, path, place, report);
  check_combined(value, path, place, report);
}

void SchemaSet::check_scalar(const Json& value, const std::string& path, const Json& schema,
                             SchemaReport& report) const {
  const auto expect = [&](bool holds, const char* key) {
    if (!holds) report.problems.push_back(path + " breaks " + key);
  };
  if (schema.contains("const")) expect(value == schema["const"], "const");
  if (schema.contains("enum")) {
    const Json& choices = schema["enum"];
    expect(std::find(choices.begin(), choices.end(), value) != choices.end(), "enum");
  }
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    expect(length_of(text) >= count(schema, "minLength", 0), "minLength");
    expect(length_of(text) <= count(schema, "maxLength", SIZE_MAX), "maxLength");
    if (schema.contains("pattern")) {
      expect(std::regex_search(text, patterns_.at(schema["pattern"].get<std::string>())),
             "pattern");
    }
  }
  if (value.is_number()) {
    const double number = value.get<double>();
    if (schema.contains("minimum")) expect(number >= schema["minimum"].get<double>(), "minimum");
    if (schema.contains("maximum")) expect(number <= schema["maximum"].get<double>(), "maximum");
    if (schema.contains("exclusiveMinimum")) {
      expect(number > schema["exclusiveMinimum"].get<double>(), "exclusiveMinimum");
    }
  }
}

void SchemaSet::check_array(const Json& value, const std::string& path, const Place& place,
                            SchemaReport& report) const {
  const Json& schema = at(place);
  if (value.size() < count(schema, "minItems", 0))
    report.problems.push_back(path + " is too short");
  if (value.size() > count(schema, "maxItems", SIZE_MAX)) {
    report.problems.push_back(path + " is too long");
  }
  if (schema.value("uniqueItems", false) &&
      std::set<Json>(value.begin(), value.end()).size() != value.size()) {
    report.problems.push_back(path + " holds a value twice");
  }
  if (!schema.contains("items")) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    check(value[i], path + "/" + std::to_string(i), {place.file, place.pointer + "/items"}, report);
  }
}

void SchemaSet::check_object(const Json& value, const std::string& path, const Place& place,
                             SchemaReport& report) const {
  const Json& schema = at(place);
  ClosedObject object{path, {}, {}};
  for (const Json& key : schema.value("required", Json::array())) {
    object.required.insert(key.get<std::string>());
    if (!value.contains(key.get<std::string>())) {
      report.problems.push_back(path + " lacks " + key.get<std::string>());
    }
  }
  if (value.size() < count(schema, "minProperties", 0))
    report.problems.push_back(path + " is empty");
  if (value.size() > count(schema, "maxProperties", SIZE_MAX)) {
    report.problems.push_back(path + " has too many members");
  }
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, unused] : properties.items()) object.keys.insert(key);
  const bool has_additional = schema.contains("additionalProperties");
  const bool closed = has_additional && schema["additionalProperties"] == false;
  // Patterns are "^" and how the key begins; those for "x-" allow anything.
  const Json patterns = schema.value("patternProperties", Json::object());
  const auto pattern_of = [&patterns](const std::string& name) -> std::string {
    for (const auto& [pattern, unused] : patterns.items())
      if (pattern != "^x-" && name.starts_with(pattern.substr(1))) return pattern;
    return {};
  };
  for (const auto& [key, member] : value.items()) {
    const std::string member_path = path + "/" + escaped(key);
    if (schema.contains("propertyNames")) {
      check(key, member_path, {place.file, place.pointer + "/propertyNames"}, report);
    }
    if (properties.contains(key)) {
      const Place property{place.file, place.pointer + "/properties/" + escaped(key)};
      report.used.insert(property.text());
      check(member, member_path, property, report);
    } else if (const auto pattern = pattern_of(key); !pattern.empty()) {
      check(member, member_path,
            {place.file, place.pointer + "/patternProperties/" + escaped(pattern)}, report);
    } else if (closed) {
      if (!key.starts_with("x-")) report.problems.push_back(member_path + " is not known");
    } else if (has_additional) {
      check(member, member_path, {place.file, place.pointer + "/additionalProperties"}, report);
    }
  }
  if (closed) report.objects.push_back(std::move(object));
}

void SchemaSet::check_combined(const Json& value, const std::string& path, const Place& place,
                               SchemaReport& report) const {
  const Json& schema = at(place);
  if (schema.contains("not")) {
    SchemaReport inner;
    check(value, path, {place.file, place.pointer + "/not"}, inner);
    if (inner.problems.empty()) report.problems.push_back(path + " breaks not");
  }
  for (const char* key : {"oneOf", "anyOf", "allOf"}) {
    if (!schema.contains(key)) continue;
    std::size_t valid = 0;
    for (std::size_t i = 0; i < schema[key].size(); ++i) {
      SchemaReport inner;
      check(value, path, {place.file, place.pointer + "/" + key + "/" + std::to_string(i)}, inner);
      if (!inner.problems.empty()) continue;
      ++valid;
      report.used.insert(inner.used.begin(), inner.used.end());
      report.objects.insert(report.objects.end(), inner.objects.begin(), inner.objects.end());
    }
    const std::string name = key;
    const bool holds = name == "oneOf"   ? valid == 1
                       : name == "anyOf" ? valid > 0
                                         : valid == schema[key].size();
    if (!holds) report.problems.push_back(path + " breaks " + name);
  }
}

void SchemaSet::collect(const Place& place, std::set<std::string>& seen,
                        std::set<std::string>& found) const {
  if (!seen.insert(place.text()).second) return;
  const Json& schema = at(place);
  if (!schema.is_object()) return;
  if (schema.contains("$ref")) {
    collect(target_of(place, schema["$ref"].get<std::string>()), seen, found);
  }
  if (schema.contains("properties")) {
    for (const auto& [key, unused] : schema["properties"].items()) {
      const Place property{place.file, place.pointer + "/properties/" + escaped(key)};
      found.insert(property.text());
      collect(property, seen, found);
    }
  }
  for (const char* key : {"items", "additionalProperties"}) {
    if (schema.contains(key)) collect({place.file, place.pointer + "/" + key}, seen, found);
  }
  for (const char* key : {"oneOf", "allOf"}) {
    if (!schema.contains(key)) continue;
    for (std::size_t i = 0; i < schema[key].size(); ++i) {
      collect({place.file, place.pointer + "/" + key + "/" + std::to_string(i)}, seen, found);
    }
  }
}

std::set<std::string> SchemaSet::properties(const std::string& schema_file) const {
  std::set<std::string> seen;
  std::set<std::string> found;
  collect({schema_file, ""}, seen, found);
  return found;
}

std::set<std::string> SchemaSet::property_names() const {
  std::set<std::string> names;
  for (const auto& [file, schema] : files_) {
    for (const std::string& place : properties(file)) {
      names.insert(place.substr(place.rfind('/') + 1));
    }
  }
  return names;
}

}  // namespace ck::model::test
