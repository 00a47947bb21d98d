#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

/// A pattern for the name of a file, without folders.
bool is_file_pattern(std::string_view text) {
  return is_inside(text) && text.find('/') == std::string_view::npos;
}

bool is_root(std::string_view text) {
  return text == "/" || (text.starts_with("/") && is_inside(text.substr(1)));
}

void read_find(Document& document, ObjectReader& parent, Software& software) {
  software.roots = {"/usr/local", "/usr", "/opt/*"};
  const Json* value = parent.required("find");
  if (value == nullptr) return;
  ObjectReader object(*value, parent.path_of("find"), document.problems());
  software.executables = checked_texts(document, object, "executables", is_file_pattern,
                                       "the name of a file (wildcards allowed, no folders)");
  software.files = checked_texts(document, object, "files", is_inside,
                                 "a path relative to the roots (wildcards allowed, no '..')");
  if (object.has("roots")) {
    software.roots = checked_texts(document, object, "roots", is_root,
                                   "an absolute folder (wildcards allowed, no '..')");
    if (software.roots.empty()) object.problem("roots", "must name at least one folder");
  }
  if (value->is_object() && software.executables.empty() && software.files.empty()) {
    parent.problem("find", "must name what to look for, by 'executables' or 'files'");
  }
  object.finish();
}

void read_version_source(Document& document, ObjectReader& parent, Software& software) {
  const Json* value = parent.optional("version");
  if (value == nullptr) return;
  ObjectReader object(*value, parent.path_of("version"), document.problems());
  const bool by_command = object.has("run");
  const bool by_file = object.has("file");
  if (value->is_object() && by_command == by_file) {
    parent.problem("version", "must have either 'run' or 'file', and 'pattern'");
  }
  if (by_command) software.version_run = command_field(document, object, "run", Scope::detection);
  if (by_file) {
    software.version_file = object.string("file");
    document.uses(Scope::detection, object.path_of("file"), software.version_file);
  }
  software.version_pattern = pattern_field(document, object, "pattern");
  object.finish();
}

void read_requires(Document& document, ObjectReader& parent, Software& software) {
  const Json* value = parent.optional("requires");
  if (value == nullptr) return;
  ObjectReader object(*value, parent.path_of("requires"), document.problems());
  software.required_files = texts_field(document, object, "files", Scope::detection);
  if (value->is_object() && software.required_files.empty()) {
    object.problem("files", "must name at least one file");
  }
  object.finish();
}

}  // namespace

Package read_package(Document& document, ObjectReader& object, Common common) {
  Package package;
  const bool has_content = common.kind == Kind::dataset || common.kind == Kind::model;
  package.common = std::move(common);
  package.recipe = read_recipe(document, object);
  if (!has_content) return package;
  if (const Json* holds = object.optional("holds"); holds != nullptr) {
    if (!holds->is_object()) object.problem("holds", "must be an object");
    package.holds = to_text(*holds);
  }
  return package;
}

Software read_software(Document& document, ObjectReader& object, Common common) {
  Software software;
  software.common = std::move(common);
  read_find(document, object, software);
  read_version_source(document, object, software);
  read_requires(document, object, software);
  software.exports = read_exports(document, object, Scope::detection);
  return software;
}

Script read_script(Document& document, ObjectReader& object, Common common) {
  Script script;
  script.common = std::move(common);
  script.recipe.parameters = read_parameters(document, object);
  script.recipe.dependencies = read_dependencies(document, object);
  script.run = command_field(document, object, "run", Scope::texts);
  return script;
}

}  // namespace ck::model::native
