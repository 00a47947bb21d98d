#include "model/native_fields.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/pattern.hpp"

namespace ck::model::native {
namespace {

constexpr std::string_view kTag =
    "a tag: 1 to 100 characters without blanks and commas, not starting with '-'";

/// The greatest number that every JSON program keeps exactly.
constexpr std::int64_t kGreatestCount = std::int64_t{1} << 53;

/// Make the loader or the shell run other code.
constexpr std::array<std::string_view, 4> kInjecting = {"LD_PRELOAD", "LD_AUDIT", "BASH_ENV",
                                                        "ENV"};
/// Everybody adds to them.
constexpr std::array<std::string_view, 2> kSearchPaths = {"PATH", "LD_LIBRARY_PATH"};
/// Each build and run has its own.
constexpr std::array<std::string_view, 2> kOwnFolders = {"HOME", "TMPDIR"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_shared_variable(Document& document, const std::string& path, const std::string& name) {
  if (contains(kInjecting, name)) {
    document.add(path, "must not be set for others: it makes them run other code");
  } else if (contains(kSearchPaths, name)) {
    document.add(path, "must not be replaced", "put it under 'prepend'");
  } else if (contains(kOwnFolders, name)) {
    document.add(path, "must not be set for others: each build and run has its own");
  }
}

constexpr std::string_view kVariableName =
    "the name of an environment variable: letters, digits and '_'";

}  // namespace

void must_be(Document& document, const std::string& path, std::string_view text, Rule rule,
             std::string_view wanted) {
  if (!rule(text)) document.add(path, "is " + shown(text) + ", but must be " + std::string(wanted));
}

void check_path(Document& document, const std::string& path, const std::string& text) {
  must_be(document, path, text, is_inside,
          "a relative path that stays in its folder (no '..', no '/' at either end)");
  document.uses(Scope::paths, path, text);
}

std::string path_field(Document& document, ObjectReader& object, std::string_view key) {
  const auto text = object.optional_string(key);
  if (text) check_path(document, object.path_of(key), *text);
  return text.value_or("");
}

std::string text_field(Document& document, ObjectReader& object, std::string_view key) {
  const auto text = object.optional_string(key);
  if (text && has_control_character(*text)) {
    document.add(object.path_of(key), "must not hold control characters");
  }
  return text.value_or("");
}

void each_string(Document& document, ObjectReader& object, std::string_view key,
                 const std::function<void(const std::string&, const std::string&)>& read) {
  object.each(key, [&](const Json& value, const std::string& path) {
    if (value.is_string()) {
      read(value.get_ref<const std::string&>(), path);
    } else {
      document.add(path, "must be a string");
    }
  });
}

std::optional<double> number_field(ObjectReader& object, std::string_view key, Bound bound) {
  const auto number = object.optional_number(key);
  if (!number) return std::nullopt;
  const bool positive = bound == Bound::positive;
  if (positive ? *number > 0 : *number >= 0) return number;
  object.problem(key, positive ? "must be above 0" : "must be at least 0");
  return std::nullopt;
}

std::optional<std::uint64_t> count_field(ObjectReader& object, std::string_view key) {
  const auto number = object.optional_integer(key, 1, kGreatestCount);
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::vector<std::string> texts_field(Document& document, ObjectReader& object, std::string_view key,
                                     Scope scope) {
  std::vector<std::string> texts;
  each_string(document, object, key, [&](const std::string& text, const std::string& path) {
    document.uses(scope, path, text);
    texts.push_back(text);
  });
  return texts;
}

std::vector<std::string> command_field(Document& document, ObjectReader& object,
                                       std::string_view key, Scope scope) {
  const Json* value = object.required(key);
  if (value == nullptr) return {};
  std::vector<std::string> words = texts_field(document, object, key, scope);
  if (value->is_array() && value->empty()) object.problem(key, "must name a command to run");
  if (!words.empty() && words.front().empty()) {
    document.add(child(object.path_of(key), std::size_t{0}), "must name a command to run");
  }
  return words;
}

NamedTexts named_texts(Document& document, ObjectReader& object, std::string_view key, Rule rule,
                       std::string_view wanted, Scope scope) {
  NamedTexts texts = object.string_map(key);
  for (const auto& [name, text] : texts) {
    const std::string path = child(object.path_of(key), name);
    if (!rule(name)) document.add(path, "must be " + std::string(wanted));
    document.uses(scope, path, text);
  }
  return texts;
}

NamedTexts variables_field(Document& document, ObjectReader& object, std::string_view key,
                           Audience audience, Scope scope) {
  NamedTexts variables = named_texts(document, object, key, is_identifier, kVariableName, scope);
  if (audience == Audience::itself) return variables;
  for (const auto& [name, text] : variables) {
    check_shared_variable(document, child(object.path_of(key), name), name);
  }
  return variables;
}

NamedTexts prepends_field(Document& document, ObjectReader& object, std::string_view key,
                          Scope scope) {
  NamedTexts variables = named_texts(document, object, key, is_identifier, kVariableName, scope);
  for (const auto& [name, text] : variables) {
    const std::string path = child(object.path_of(key), name);
    if (!contains(kSearchPaths, name)) check_shared_variable(document, path, name);
    // An empty element of a search path is the current folder.
    if (text.empty()) document.add(path, "must not be empty");
  }
  return variables;
}

std::string pattern_field(Document& document, ObjectReader& object, std::string_view key) {
  std::string text = object.string(key);
  if (text.empty()) return text;
  if (auto pattern = Pattern::parse(text); !pattern) {
    document.add(object.path_of(key), pattern.error());
  }
  return text;
}

std::vector<std::string> tags_field(Document& document, ObjectReader& object, std::string_view key,
                                    std::optional<Scope> scope) {
  std::vector<std::string> tags;
  each_string(document, object, key, [&](const std::string& tag, const std::string& path) {
    must_be(document, path, tag, is_tag, kTag);
    if (scope) {
      document.uses(*scope, path, tag);
    } else if (tag.find("${") != std::string::npos) {
      document.add(path, "must be fixed: only the tags of dependencies may use ${name}");
    }
    tags.push_back(tag);
  });
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

std::vector<std::vector<std::string>> any_tags(Document& document, const Json& value,
                                               const std::string& path, Scope scope) {
  std::vector<std::vector<std::string>> alternatives;
  const auto read_tag = [&](const Json& tag, const std::string& place) {
    if (!tag.is_string()) return document.add(place, "must be a tag or an array of tags");
    const auto text = tag.get<std::string>();
    must_be(document, place, text, is_tag, kTag);
    document.uses(scope, place, text);
    alternatives.back().push_back(text);
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Json& alternative = value[i];
    const auto place = child(path, i);
    alternatives.emplace_back();
    if (!alternative.is_array()) {
      read_tag(alternative, place);
      continue;
    }
    if (alternative.empty()) document.add(place, "must hold at least one tag");
    for (std::size_t j = 0; j < alternative.size(); ++j) read_tag(alternative[j], child(place, j));
  }
  for (auto& tags : alternatives) std::sort(tags.begin(), tags.end());
  return alternatives;
}

std::optional<std::size_t> choice_field(ObjectReader& object, std::string_view key,
                                        std::span<const std::string> choices) {
  const Json* value = object.optional(key);
  const std::string choice = object.choice(key, choices);
  // A wrong value has been reported, and the first choice came back for it.
  if (value == nullptr || *value != choice) return std::nullopt;
  return static_cast<std::size_t>(std::find(choices.begin(), choices.end(), choice) -
                                  choices.begin());
}

Tolerances tolerances(Document& document, const Json& value, const std::string& path) {
  ObjectReader object(value, path, document.problems());
  const bool given = object.has("absolute") || object.has("relative");
  Tolerances result;
  result.absolute = number_field(object, "absolute", Bound::not_negative);
  result.relative = number_field(object, "relative", Bound::not_negative);
  if (!given && value.is_object()) document.add(path, "must have 'absolute' or 'relative'");
  object.finish();
  return result;
}

std::vector<std::string> checked_texts(Document& document, ObjectReader& object,
                                       std::string_view key, Rule rule, std::string_view wanted) {
  std::vector<std::string> texts;
  each_string(document, object, key, [&](const std::string& text, const std::string& path) {
    must_be(document, path, text, rule, wanted);
    texts.push_back(text);
  });
  return texts;
}

Limits limits_field(Document& document, ObjectReader& object) {
  Limits limits;
  const Json* value = object.optional("limits");
  if (value == nullptr) return limits;
  ObjectReader fields(*value, object.path_of("limits"), document.problems());
  limits.memory_bytes = count_field(fields, "memory_bytes");
  limits.cpu_seconds = count_field(fields, "cpu_seconds");
  limits.file_bytes = count_field(fields, "file_bytes");
  limits.processes = count_field(fields, "processes");
  limits.output_bytes = count_field(fields, "output_bytes");
  limits.timeout_seconds = number_field(fields, "timeout_seconds", Bound::positive);
  fields.finish();
  return limits;
}

}  // namespace ck::model::native
