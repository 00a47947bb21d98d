#include "install/variants.hpp"

#include <algorithm>

#include "install/resolver.hpp"

namespace ck::install {
namespace {

/// Of one component; more would be a mistake, or an attack.
constexpr std::size_t kMostVariants = 1000;

bool has_tag(const model::Variation& option, const std::string& tag) {
  return option.name == tag || option.tags.contains(tag);
}

model::Values with_defaults(const model::Recipe& recipe, model::Values values) {
  for (const auto& group : recipe.variations)
    values.emplace(group.name, group.default_option.value_or(""));
  return values;
}

}  // namespace

bool Variants::speak_of(const model::Recipe& recipe, const model::TagQuery& query) {
  const auto before = options_;
  std::set<std::string> asked(query.all.begin(), query.all.end());
  for (const auto& alternative : query.any) asked.insert(alternative.begin(), alternative.end());
  for (const auto& group : recipe.variations) {
    auto& options = options_[group.name];
    options.insert(group.default_option.value_or(""));
    for (const auto& option : group.options) {
      const auto is_its = [&](const std::string& tag) { return has_tag(option, tag); };
      if (std::ranges::any_of(asked, is_its)) options.insert(option.name);
      if (option.name == group.default_option && std::ranges::any_of(query.none, is_its)) {
        for (const auto& other : group.options) options.insert(other.name);
      }
    }
  }
  return options_ != before;
}

Result<std::vector<model::Values>> Variants::combinations(const model::Recipe& recipe,
                                                          const std::string& component) const {
  std::vector<model::Values> chosen{{}};
  for (const auto& group : recipe.variations) {
    std::vector<model::Values> wider;
    for (const auto& values : chosen) {
      for (const auto& option : options_.at(group.name)) {
        wider.push_back(values);
        if (!option.empty()) wider.back()[group.name] = option;
      }
    }
    chosen = std::move(wider);
    if (chosen.size() > kMostVariants) {
      return fail(Error(ErrorCode::unsupported,
                        component + " would have to be considered in over " +
                            std::to_string(kMostVariants) + " combinations of its variations")
                      .hint("ask for fewer different variations of it at once"));
    }
  }
  std::erase_if(chosen, [&](const model::Values& values) {
    return excluded_pair(recipe, with_defaults(recipe, values)).has_value();
  });
  return chosen;
}

std::vector<std::string> departures(const model::Recipe& recipe, const model::Values& values) {
  std::vector<std::string> special;
  for (const auto& group : recipe.variations) {
    const auto& value = values.at(group.name);
    if (value != group.default_option.value_or("")) special.push_back(value);
  }
  return special;
}

}  // namespace ck::install
