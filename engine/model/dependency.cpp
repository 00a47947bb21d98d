#include "model/dependency.hpp"

#include <algorithm>

#include "model/substitution.hpp"

namespace ck::model {
namespace {

std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return names;
}

Lookup lookup_in(const Values& values) {
  return [&values](std::string_view name) -> std::optional<std::string> {
    const auto it = values.find(std::string(name));
    if (it == values.end()) return std::nullopt;
    return it->second;
  };
}

/// An empty tag would match nothing, which nobody could find out from a failed search.
Status expand_tags(std::vector<std::string>& tags, const Values& values) {
  for (std::string& tag : tags) {
    CK_TRY(text, substitute(tag, lookup_in(values), names_of(values)));
    if (text.empty()) return fail(ErrorCode::invalid, "the tag '" + tag + "' has an empty value");
    tag = std::move(text);
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return {};
}

Status expand(Dependency& dependency, const Values& values) {
  CK_CHECK(expand_tags(dependency.tags.all, values));
  CK_CHECK(expand_tags(dependency.tags.none, values));
  CK_TRY(name, substitute(dependency.name, lookup_in(values), names_of(values)));
  dependency.name = std::move(name);
  return {};
}

}  // namespace

bool Condition::holds(const Values& values) const {
  return std::all_of(any_of.begin(), any_of.end(), [&values](const auto& entry) {
    const auto& [name, accepted] = entry;
    const auto it = values.find(name);
    return it != values.end() &&
           std::find(accepted.begin(), accepted.end(), it->second) != accepted.end();
  });
}

Result<Dependency> Dependency::expanded(const Values& values) const {
  Dependency result = *this;
  if (auto done = expand(result, values); !done) {
    return fail(std::move(done.error()).in("dependency '" + key + "'"));
  }
  return result;
}

std::string Dependency::text() const {
  std::string text;
  const auto append = [&text](const std::string& part) {
    if (part.empty()) return;
    if (!text.empty()) text += " ";
    text += part;
  };
  append(name.empty() ? kind : (kind.empty() ? "*" : kind) + ":" + name);
  append(tags.text());
  if (!version.universal()) append("version " + version.text());
  return text.empty() ? "anything" : text;
}

}  // namespace ck::model
