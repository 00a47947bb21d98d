#include "app/pin_options.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "model/substitution.hpp"

namespace ck::app {
namespace {

/// A parameter or variation group, with the values that it may get.
struct Place {
  std::string name;
  std::vector<std::string> choices;
};

bool speaks_of(const model::Dependency& dependency, const std::string& name) {
  const auto in = [&](const std::string& text) {
    const auto names = model::substitution_names(text);
    return std::ranges::find(names, name) != names.end();
  };
  return in(dependency.name) || std::ranges::any_of(dependency.tags.all, in);
}

/// Of a parameter without choices, those of its values that the pin is called by.
std::vector<std::string> values_of(const model::Parameter& parameter, const solve::Pin& pin) {
  if (!parameter.choices.empty()) return parameter.choices;
  std::vector<std::string> words = pin.tags.all;
  if (!pin.component.empty()) words.push_back(pin.component);
  std::erase_if(words, [&](const std::string& word) { return !parameter.check(word); });
  return words;
}

std::vector<Place> places_of(const model::Recipe& recipe, const solve::Pin& pin) {
  std::vector<Place> places;
  for (const auto& parameter : recipe.parameters) {
    if (!parameter.secret) places.push_back({parameter.name, values_of(parameter, pin)});
  }
  for (const auto& group : recipe.variations) {
    Place place{group.name, {}};
    for (const auto& option : group.options) place.choices.push_back(option.name);
    places.push_back(std::move(place));
  }
  return places;
}

/// Whether something is what both the dependency and the pin ask for.
Result<bool> go_together(const model::Dependency& dependency, const solve::Pin& pin,
                         install::Context& context) {
  auto tags = dependency.tags;
  tags.all.insert(tags.all.end(), pin.tags.all.begin(), pin.tags.all.end());
  tags.none.insert(tags.none.end(), pin.tags.none.begin(), pin.tags.none.end());
  for (auto* list : {&tags.all, &tags.none}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  CK_TRY(found, context.catalog.providers(tags, dependency.kind, dependency.name));
  return std::ranges::any_of(found, [&](const catalog::Component& component) {
    return (pin.kind.empty() || component.id.kind == pin.kind) &&
           (pin.component.empty() || component.id.name == pin.component ||
            component.id.uid == pin.component);
  });
}

/// Whether the pin is no part of the trouble.
Result<bool> agrees(const model::Dependency& dependency, const model::Values& values,
                    const solve::Pin& pin, install::Context& context) {
  const auto expanded = dependency.expanded(values);
  if (!expanded) return true;
  return go_together(*expanded, pin, context);
}

Result<std::optional<std::string>> value_for(const model::Dependency& dependency,
                                             const Place& place, model::Values values,
                                             const solve::Pin& pin, install::Context& context) {
  const std::string now = values[place.name];
  for (const auto& choice : place.choices) {
    if (choice == now) continue;
    values[place.name] = choice;
    const auto expanded = dependency.expanded(values);
    if (!expanded) continue;
    CK_TRY(together, go_together(*expanded, pin, context));
    if (together) return std::optional(choice);
  }
  return std::optional<std::string>();
}

std::string named(const solve::Pin& pin) {
  return pin.component.empty() ? pin.tags.text() : pin.kind + ":" + pin.component;
}

}  // namespace

Result<std::vector<std::string>> options_for_pins(const model::Recipe& recipe,
                                                  const model::Values& values,
                                                  const std::vector<solve::Pin>& pins,
                                                  install::Context& context) {
  std::vector<std::string> options;
  for (const auto& pin : pins) {
    const bool says_what = !pin.component.empty() || !pin.tags.all.empty();
    if (pin.source != solve::Pin::Source::command_line || !says_what) continue;
    for (const auto& dependency : recipe.dependencies) {
      if (dependency.key != pin.key || !dependency.when.holds(values)) continue;
      CK_TRY(agreed, agrees(dependency, values, pin, context));
      if (agreed) continue;
      for (const auto& place : places_of(recipe, pin)) {
        if (!speaks_of(dependency, place.name)) continue;
        CK_TRY(value, value_for(dependency, place, values, pin, context));
        if (!value) continue;
        options.push_back("give --" + place.name + "=" + shell_quoted(*value) + ": then '" +
                          printable(pin.key) + "' asks for " + printable(named(pin)));
      }
    }
  }
  return options;
}

}  // namespace ck::app
