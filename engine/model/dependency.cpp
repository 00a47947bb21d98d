#include "model/dependency.hpp"

#include <algorithm>

#include "base/strings.hpp"
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

Status expand(TagQuery& tags, std::string& name, const Values& values) {
  CK_CHECK(expand_tags(tags.all, values));
  CK_CHECK(expand_tags(tags.none, values));
  for (auto& alternative : tags.any) CK_CHECK(expand_tags(alternative, values));
  CK_TRY(text, substitute(name, lookup_in(values), names_of(values)));
  name = std::move(text);
  return {};
}

Status expand(Dependency& dependency, const Values& values) {
  CK_CHECK(expand(dependency.tags, dependency.name, values));
  dependency.when.any_of.clear();
  for (auto& [key, wish] : dependency.when.choices) CK_CHECK(expand(wish.tags, wish.name, values));
  return {};
}

std::string text_of(const std::string& kind, const std::string& name, const TagQuery& tags,
                    const VersionRange& version) {
  std::vector<std::string> parts;
  if (!name.empty()) {
    parts.push_back(names_host_fact(name) ? name : (kind.empty() ? "*" : kind) + ":" + name);
  } else if (!kind.empty()) {
    parts.push_back(kind);
  }
  if (!tags.empty()) parts.push_back(tags.text());
  if (!version.universal()) parts.push_back("version " + version.text());
  return parts.empty() ? "anything" : join(parts, " ");
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

std::string Condition::choices_text() const {
  std::vector<std::string> parts;
  for (const auto& [key, wish] : choices) parts.push_back("'" + key + "' is " + wish.text());
  return join(parts, " and ");
}

std::string Wish::text() const { return text_of(kind, name, tags, version); }

Result<Exclusion> Exclusion::expanded(const Values& values) const {
  Exclusion result = *this;
  result.when.any_of.clear();
  if (auto done = expand(result.wish.tags, result.wish.name, values); !done) {
    return fail(std::move(done.error()).in("conflict with " + wish.text()));
  }
  return result;
}

Result<Dependency> Dependency::expanded(const Values& values) const {
  Dependency result = *this;
  if (auto done = expand(result, values); !done) {
    return fail(std::move(done.error()).in("dependency '" + key + "'"));
  }
  return result;
}

std::string Dependency::text() const { return text_of(kind, name, tags, version); }

}  // namespace ck::model
