#include <array>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

using System = Build::System;

const std::array<std::string, 4> kSystems = {"none", "cmake", "make", "commands"};

BuildCommand read_build_command(Document& document, const Json& value, const std::string& path) {
  ObjectReader object(value, path, document.problems());
  BuildCommand command;
  command.run = command_field(document, object, "run", Scope::texts);
  command.directory = path_field(document, object, "cwd");
  command.variables =
      variables_field(document, object, "variables", Audience::itself, Scope::texts);
  object.finish();
  return command;
}

/// A key that the chosen system would ignore is a mistake.
void check_keys_fit(ObjectReader& object, const Build& build) {
  const System system = build.system;
  const bool generated = system == System::cmake || system == System::make;
  for (const std::string_view key : {"options", "targets"}) {
    if (!generated && object.has(key)) {
      object.problem(key, "belongs to the systems 'cmake' and 'make' only");
    }
  }
  if (system != System::commands && object.has("commands")) {
    object.problem("commands", "belongs to the system 'commands' only");
  }
  if (system == System::commands && build.commands.empty()) {
    object.problem("commands", "must hold at least one command for the system 'commands'");
  }
}

CheckedFile read_checked_file(Document& document, const Json& value, const std::string& path) {
  CheckedFile file;
  if (value.is_string()) {
    file.path = value.get<std::string>();
    check_path(document, path, file.path);
    return file;
  }
  ObjectReader object(value, path, document.problems());
  object.required("path");
  file.path = path_field(document, object, "path");
  file.sha256 = object.string("sha256");
  if (!file.sha256.empty()) {
    must_be(document, object.path_of("sha256"), file.sha256, is_sha256, "64 lower-case hex digits");
  }
  object.finish();
  return file;
}

}  // namespace

Build read_build(Document& document, ObjectReader& parent) {
  Build build;
  const Json* value = parent.optional("build");
  if (value == nullptr) return build;
  ObjectReader object(*value, parent.path_of("build"), document.problems());
  const auto system = choice_field(object, "system", kSystems);
  build.options = named_texts(document, object, "options", is_key, "the name of a build variable",
                              Scope::texts);
  build.targets = texts_field(document, object, "targets", Scope::texts);
  object.each("commands", [&](const Json& command, const std::string& path) {
    build.commands.push_back(read_build_command(document, command, path));
  });
  if (system) {
    build.system = static_cast<System>(*system);
    check_keys_fit(object, build);
  }
  object.finish();
  return build;
}

Exports read_exports(Document& document, ObjectReader& parent, Scope scope) {
  Exports exports;
  const Json* value = parent.optional("exports");
  if (value == nullptr) return exports;
  ObjectReader object(*value, parent.path_of("exports"), document.problems());
  exports.values =
      named_texts(document, object, "values", is_key,
                  "a name of letters, digits, '_' and '-' that starts with a letter", scope);
  exports.variables = variables_field(document, object, "variables", Audience::dependants, scope);
  exports.prepend = prepends_field(document, object, "prepend", scope);
  object.finish();
  return exports;
}

Check read_check(Document& document, ObjectReader& parent) {
  Check check;
  const Json* value = parent.optional("check");
  if (value == nullptr) return check;
  ObjectReader object(*value, parent.path_of("check"), document.problems());
  object.each("files", [&](const Json& file, const std::string& path) {
    check.files.push_back(read_checked_file(document, file, path));
  });
  check.run = texts_field(document, object, "run", Scope::texts);
  object.finish();
  return check;
}

Recipe read_recipe(Document& document, ObjectReader& object) {
  Recipe recipe;
  recipe.parameters = read_parameters(document, object);
  recipe.dependencies = read_dependencies(document, object);
  recipe.sources = read_sources(document, object);
  recipe.variations = read_variations(document, object);
  recipe.conflicts = read_conflicts(document, object);
  recipe.build = read_build(document, object);
  recipe.exports = read_exports(document, object, Scope::texts);
  recipe.check = read_check(document, object);
  return recipe;
}

}  // namespace ck::model::native
