#include "solve/match.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"

namespace ck::solve {
namespace {

bool has_name(const model::ComponentId& component, const std::string& name) {
  return name.empty() || component.name == name || component.uid == name;
}

bool version_fits(const Candidate& candidate, const Wanted& wanted) {
  return wanted.any_version || wanted.version.contains(candidate.version);
}

std::string tag_list(const std::vector<std::string>& tags) {
  return (tags.size() == 1 ? "tag " : "tags ") + join(tags, ",");
}

/// What is wrong with the tags; empty if nothing is.
std::string tag_shortcoming(const model::Tags& tags, const model::TagQuery& query) {
  std::vector<std::string> missing;
  std::vector<std::string> unwelcome;
  for (const auto& tag : query.all)
    if (!tags.contains(tag)) missing.push_back(tag);
  for (const auto& tag : query.none)
    if (tags.contains(tag)) unwelcome.push_back(tag);
  if (!missing.empty()) return "lacks the " + tag_list(missing);
  if (!unwelcome.empty()) return "has the excluded " + tag_list(unwelcome);
  if (!query.matches(tags)) return "has none of the tags " + query.any_text();
  return {};
}

}  // namespace

Wanted wanted_by(const model::Dependency& dependency) {
  return {dependency.tags, dependency.version, dependency.kind, dependency.name};
}

Wanted wanted_by(const Pin& pin) {
  return {pin.tags, pin.version, pin.kind, pin.component,
          pin.candidate.empty() ? nullptr : &pin.candidate};
}

Wanted wanted_by(const model::Wish& wish) {
  return {wish.tags, wish.version, wish.kind, wish.name};
}

bool meets(const Candidate& candidate, const Wanted& wanted) {
  return (wanted.candidate_id == nullptr || candidate.id == *wanted.candidate_id) &&
         (wanted.kind.empty() || candidate.component.kind == wanted.kind) &&
         has_name(candidate.component, wanted.name) && wanted.tags.matches(candidate.tags) &&
         version_fits(candidate, wanted);
}

std::string shortcoming(const Candidate& candidate, const Wanted& wanted) {
  if (meets(candidate, wanted)) return {};
  if (wanted.candidate_id != nullptr && candidate.id != *wanted.candidate_id)
    return "is not " + *wanted.candidate_id;
  if (!wanted.kind.empty() && candidate.component.kind != wanted.kind)
    return "is of kind " + candidate.component.kind + ", not " + wanted.kind;
  if (!has_name(candidate.component, wanted.name)) return "is not named " + wanted.name;
  if (auto wrong = tag_shortcoming(candidate.tags, wanted.tags); !wrong.empty()) return wrong;
  if (!version_fits(candidate, wanted)) {
    if (candidate.version.unknown())
      return "is of unknown version, not in " + wanted.version.text();
    return "version " + candidate.version.text() + " is not in " + wanted.version.text();
  }
  return "does not match " + wanted.tags.text();  // an empty tag, which nothing has
}

}  // namespace ck::solve
