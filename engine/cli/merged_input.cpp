#include "cli/merged_input.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/collective_options.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"

namespace ck::cli {
namespace {

constexpr std::string_view kInline = "@@@";

Result<Json> object_of(const std::string& word) {
  std::string text;
  std::string source = word.substr(1);
  if (word.starts_with(kInline)) {
    text = replace_all(word.substr(kInline.size()), "'", "\"");
    source = "the text after @@@";
  } else {
    std::ifstream file(source, std::ios::binary);
    if (!file)
      return fail(ErrorCode::not_found,
                  "there is no readable file " + printable(source) + " to take options from");
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  CK_TRY(value, parse_json(text, source, {.duplicate_keys = true}));
  if (value.is_object()) return std::move(value);
  return fail(ErrorCode::invalid, source + " is no JSON object with options");
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return to_text(value);
}

/// Describes what is recorded, and is kept there as it was typed.
constexpr std::string_view kDescription = "meta";

/// What no option takes, in input that is not CK's autotuner's: to drop it would ask for less.
Status check_taken(const Json& object, const std::vector<std::string>& prefixes,
                   const std::string& word) {
  for (const auto& [name, value] : object.items()) {
    if (!value.is_structured() || value.empty() || name == kDescription) continue;
    if (value.is_object() && std::ranges::find(prefixes, name) != prefixes.end()) continue;
    return fail(Error(ErrorCode::usage, "'" + printable(name) + "' of " + printable(word) + " is " +
                                            (value.is_object() ? "an object" : "a list") +
                                            ", and no option here takes one")
                    .hint("'ck COMMAND --help' lists the options"));
  }
  return {};
}

void add_options(const Json& object, const std::vector<std::string>& prefixes,
                 std::vector<std::string>& arguments) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_primitive() && !value.is_null()) {
      arguments.push_back("--" + name + "=" + text_of(value));
      continue;
    }
    if (!value.is_object() || std::ranges::find(prefixes, name) == prefixes.end()) continue;
    for (const auto& [member, inner] : value.items()) {
      if (inner.is_primitive() && !inner.is_null())
        arguments.push_back("--" + name + "." + member + "=" + text_of(inner));
    }
  }
}

/// Moves the objects that options take as they are out of the input.
void take_documents(Json& object, const std::vector<std::string>& documents,
                    std::vector<std::string>& arguments) {
  for (const auto& name : documents) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_object()) continue;
    arguments.push_back("--" + name + "=" + to_text(*found));
    object.erase(name);
  }
}

/// What a description for CK's autotuner says beside the choices.
Json beside_choices(const Json& object) {
  const auto update = object.find("pipeline_update");
  Json options = update != object.end() && update->is_object() ? *update : Json::object();
  for (const auto& option : app::collective_program_options()) {
    if (!option.has_effect()) options.erase(option.name);
  }
  for (const auto* key : {"repetitions", "record_uoa", "tags"}) {
    if (object.contains(key)) options[key] = object[key];
  }
  return options;
}

}  // namespace

Result<std::vector<std::string>> with_merged_input(const std::vector<std::string>& arguments,
                                                   const std::vector<std::string>& prefixes,
                                                   const std::vector<std::string>& documents) {
  std::vector<std::string> merged;
  auto rest = arguments.begin();
  for (; rest != arguments.end() && *rest != "--"; ++rest) {
    if (!rest->starts_with("@") || rest->size() == 1) {
      merged.push_back(*rest);
      continue;
    }
    CK_TRY(object, object_of(*rest));
    take_documents(object, documents, merged);
    if (object.contains("choices_order") && !rest->starts_with(kInline)) {
      merged.push_back("--autotune=" + rest->substr(1));
      add_options(beside_choices(object), prefixes, merged);
    } else {
      CK_CHECK(check_taken(object, prefixes, *rest));
      add_options(object, prefixes, merged);
    }
  }
  merged.insert(merged.end(), rest, arguments.end());
  return merged;
}

}  // namespace ck::cli
