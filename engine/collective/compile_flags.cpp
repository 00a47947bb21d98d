#include "collective/compile_flags.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/shell.hpp"
#include "collective/tokens.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kIncludePrefix = "${CK_FLAG_PREFIX_INCLUDE}";
constexpr std::string_view kFolderPrefix = "${CK_FLAG_PREFIX_LIB_DIR}";
constexpr std::string_view kTakeFrom = "$#ck_take_from_{";
constexpr std::string_view kTakeFromEnd = "}#$";

std::string to_upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// A value of -D. Who wrote quotes or backslashes wrote shell text; anything else is one word.
std::string definition_value(const std::string& value) {
  const bool is_shell_text = value.find_first_of("'\"\\") != std::string::npos;
  return is_shell_text ? value : shell_word(value);
}

std::map<std::string, std::string> definitions(const CompileInput& input,
                                               const CompileRequest& request,
                                               const Platform& platform) {
  std::map<std::string, std::string> values;
  for (const Json* variables :
       {&object_at(input.meta, "build_compiler_vars"), &request.variables}) {
    if (!variables->is_object()) continue;
    for (const auto& [name, _] : variables->items()) values[name] = text_at(*variables, name);
  }
  for (const char* of : {"HOST", "TARGET"}) {
    values[fmt::format("CK_{}_OS_NAME_{}", of, to_upper(platform.ck_name()))] = "1";
    values[fmt::format("CK_{}_OS_NAME2_{}", of, to_upper(platform.ck_name2()))] = "1";
  }
  return values;
}

void add_word(std::string& line, std::string_view word) {
  if (word.empty()) return;
  if (!line.empty()) line += ' ';
  line += word;
}

void add_include(std::string& flags, std::string_view folder) {
  if (!folder.empty()) add_word(flags, fmt::format("{}{}", kIncludePrefix, shell_path(folder)));
}

/// The value of a variable, or of a text with "$<<NAME>>$"; empty when something is not defined,
/// as it is for libraries that only some platforms need.
std::string value_or_nothing(const std::string& text, const Json& environment) {
  if (text.find(kVariableToken.open) == std::string::npos) return text_at(environment, text);
  const auto expanded = replace_tokens(
      text, kVariableToken, [&](const Token& token) -> Result<std::optional<std::string>> {
        std::string value = text_at(environment, token.name);
        if (value.empty()) return fail(ErrorCode::not_found, std::string(token.name));
        return value;
      });
  return expanded.value_or("");
}

/// The name that -l takes of "libNAME.so" or "libNAME.a"; empty for other files.
std::string_view name_for_linker(std::string_view file) {
  if (!file.starts_with("lib")) return {};
  for (const std::string_view extension : {".so", ".a"}) {
    if (file.ends_with(extension)) return file.substr(3, file.size() - 3 - extension.size());
  }
  return {};
}

/// The libraries of one dependency.
class Libraries {
 public:
  Libraries(const Json& dependency, bool static_link, bool may_strip)
      : customize_(object_at(dependency, "cus")), static_(static_link), may_strip_(may_strip) {
    folder_ = first_of(static_ ? "path_lib" : "path_dynamic_lib",
                       static_ ? "path_static_lib" : "path_lib");
    if (yes_at(dependency, "force_add_static_lib_path"))
      add_folder(first_of("path_static_lib", "path_lib"));
  }

  void add(const std::string& file) {
    if (file.empty()) return;
    const auto name = name_for_linker(file);
    if (static_ || !may_strip_ || name.empty()) {
      add_word(flags_, shell_path(folder_.empty() ? file : folder_ + "/" + file));
      return;
    }
    add_folder(folder_);
    add_word(flags_, "-l" + shell_word(name));
  }

  /// The library itself; linked dynamically, a static one will do.
  std::string main() const {
    const std::string static_lib = text_at(customize_, "static_lib");
    if (static_) return static_lib;
    const std::string dynamic_lib = text_at(customize_, "dynamic_lib");
    return dynamic_lib.empty() ? static_lib : dynamic_lib;
  }

  std::string extra(const std::string& name) const {
    return text_at(object_at(customize_, static_ ? "extra_static_libs" : "extra_dynamic_libs"),
                   name);
  }

  const std::string& flags() const { return flags_; }

 private:
  std::string first_of(const char* key, const char* otherwise) const {
    const std::string folder = text_at(customize_, key);
    return folder.empty() ? text_at(customize_, otherwise) : folder;
  }

  void add_folder(const std::string& folder) {
    if (folder.empty() || folder == last_folder_) return;
    add_word(flags_, fmt::format("{}{}", kFolderPrefix, shell_path(folder)));
    last_folder_ = folder;
  }

  const Json& customize_;
  bool static_;
  bool may_strip_;
  std::string folder_;
  std::string last_folder_;
  std::string flags_;
};

Result<std::string> flags_of_dependency(const std::string& key, const Json& dependency,
                                        bool static_link, bool may_strip) {
  Libraries libraries(dependency, static_link, may_strip);
  for (const std::string& name : texts_at(dependency, "extra_libs")) {
    const std::string file = libraries.extra(name);
    if (file.empty()) {
      return fail(ErrorCode::invalid, fmt::format("the dependency {} has no library '{}' "
                                                  "(key extra_libs)",
                                                  printable(key), printable(name)));
    }
    libraries.add(file);
  }
  libraries.add(libraries.main());
  CK_TRY(more, flags_at(dependency, "extra_ld_vars"));
  std::string flags = libraries.flags();
  add_word(flags, more);
  return flags;
}

}  // namespace

Result<std::string> flags_at(const Json& object, std::string_view key) {
  return variables_as_references(text_at(object, key));
}

Result<std::string> definition_flags(const CompileInput& input, const CompileRequest& request,
                                     const Platform& platform) {
  std::string flags;
  if (!yes_at(input.meta, "skip_compiler_vars")) {
    for (const auto& [name, value] : definitions(input, request, platform)) {
      add_word(flags, fmt::format("${{CK_FLAG_PREFIX_VAR}}{}{}{}", name, value.empty() ? "" : "=",
                                  value.empty() ? "" : definition_value(value)));
    }
  }
  CK_TRY(more, flags_at(input.meta, "compiler_flags_as_env"));
  add_word(flags, more);
  return flags;
}

Result<std::string> include_flags(const CompileInput& input) {
  std::string flags;
  for (const auto& [_, dependency] : input.dependencies.items()) {
    const Json& customize = object_at(dependency, "cus");
    for (const std::string& folder : texts_at(customize, "path_includes")) {
      add_include(flags, folder);
    }
    add_include(flags, text_at(customize, "path_include"));
  }
  for (const std::string& folder : texts_at(input.meta, "include_dirs")) {
    CK_TRY(place, place_of(folder, "../", input));
    add_include(flags, place);
  }
  for (const std::string& name : texts_at(input.meta, "compiler_add_include_as_env_from_deps")) {
    add_include(flags, value_or_nothing(name, input.environment));
  }
  return flags;
}

Result<std::string> library_flags(const CompileInput& input, bool static_link) {
  const Json& compiler = object_at(input.dependencies, "compiler");
  const bool may_strip = yes_at(object_at(compiler, "cus"), "can_strip_dynamic_lib");
  std::string flags;
  for (const auto& [key, dependency] : input.dependencies.items()) {
    if (yes_at(dependency, "skip_linking")) continue;
    CK_TRY(more, flags_of_dependency(key, dependency, static_link, may_strip));
    add_word(flags, more);
  }
  return flags;
}

Result<std::string> place_of(const std::string& name, std::string_view parent,
                             const CompileInput& input) {
  if (name.starts_with(kTakeFrom)) {
    const auto end = name.find(kTakeFromEnd);
    if (end == std::string::npos || !input.find_entry) {
      return fail(ErrorCode::invalid, fmt::format("'{}' names no other entry", printable(name)));
    }
    CK_TRY(folder, input.find_entry(name.substr(kTakeFrom.size(), end - kTakeFrom.size())));
    return (folder / name.substr(end + kTakeFromEnd.size())).string();
  }
  CK_TRY(text, variables_as_references(name));
  const bool stands_alone = text.starts_with('/') || text.starts_with('$');
  return stands_alone ? std::move(text) : std::string(parent) + text;
}

}  // namespace ck::collective
