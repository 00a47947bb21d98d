#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

const std::array<std::string, 7> kKinds = {"dataset", "model",  "software", "package",
                                           "program", "script", "profile"};

/// A value to compare with: JSON's own booleans and numbers stand for their text.
std::optional<std::string> compared_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return to_text(value);
  return std::nullopt;
}

void add_accepted(Document& document, const std::string& name, const Json& value,
                  const std::string& path, std::vector<std::string>& accepted) {
  const auto text = compared_text(value);
  if (!text) {
    document.add(path, "must be a value or an array of values");
    return;
  }
  document.compares(path, name, *text);
  accepted.push_back(*text);
}

Condition read_condition(Document& document, ObjectReader& object) {
  Condition condition;
  object.each_member("when",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       std::vector<std::string>& accepted = condition.any_of[name];
                       if (!value.is_array())
                         return add_accepted(document, name, value, path, accepted);
                       if (value.empty()) document.add(path, "must name at least one value");
                       for (std::size_t i = 0; i < value.size(); ++i) {
                         add_accepted(document, name, value[i], child(path, i), accepted);
                       }
                     });
  return condition;
}

VersionRange read_range(Document& document, ObjectReader& object) {
  const auto text = object.optional_string("version");
  if (!text) return {};
  auto range = VersionRange::parse(*text);
  if (range) return std::move(*range);
  document.add(object.path_of("version"), range.error());
  return {};
}

std::string read_name(Document& document, ObjectReader& object) {
  const auto name = object.optional_string("name");
  if (!name) return {};
  const std::string path = object.path_of("name");
  document.uses(Scope::values, path, *name);
  if (name->find("${") == std::string::npos) {
    must_be(document, path, *name, is_valid_name, "the name or UID of a component");
  }
  return *name;
}

Dependency read_dependency(Document& document, const std::string& key, const Json& value,
                           const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Dependency dependency;
  dependency.key = key;
  if (!is_key(key)) {
    document.add(path, "must be a key of letters, digits, '_' and '-' that starts with a letter");
  }
  dependency.tags.all = tags_field(document, object, "tags", Scope::values);
  dependency.tags.none = tags_field(document, object, "no_tags", Scope::values);
  if (object.has("kind")) dependency.kind = object.choice("kind", kKinds);
  dependency.name = read_name(document, object);
  dependency.version = read_range(document, object);
  dependency.when = read_condition(document, object);
  dependency.is_private = object.optional_bool("private").value_or(false);
  dependency.run_only = object.optional_bool("run_only").value_or(false);
  if (dependency.run_only && document.kind() != Kind::program) {
    document.add(object.path_of("run_only"),
                 "only programs have something that is needed for runs alone");
  }
  dependency.description = text_field(document, object, "description");
  object.finish();
  const Json* tags = object.optional("tags");
  const bool has_tags = tags != nullptr && !(tags->is_array() && tags->empty());
  if (value.is_object() && !has_tags && dependency.name.empty()) {
    document.add(path, "must say what it needs, by 'tags' or by 'name'");
  }
  return dependency;
}

}  // namespace

std::vector<Dependency> read_dependencies(Document& document, ObjectReader& object) {
  std::vector<Dependency> dependencies;
  object.each_member(
      "dependencies", [&](const std::string& key, const Json& value, const std::string& path) {
        if (document.kind() == Kind::program && key == "program") {
          document.add(path, "must have another key: ${program.path} is the program itself");
        }
        document.declare_dependency(key);
        dependencies.push_back(read_dependency(document, key, value, path));
      });
  return dependencies;
}

}  // namespace ck::model::native
