#include "solve/words.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ck::solve {
namespace {

constexpr std::size_t kLongestList = 8;

/// The part of a label behind the component: " 1.0 [blas=openblas] (installed)".
std::string form(const Candidate& candidate) {
  std::string text;
  if (!candidate.version.unknown()) text += " " + candidate.version.text();
  if (!candidate.variations.empty()) {
    std::vector<std::string> chosen;
    for (const auto& [name, value] : candidate.variations) chosen.push_back(name + "=" + value);
    text += " [" + join(chosen, ",") + "]";
  }
  if (candidate.origin == Origin::installed) text += " (installed)";
  return text;
}

}  // namespace

std::string label(const Candidate& candidate) {
  return printable(candidate.component.text() + form(candidate));
}

std::string labels(const Index& index, const std::vector<CandidateNo>& candidates) {
  std::string text;
  std::string component;
  const auto shown = std::min(candidates.size(), kLongestList);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& candidate = index[candidates[i]];
    const auto own_form = form(candidate);
    if (i > 0) text += ",";
    if (component != candidate.component.text() || own_form.empty()) {
      component = candidate.component.text();
      text += (i > 0 ? " " : "") + component;
    }
    text += own_form;
  }
  if (shown < candidates.size())
    text += " and " + std::to_string(candidates.size() - shown) + " more";
  return printable(text);
}

std::string need_words(const GroundDemand& demand) {
  const auto& need = *demand.dependency;
  std::vector<std::string> what;
  if (const auto text = need.text(); text != model::Dependency().text()) what.push_back(text);
  if (demand.built_with != nullptr) what.push_back("exactly " + *demand.built_with);
  std::string text = "'" + need.key + "'";
  if (!what.empty()) text += " (" + join(what, ", ") + ")";
  if (!need.when.choices.empty()) text += " when " + need.when.choices_text();
  return printable(text);
}

std::string exclusion_words(const Problem& problem, const GroundExclusion& exclusion,
                            const std::string& other) {
  std::string text = asker_words(problem, exclusion.asker) + " conflicts with " + other;
  if (!exclusion.exclusion->description.empty()) text += ": " + exclusion.exclusion->description;
  return printable(text);
}

std::string asker_words(const Problem& problem, NodeNo asker) {
  return asker == kRequestNode ? printable(problem.request->subject)
                               : label(problem.candidate(asker));
}

std::string pin_words(const Pin& pin) {
  model::Dependency same;
  same.tags = pin.tags;
  same.version = pin.version;
  same.kind = pin.kind;
  same.name = pin.component;
  std::vector<std::string> what;
  if (!pin.candidate.empty()) what.push_back(pin.candidate);
  if (same.text() != model::Dependency().text() || pin.candidate.empty())
    what.push_back(same.text());
  return printable("'" + pin.key + "' to " + join(what, ", "));
}

std::string source_words(const Pin& pin) {
  return pin.source == Pin::Source::lock ? "the lock" : "the command line";
}

std::string and_list(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace ck::solve
