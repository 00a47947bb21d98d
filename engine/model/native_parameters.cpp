#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

const std::array<std::string, 5> kTypes = {"choice", "string", "integer", "number", "boolean"};

/// More than anyone chooses from; what is compared with all of them stays quick.
constexpr std::size_t kMostChoices = 1000;

constexpr std::string_view kIdentifier =
    "a name of letters, digits and '_' that does not start with a digit";

bool has_type(const Json& value, Parameter::Type type) {
  switch (type) {
    case Parameter::Type::choice:
    case Parameter::Type::string:
      return value.is_string();
    case Parameter::Type::integer:
      return value.is_number_integer();
    case Parameter::Type::number:
      return value.is_number();
    case Parameter::Type::boolean:
      return value.is_boolean();
  }
  return false;
}

/// A scalar as it is written on a command line.
std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

void read_choices(Document& document, ObjectReader& object, Parameter& parameter) {
  std::set<std::string> seen;
  each_string(document, object, "choices", [&](const std::string& choice, const std::string& path) {
    must_be(document, path, choice, is_label, "a name of letters, digits and '._-'");
    if (!seen.insert(choice).second) document.add(path, "stands there twice");
    parameter.choices.push_back(choice);
  });
  if (parameter.choices.size() > kMostChoices) {
    object.problem("choices", "must hold at most " + std::to_string(kMostChoices) + " choices");
    parameter.choices.resize(kMostChoices);
  }
  const bool needed = parameter.type == Parameter::Type::choice;
  if (needed && parameter.choices.empty())
    object.problem("choices", "must name what can be chosen");
  if (!needed && object.has("choices"))
    object.problem("choices", "belongs to the type 'choice' only");
}

void read_default(Document& document, ObjectReader& object, Parameter& parameter) {
  const Json* value = object.optional("default");
  if (value == nullptr) return;
  if (!has_type(*value, parameter.type)) {
    const auto type = static_cast<std::size_t>(parameter.type);
    object.problem("default", "does not have the parameter's type '" + kTypes.at(type) + "'");
    return;
  }
  parameter.default_value = text_of(*value);
  if (auto checked = parameter.check(*parameter.default_value); !checked) {
    document.add(object.path_of("default"), checked.error());
  }
}

Parameter read_parameter(Document& document, const std::string& name, const Json& value,
                         const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Parameter parameter;
  parameter.name = name;
  if (!is_identifier(name)) document.add(path, "must be " + std::string(kIdentifier));
  if (const auto type = choice_field(object, "type", kTypes)) {
    parameter.type = static_cast<Parameter::Type>(*type);
    read_choices(document, object, parameter);
    read_default(document, object, parameter);
  } else {
    // Without its type, nothing can be said about the rest.
    for (const std::string_view key : {"choices", "default"}) object.has(key);
  }
  parameter.description = text_field(document, object, "description");
  parameter.unit = text_field(document, object, "unit");
  parameter.secret = object.optional_bool("secret").value_or(false);
  if (parameter.secret && parameter.default_value && !parameter.default_value->empty())
    object.problem("default", "of a secret would be known to everybody; only \"\" is possible");
  object.finish();
  return parameter;
}

Variation read_variation(Document& document, const std::string& group, const std::string& name,
                         const Json& value, const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Variation variation;
  variation.name = name;
  if (!is_label(name)) document.add(path, "must be a name of letters, digits and '._-'");
  variation.tags = Tags(tags_field(document, object, "tags"));
  variation.variables =
      variables_field(document, object, "variables", Audience::itself, Scope::texts);
  variation.dependencies = read_dependencies(document, object);
  variation.conflicts = read_conflicts(document, object);
  each_string(document, object, "excludes",
              [&](const std::string& option, const std::string& place) {
                document.excludes(place, group, option);
                variation.excludes.push_back(option);
              });
  object.finish();
  return variation;
}

void read_default_option(Document& document, ObjectReader& object, VariationGroup& group,
                         const std::vector<std::string>& names) {
  const Json* value = object.optional("default");
  if (value == nullptr || value->is_null()) return;
  group.default_option = value->is_string() ? value->get<std::string>() : std::string();
  if (std::find(names.begin(), names.end(), *group.default_option) != names.end()) return;
  document.add(object.path_of("default"), "must be one of '" + join(names, "', '") + "', or null",
               did_you_mean(near_misses(*group.default_option, names)).value_or(""));
}

VariationGroup read_group(Document& document, const std::string& name, const Json& value,
                          const std::string& path) {
  ObjectReader object(value, path, document.problems());
  VariationGroup group;
  group.name = name;
  if (!is_identifier(name)) document.add(path, "must be " + std::string(kIdentifier));
  std::vector<std::string> names;
  object.each_member(
      "options", [&](const std::string& option, const Json& content, const std::string& place) {
        names.push_back(option);
        group.options.push_back(read_variation(document, name, option, content, place));
      });
  if (names.empty() || names.size() > kMostChoices) {
    object.problem("options", "must hold from 1 to " + std::to_string(kMostChoices) + " options");
    names.resize(std::min(names.size(), kMostChoices));
  }
  read_default_option(document, object, group, names);
  object.finish();

  document.declare_group(name, names);
  Parameter as_parameter;
  as_parameter.name = name;
  as_parameter.type = Parameter::Type::choice;
  as_parameter.choices = std::move(names);
  document.declare(path, std::move(as_parameter));
  return group;
}

}  // namespace

std::vector<Parameter> read_parameters(Document& document, ObjectReader& object) {
  std::vector<Parameter> parameters;
  object.each_member("parameters",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       parameters.push_back(read_parameter(document, name, value, path));
                       document.declare(path, parameters.back());
                     });
  return parameters;
}

std::vector<VariationGroup> read_variations(Document& document, ObjectReader& object) {
  std::vector<VariationGroup> groups;
  object.each_member("variations",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       groups.push_back(read_group(document, name, value, path));
                     });
  return groups;
}

}  // namespace ck::model::native
