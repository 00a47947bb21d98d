#include "collective/env_script.hpp"

#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/shell.hpp"

namespace ck::collective {
namespace {

/// Sourced without argument it does its work once, with "1" again.
std::string guard(const std::string& prefix) {
  return fmt::format("if [ \"$1\" != 1 ] && [ \"${}_SET\" = 1 ]; then return 0; fi\n\n", prefix);
}

std::string comment(const EnvScript& script, const Platform& platform) {
  return fmt::format("# Software  {}\n# Version   {}\n# Platform  {}\n\n", printable(script.soft),
                     printable(script.version), printable(platform.name));
}

std::string dependency_lines(const std::vector<fs::path>& below) {
  std::string lines;
  for (const fs::path& path : below) lines += fmt::format(". {}\n", shell_quoted(path.string()));
  return lines;
}

/// PREFIX, PREFIX_BIN, PREFIX_LIB, PREFIX_INCLUDE.
std::string path_lines(const std::string& prefix, const Json& customize) {
  std::string lines;
  const auto add = [&](const char* suffix, const char* key) {
    const std::string path = text_at(customize, key);
    if (!path.empty()) lines += export_line(prefix + suffix, path);
  };
  if (!yes_at(customize, "skip_path")) add("", "path_install");
  if (yes_at(customize, "skip_add_dirs")) return lines;
  if (!yes_at(customize, "skip_add_to_bin")) add("_BIN", "path_bin");
  add("_LIB", "path_lib");
  add("_INCLUDE", "path_include");
  return lines;
}

std::string variable_lines(const Json& env) {
  std::map<std::string, std::string> sorted;
  if (env.is_object()) {
    for (const auto& [name, value] : env.items()) {
      sorted[name] = value.is_string() ? value.get<std::string>() : text_at(env, name);
    }
  }
  std::string lines;
  for (const auto& [name, value] : sorted) lines += export_line(name, value);
  return lines;
}

bool adds_to_path(const Json& customize, bool has_folder) {
  return yes_at(customize, "add_to_path") ||
         (has_folder && !yes_at(customize, "skip_add_to_path") &&
          !yes_at(customize, "skip_add_to_bin"));
}

std::string search_lines(const std::string& prefix, const Json& customize) {
  const bool has_folder =
      !text_at(customize, "path_install").empty() && !yes_at(customize, "skip_dirs");
  std::string lines;
  if (adds_to_path(customize, has_folder)) lines += prepend_line("PATH", prefix + "_BIN");
  if (has_folder && !yes_at(customize, "skip_add_to_ld_path")) {
    lines += prepend_line("LIBRARY_PATH", prefix + "_LIB");
    lines += prepend_line("LD_LIBRARY_PATH", prefix + "_LIB");
  }
  return lines;
}

}  // namespace

std::string env_script(const EnvScript& script, const Platform& platform) {
  const bool has_prefix = is_variable_name(script.prefix);
  std::string text = "#!/bin/bash\n";
  if (has_prefix) text += guard(script.prefix);
  text += comment(script, platform);
  text += dependency_lines(script.below);
  if (has_prefix) text += path_lines(script.prefix, script.customize);
  if (!script.bat.empty()) text += script.bat + "\n";
  text += variable_lines(script.env);
  if (!has_prefix) return text;
  return text + search_lines(script.prefix, script.customize) +
         export_line(script.prefix + "_SET", "1");
}

}  // namespace ck::collective
