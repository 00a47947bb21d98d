#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

const std::array<std::string, 7> kKinds = {"dataset", "model",  "software", "package",
                                           "program", "script", "profile"};
constexpr std::string_view kOfDependency = "dep:";

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

std::vector<std::vector<std::string>> read_any_tags(Document& document, ObjectReader& object) {
  const Json* value = object.optional("any_tags");
  if (value == nullptr) return {};
  const auto path = object.path_of("any_tags");
  if (value->is_array() && !value->empty()) return any_tags(document, *value, path, Scope::values);
  document.add(path, "must be an array of at least one alternative");
  return {};
}

Wish read_wish(Document& document, ObjectReader& object) {
  Wish wish;
  wish.tags.all = tags_field(document, object, "tags", Scope::values);
  wish.tags.none = tags_field(document, object, "no_tags", Scope::values);
  wish.tags.any = read_any_tags(document, object);
  if (object.has("kind")) wish.kind = object.choice("kind", kKinds);
  wish.name = read_name(document, object);
  wish.version = read_range(document, object);
  return wish;
}

/// Tags or a name must be given: nothing else narrows down what is meant.
void must_name_something(Document& document, ObjectReader& object, const Json& value,
                         std::string_view what) {
  const Json* tags = object.optional("tags");
  const bool has_tags = tags != nullptr && !(tags->is_array() && tags->empty());
  if (!value.is_object() || has_tags || object.has("any_tags") || object.has("name")) return;
  document.add(object.path(),
               "must say what " + std::string(what) + ", by 'tags', 'any_tags' or 'name'");
}

/// What another choice must be like: "gcc" has the tag, ["gcc", "icc"] one of them, or an object.
ChoiceCondition read_choice_condition(Document& document, const std::string& key, const Json& value,
                                      const std::string& path) {
  ChoiceCondition condition{key, {}};
  document.looks_at(path, key);
  if (value.is_object() && !value.empty()) {
    ObjectReader object(value, path, document.problems());
    condition.wish = read_wish(document, object);
    object.finish();
  } else if (value.is_string()) {
    condition.wish.tags.all = any_tags(document, Json::array({value}), path, Scope::values).front();
  } else if (value.is_array() && !value.empty()) {
    condition.wish.tags.any = any_tags(document, value, path, Scope::values);
  } else {
    document.add(path, "must be a tag, an array of tags or an object that says what it is like");
  }
  return condition;
}

Condition read_condition(Document& document, ObjectReader& object) {
  Condition condition;
  object.each_member(
      "when", [&](const std::string& name, const Json& value, const std::string& path) {
        if (name.starts_with(kOfDependency)) {
          condition.choices.push_back(
              read_choice_condition(document, name.substr(kOfDependency.size()), value, path));
          return;
        }
        std::vector<std::string>& accepted = condition.any_of[name];
        if (!value.is_array()) return add_accepted(document, name, value, path, accepted);
        if (value.empty()) document.add(path, "must name at least one value");
        for (std::size_t i = 0; i < value.size(); ++i) {
          add_accepted(document, name, value[i], child(path, i), accepted);
        }
      });
  return condition;
}

Dependency read_dependency(Document& document, const std::string& key, const Json& value,
                           const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Dependency dependency;
  dependency.key = key;
  if (!is_key(key)) {
    document.add(path, "must be a key of letters, digits, '_' and '-' that starts with a letter");
  }
  Wish wish = read_wish(document, object);
  dependency.tags = std::move(wish.tags);
  dependency.kind = std::move(wish.kind);
  dependency.name = std::move(wish.name);
  dependency.version = std::move(wish.version);
  dependency.when = read_condition(document, object);
  dependency.is_private = object.optional_bool("private").value_or(false);
  dependency.run_only = object.optional_bool("run_only").value_or(false);
  if (dependency.run_only && document.kind() != Kind::program) {
    document.add(object.path_of("run_only"),
                 "only programs have something that is needed for runs alone");
  }
  dependency.description = text_field(document, object, "description");
  object.finish();
  must_name_something(document, object, value, "it needs");
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

std::vector<Exclusion> read_conflicts(Document& document, ObjectReader& object) {
  std::vector<Exclusion> conflicts;
  object.each("conflicts", [&](const Json& value, const std::string& path) {
    ObjectReader fields(value, path, document.problems());
    Exclusion exclusion;
    exclusion.wish = read_wish(document, fields);
    exclusion.when = read_condition(document, fields);
    exclusion.description = text_field(document, fields, "description");
    fields.finish();
    must_name_something(document, fields, value, "cannot be used with it");
    if (!exclusion.when.choices.empty()) {
      document.add(child(path, "when"), "may only name parameters and variation groups");
    }
    conflicts.push_back(std::move(exclusion));
  });
  return conflicts;
}

}  // namespace ck::model::native
