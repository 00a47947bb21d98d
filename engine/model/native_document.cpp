#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_fields.hpp"
#include "model/substitution.hpp"

namespace ck::model::native {
namespace {

// Nobody reads more problems than that, and a hostile document must not make looking for near names
// slow.
constexpr std::size_t kMostProblems = 200;
constexpr std::size_t kMostSuggestions = 50;
constexpr std::size_t kMostCandidates = 1000;

constexpr std::array<std::string_view, 6> kBuildWords = {"source", "build",     "prefix",
                                                         "jobs",   "component", "version"};
constexpr std::array<std::string_view, 5> kDetectionWords = {"file", "directory", "root", "suffix",
                                                             "version"};
/// Kinds that run something have a folder to work in.
constexpr std::string_view kWork = "work";
/// A program's own built environment is read like one of its dependencies: ${program.path}.
constexpr std::string_view kProgram = "program";

bool runs(Kind kind) { return kind == Kind::program || kind == Kind::script; }

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void Document::add(std::string path, const Error& error) {
  add(std::move(path), error.message, error.hints.empty() ? std::string() : error.hints.front());
}

void Document::uses(Scope scope, const std::string& path, const std::string& text) {
  if (has_control_character(text)) add(path, "must not hold control characters");
  if (text.find('$') == std::string::npos) return;
  const Lookup collect = [&](std::string_view name) -> std::optional<std::string> {
    uses_.push_back({scope, path, std::string(name)});
    return std::string();
  };
  if (auto replaced = substitute(text, collect); !replaced) add(path, replaced.error());
}

void Document::declare(const std::string& path, Parameter parameter) {
  const std::string name = parameter.name;
  if (contains(kBuildWords, name) || (runs(kind_) && name == kWork)) {
    add(path, "must have another name: ${" + name + "} has a meaning already");
  }
  if (!values_.emplace(name, std::move(parameter)).second) {
    add(path, "has the name of a parameter; a variation group is set like one");
  }
}

void Document::compares(const std::string& path, const std::string& name,
                        const std::string& value) {
  comparisons_.push_back({path, name, value});
}

bool Document::is_known(const Use& use) const {
  const std::size_t dot = use.name.find('.');
  switch (use.scope) {
    case Scope::values:
      return values_.contains(use.name);
    case Scope::paths:
      return use.name == "version" || values_.contains(use.name);
    case Scope::detection:
      return contains(kDetectionWords, use.name);
    case Scope::profile:
      return use.name == kWork;
    case Scope::texts:
      break;
  }
  if (dot == std::string::npos) {
    return contains(kBuildWords, use.name) || (runs(kind_) && use.name == kWork) ||
           values_.contains(use.name);
  }
  const std::string key = use.name.substr(0, dot);
  const bool is_dependency =
      dependencies_.contains(key) || (kind_ == Kind::program && key == kProgram);
  return is_dependency && is_key(std::string_view(use.name).substr(dot + 1));
}

std::vector<std::string> Document::known_names(Scope scope) const {
  if (scope == Scope::detection) return {kDetectionWords.begin(), kDetectionWords.end()};
  if (scope == Scope::profile) return {std::string(kWork)};
  std::vector<std::string> names;
  for (const auto& [name, parameter] : values_) names.push_back(name);
  if (scope == Scope::paths) names.emplace_back("version");
  if (scope != Scope::texts) return names;
  names.insert(names.end(), kBuildWords.begin(), kBuildWords.end());
  if (runs(kind_)) names.emplace_back(kWork);
  if (kind_ == Kind::program) names.push_back(std::string(kProgram) + ".path");
  for (const std::string& key : dependencies_) names.push_back(key + ".path");
  return names;
}

std::string Document::suggestion(Scope scope, const std::string& name) const {
  if (problems_.all().size() > kMostSuggestions) return {};
  if (values_.size() + dependencies_.size() > kMostCandidates) return {};
  std::vector<std::string> names = known_names(scope);
  if (const auto advice = did_you_mean(near_misses(name, names))) return *advice;
  names.resize(std::min<std::size_t>(names.size(), 12));
  return names.empty() ? std::string() : "known here: " + join(names, ", ");
}

void Document::check(const Use& use) {
  if (is_known(use)) return;
  add(use.path, "uses ${" + shortened(use.name, 60) + "}, which has no meaning here",
      suggestion(use.scope, use.name));
}

void Document::check(const Comparison& comparison) {
  const auto it = values_.find(comparison.name);
  if (it == values_.end()) {
    add(comparison.path, "is no parameter or variation group of this component",
        suggestion(Scope::values, comparison.name));
  } else if (auto checked = it->second.check(comparison.value); !checked) {
    const Error& error = checked.error();
    add(comparison.path, "can never hold: " + error.message,
        error.hints.empty() ? std::string() : error.hints.front());
  }
}

void Document::check(const Look& look) {
  if (dependencies_.contains(look.key)) return;
  const std::vector<std::string> keys(dependencies_.begin(), dependencies_.end());
  add(look.path, "looks at the dependency '" + look.key + "', which this component does not have",
      did_you_mean(near_misses(look.key, keys))
          .value_or(keys.empty() ? "" : "dependencies: " + join(keys, ", ")));
}

void Document::check(const OptionExclusion& exclusion) {
  std::vector<std::string> others;
  for (const auto& [group, options] : options_) {
    if (group != exclusion.group) others.insert(others.end(), options.begin(), options.end());
  }
  if (std::find(others.begin(), others.end(), exclusion.option) != others.end()) return;
  add(exclusion.path, "is no option of another variation group",
      did_you_mean(near_misses(exclusion.option, others)).value_or(""));
}

void Document::finish() {
  const auto enough = [this] { return problems_.all().size() >= kMostProblems; };
  for (auto use = uses_.begin(); use != uses_.end() && !enough(); ++use) check(*use);
  for (auto it = comparisons_.begin(); it != comparisons_.end() && !enough(); ++it) check(*it);
  for (auto it = looks_.begin(); it != looks_.end() && !enough(); ++it) check(*it);
  for (auto it = exclusions_.begin(); it != exclusions_.end() && !enough(); ++it) check(*it);
}

std::optional<std::string> schema_of(const Json& document, JsonProblems& problems) {
  if (!document.is_object()) {
    problems.add("", "must be an object");
    return std::nullopt;
  }
  if (document.empty() || document.begin().key() != "schema") {
    problems.add("", "must start with the key 'schema'",
                 "write for example \"schema\": \"ck.package/1\" as its first line");
    return std::nullopt;
  }
  const Json& value = document.front();
  const std::string text = value.is_string() ? value.get<std::string>() : std::string();
  const std::size_t slash = text.find('/');
  if (!text.starts_with("ck.") || slash == std::string::npos) {
    problems.add("/schema", "must be 'ck.KIND/1', for example 'ck.package/1'");
    return std::nullopt;
  }
  if (text.substr(slash) != "/1") {
    problems.add(
        "/schema", "is " + shown(text) + ", but only version 1 of it is known",
        "update ck, or write '" + text.substr(0, std::min<std::size_t>(slash, 40)) + "/1'");
    return std::nullopt;
  }
  return text.substr(3, slash - 3);
}

}  // namespace ck::model::native
