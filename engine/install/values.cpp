/// Parameters and variations: which values hold, and which dependencies follow from them.

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "install/resolver.hpp"
#include "model/substitution.hpp"

namespace ck::install {
namespace {

Status check_option(const model::VariationGroup& group, const std::string& value,
                    const std::string& subject) {
  std::vector<std::string> names;
  for (const auto& option : group.options) {
    if (option.name == value) return {};
    names.push_back(option.name);
  }
  Error error(ErrorCode::usage,
              subject + ": '" + value + "' is no variation of group '" + group.name + "'");
  if (const auto hint = did_you_mean(near_misses(value, names))) error.hint(*hint);
  error.hint("variations: " + join(names, ", "));
  return fail(std::move(error));
}

/// Options that say they cannot hold together.
Status check_excluded(const model::Recipe& recipe, const model::Values& values,
                      const std::string& subject) {
  const auto pair = excluded_pair(recipe, values);
  if (!pair) return {};
  return fail(Error(ErrorCode::usage, subject + ": variations '" + pair->first + "' and '" +
                                          pair->second + "' exclude each other")
                  .hint("leave out one of them"));
}

Status check_names(const model::Recipe& recipe, const model::Values& chosen,
                   const std::string& subject) {
  std::vector<std::string> known;
  for (const auto& parameter : recipe.parameters) known.push_back(parameter.name);
  for (const auto& group : recipe.variations) known.push_back(group.name);
  for (const auto& [name, value] : chosen) {
    if (std::ranges::find(known, name) != known.end()) continue;
    Error error(ErrorCode::usage, subject + " has no parameter '" + name + "'");
    if (const auto hint = did_you_mean(near_misses(name, known))) error.hint(*hint);
    error.hint(known.empty() ? "it has none" : "parameters: --" + join(known, ", --"));
    return fail(std::move(error));
  }
  return {};
}

void add_names(std::set<std::string>& names, const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    for (auto& name : model::substitution_names(text)) names.insert(std::move(name));
  }
}

void add_names(std::set<std::string>& names, const model::NamedTexts& texts) {
  for (const auto& [key, text] : texts) add_names(names, {text});
}

/// Every ${name} that obtaining, building, exporting or checking looks at.
std::set<std::string> build_names(const model::Recipe& recipe) {
  std::set<std::string> names;
  add_names(names, recipe.build.options);
  add_names(names, recipe.build.targets);
  for (const auto& command : recipe.build.commands) {
    add_names(names, command.run);
    add_names(names, {command.directory});
    add_names(names, command.variables);
  }
  for (const auto& group : recipe.variations) {
    names.insert(group.name);
    for (const auto& option : group.options) add_names(names, option.variables);
  }
  add_names(names, recipe.exports.values);
  add_names(names, recipe.exports.variables);
  add_names(names, recipe.exports.prepend);
  for (const auto& file : recipe.check.files) add_names(names, {file.path});
  add_names(names, recipe.check.run);
  return names;
}

/// What is built is kept, and told in locks.
Status check_secrets(const model::Recipe& recipe, const std::string& subject) {
  std::set<std::string> names;
  for (const auto& parameter : recipe.parameters) {
    if (parameter.secret && names.empty()) names = build_names(recipe);
    if (!parameter.secret || !names.contains(parameter.name)) continue;
    return fail(Error(ErrorCode::invalid, "the parameter '" + parameter.name + "' of " + subject +
                                              " is secret, and its build uses it")
                    .hint("secrets are for commands and their variables"));
  }
  return {};
}

}  // namespace

Result<model::Values> complete_values(const model::Recipe& recipe, const model::Values& chosen,
                                      const std::string& subject) {
  CK_CHECK(check_names(recipe, chosen, subject));
  CK_CHECK(check_secrets(recipe, subject));
  model::Values values;
  for (const auto& parameter : recipe.parameters) {
    const auto given = chosen.find(parameter.name);
    if (given == chosen.end() && !parameter.default_value) {
      Error error(ErrorCode::usage, subject + " needs a value for '" + parameter.name + "'");
      if (!parameter.choices.empty())
        error.hint("--" + parameter.name + "= takes " + join(parameter.choices, ", "));
      if (!parameter.description.empty()) error.hint(parameter.name + ": " + parameter.description);
      return fail(std::move(error));
    }
    const std::string& value = given == chosen.end() ? *parameter.default_value : given->second;
    if (auto good = parameter.check(value); !good) {
      // Defaults were checked when the component was read: this one was typed.
      good.error().code = ErrorCode::usage;
      return fail(std::move(good.error()).in(subject));
    }
    values[parameter.name] = value;
  }
  for (const auto& group : recipe.variations) {
    const auto given = chosen.find(group.name);
    const auto value = given == chosen.end() ? group.default_option : std::optional(given->second);
    // A group without a choice still has a value, so that conditions and ${GROUP} stay meaningful.
    if (value) CK_CHECK(check_option(group, *value, subject));
    values[group.name] = value.value_or("");
  }
  CK_CHECK(check_excluded(recipe, values, subject));
  return values;
}

model::Values build_values(const model::Recipe& recipe, const model::Values& values) {
  const auto names = build_names(recipe);
  model::Values used;
  for (const auto& [name, value] : values) {
    if (names.contains(name)) used[name] = value;
  }
  return used;
}

model::Tags offered_tags(const catalog::Component& component, const model::Recipe& recipe,
                         const model::Values& values) {
  model::Tags tags = component.tags;
  tags.insert(component.id.kind);
  for (const auto& group : recipe.variations) {
    for (const auto& option : group.options) {
      if (values.at(group.name) != option.name) continue;
      tags.insert(option.name);
      tags.insert(option.tags);
    }
  }
  return tags;
}

Result<std::vector<model::Dependency>> active_dependencies(const model::Recipe& recipe,
                                                           const model::Values& values) {
  std::vector<const model::Dependency*> all;
  for (const auto& dependency : recipe.dependencies) all.push_back(&dependency);
  for (const auto& group : recipe.variations) {
    const auto chosen = values.find(group.name);
    if (chosen == values.end()) continue;
    for (const auto& option : group.options) {
      if (option.name != chosen->second) continue;
      for (const auto& dependency : option.dependencies) all.push_back(&dependency);
    }
  }
  std::vector<model::Dependency> active;
  for (const auto* dependency : all) {
    if (!dependency->when.holds(values)) continue;
    CK_TRY(expanded, dependency->expanded(values));
    active.push_back(std::move(expanded));
  }
  return active;
}

std::optional<std::pair<std::string, std::string>> excluded_pair(const model::Recipe& recipe,
                                                                 const model::Values& values) {
  const auto chosen = [&](const model::VariationGroup& group, const std::string& option) {
    const auto value = values.find(group.name);
    return value != values.end() && value->second == option;
  };
  for (const auto& group : recipe.variations) {
    for (const auto& option : group.options) {
      if (!chosen(group, option.name)) continue;
      for (const auto& other : recipe.variations) {
        if (&other == &group) continue;
        for (const auto& excluded : option.excludes) {
          if (chosen(other, excluded)) return std::pair(option.name, excluded);
        }
      }
    }
  }
  return std::nullopt;
}

Result<std::vector<model::Exclusion>> active_conflicts(const model::Recipe& recipe,
                                                       const model::Values& values) {
  std::vector<const model::Exclusion*> all;
  for (const auto& exclusion : recipe.conflicts) all.push_back(&exclusion);
  for (const auto& group : recipe.variations) {
    const auto chosen = values.find(group.name);
    if (chosen == values.end()) continue;
    for (const auto& option : group.options) {
      if (option.name != chosen->second) continue;
      for (const auto& exclusion : option.conflicts) all.push_back(&exclusion);
    }
  }
  std::vector<model::Exclusion> active;
  for (const auto* exclusion : all) {
    if (!exclusion->when.holds(values)) continue;
    CK_TRY(expanded, exclusion->expanded(values));
    active.push_back(std::move(expanded));
  }
  return active;
}

}  // namespace ck::install
