#include "model/native_reader.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model {
namespace native {
namespace {

const std::vector<std::string> kKindNames = {"dataset", "model",  "software", "package",
                                             "program", "script", "profile"};

std::optional<Kind> kind_of(const Json& document, JsonProblems& problems) {
  const auto schema = schema_of(document, problems);
  if (!schema) return std::nullopt;
  const auto kind = parse_kind(*schema);
  if (!kind) {
    problems.add("/schema", "names no kind of component: " + shown(*schema),
                 did_you_mean(near_misses(*schema, kKindNames))
                     .value_or("kinds are " + join(kKindNames, ", ")));
  }
  return kind;
}

/// The text of "version", or nothing when it is absent or wrong.
std::optional<Version> version_field(Document& document, ObjectReader& object) {
  const auto text = object.optional_string("version");
  if (!text) return std::nullopt;
  auto version = Version::parse(*text);
  if (version) return std::move(*version);
  document.add(object.path_of("version"), version.error());
  return std::nullopt;
}

/// Names and tags of all variations, whatever else may be wrong with them.
Tags variation_tags(const Json& document) {
  std::vector<std::string> tags;
  const auto groups = document.find("variations");
  if (groups == document.end() || !groups->is_object()) return {};
  for (const Json& group : *groups) {
    const auto options = group.is_object() ? group.find("options") : group.end();
    if (options == group.end() || !options->is_object()) continue;
    for (const auto& [name, option] : options->items()) {
      tags.push_back(name);
      const auto own = option.is_object() ? option.find("tags") : option.end();
      if (own == option.end() || !own->is_array()) continue;
      for (const Json& tag : *own) {
        if (tag.is_string()) tags.push_back(tag.get<std::string>());
      }
    }
  }
  return Tags(std::move(tags));
}

/// What identifies a component: also all that a summary needs.
Common read_identity(Document& document, ObjectReader& object, const std::string& expected_name) {
  Common common;
  common.kind = document.kind();
  object.has("schema");
  common.name = object.string("name");
  if (!common.name.empty() && common.name != expected_name) {
    object.problem(
        "name", "is " + shown(common.name) + ", but its folder is called " + shown(expected_name));
  } else if (!common.name.empty()) {
    must_be(document, object.path_of("name"), common.name, is_valid_name,
            "a name of letters, digits and '._-+@'");
  }
  common.uid = object.string("uid");
  if (!common.uid.empty()) {
    must_be(document, object.path_of("uid"), common.uid, is_uid, "16 lower-case hex digits");
  }
  common.tags = Tags(tags_field(document, object, "tags"));
  // A detector has no version; it says under this key how to find that of what it detects.
  if (document.kind() != Kind::software) {
    common.version = version_field(document, object).value_or(Version());
  }
  return common;
}

Descriptor read_kind(Document& document, ObjectReader& object, Common common) {
  switch (common.kind) {
    case Kind::dataset:
    case Kind::model:
    case Kind::package:
      return read_package(document, object, std::move(common));
    case Kind::program:
      return read_program(document, object, std::move(common));
    case Kind::software:
      return read_software(document, object, std::move(common));
    case Kind::script:
      return read_script(document, object, std::move(common));
    case Kind::profile:
      return read_profile(document, object, std::move(common));
  }
  return Package();
}

}  // namespace

Common read_common(Document& document, ObjectReader& object, const std::string& expected_name) {
  Common common = read_identity(document, object, expected_name);
  common.description = text_field(document, object, "description");
  common.license = text_field(document, object, "license");
  return common;
}

}  // namespace native

namespace {

/// What can be read of a descriptor, and what is wrong with it.
std::optional<Descriptor> read_all(const Json& json, const std::string& expected_name,
                                   JsonProblems& problems) {
  const auto kind = native::kind_of(json, problems);
  if (!kind) return std::nullopt;
  native::Document document(problems, *kind);
  ObjectReader object(json, "", problems);
  Common common = native::read_common(document, object, expected_name);
  Descriptor descriptor = native::read_kind(document, object, std::move(common));
  object.finish();
  document.finish();
  return descriptor;
}

}  // namespace

Result<Descriptor> read_descriptor(std::string_view text, const std::string& expected_name,
                                   const std::string& source) {
  CK_TRY(json, parse_json(text, source));
  JsonProblems problems(source);
  auto descriptor = read_all(json, expected_name, problems);
  if (!problems.empty()) return fail(problems.to_error());
  return std::move(*descriptor);
}

Result<std::vector<JsonProblem>> problems_of_descriptor(std::string_view text,
                                                        const std::string& expected_name,
                                                        const std::string& source) {
  CK_TRY(json, parse_json(text, source));
  JsonProblems problems(source);
  read_all(json, expected_name, problems);
  return problems.all();
}

Result<Summary> read_summary(std::string_view text, const std::string& expected_name,
                             const std::string& source) {
  CK_TRY(json, parse_json(text, source));
  JsonProblems problems(source);
  const auto kind = native::kind_of(json, problems);
  if (!kind) return fail(problems.to_error());

  native::Document document(problems, *kind);
  ObjectReader object(json, "", problems);
  const Common common = native::read_identity(document, object, expected_name);
  if (!problems.empty()) return fail(problems.to_error());
  return Summary{std::string(name_of(*kind)), common.name, common.uid,
                 common.version.text(),       common.tags, native::variation_tags(json)};
}

}  // namespace ck::model
