#include "collective/platform.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "collective/meta.hpp"
#include "collective/tokens.hpp"

namespace ck::collective {
namespace {

/// The members that engine and hooks read, as they are for both widths. There is no `macos`,
/// `windows_base`, `remote`, `mingw` or `abi`: hooks take their absence for "no".
constexpr std::string_view kLinux = R"json({
  "name": "unix", "family": "linux", "ck_name": "linux", "ck_name2": "linux", "ck_name3": "linux",
  "generic": "yes", "priority": "yes", "tags": ["os", "linux", "standard"],

  "dir_sep": "/", "bin_prefix": "./", "exec_prefix": "./", "script_ext": ".sh",
  "file_extensions": {
    "exe": ".out", "dll": ".so", "lib": ".a", "java_class": ".class", "java_lib": ".jar"
  },
  "host_file_extensions": {"exe2": ""},

  "env_set": "export", "env_call": ".", "env_separator": ";", "env_var_separator": ":",
  "env_var_start": "$", "env_var_stop": "", "env_var_extra1": "{", "env_var_extra2": "}",
  "env_quotes": "\"", "env_quotes_if_space": "\"", "env_quotes_if_space_in_call": "\"",
  "env_library_path": "LIBRARY_PATH", "env_ld_library_path": "LD_LIBRARY_PATH",

  "batch_prefix": "#!/bin/bash\n", "batch_bash_prefix": "#!/bin/bash\n",
  "batch_check_if_set": "if [ \"$1\" != 1 ] && [ \"$$#ck_var#$\" = 1 ]; then return 0; fi\n",
  "batch_exit": "exit $#return_code#$",
  "quit_if_error": "status=$?; if [ $status -ne 0 ]; then exit $status; fi",
  "interpreter": "sh", "rem": "#", "use_bash_to_run": "bash -c \"$#cmd#$\"",
  "redirect_stdout": ">", "redirect_stdout_aggr": ">>",
  "redirect_stderr": "2>", "redirect_stderr_aggr": "2>>", "redirect_stderr_with_stdout": "2>>&1",
  "suppress_output": "> /dev/null",

  "change_dir": "cd", "make_dir": "mkdir -p ", "delete_file": "rm ",
  "set_executable": "chmod 755", "md5sum": "md5sum",
  "set_affinity": "taskset -c $#ck_affinity#$",
  "sudo_pre": "sudo ", "sudo_init": "sudo -v", "sudo_post": "sudo chown -R $USER:$USER "
})json";

bool names_one_of(const std::vector<std::string>& wanted, const std::vector<std::string>& offered) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& one) {
           return std::ranges::find(offered, one) != offered.end();
         });
}

/// "file_ext_dll" and `prefix` "file_ext_": the member "dll" of `extensions`.
std::optional<std::string> extension(std::string_view token, std::string_view prefix,
                                     const Json& extensions) {
  if (!token.starts_with(prefix)) return std::nullopt;
  const std::string_view kind = token.substr(prefix.size());
  if (!extensions.contains(kind)) return std::nullopt;
  return text_at(extensions, kind);
}

std::optional<std::string> token_value(std::string_view token, const Platform& platform,
                                       std::string_view home) {
  if (token == "sep") return text_at(platform.os, "dir_sep");
  if (token == "home") return std::string(home);
  if (token == "abi" || token == "processor") return text_at(platform.os, token);
  if (auto found = extension(token, "file_ext_", object_at(platform.os, "file_extensions"))) {
    return found;
  }
  return extension(token, "host_file_ext_", object_at(platform.os, "host_file_extensions"));
}

}  // namespace

std::string Platform::ck_name() const { return text_at(os, "ck_name"); }
std::string Platform::ck_name2() const { return text_at(os, "ck_name2"); }
std::string Platform::bits() const { return text_at(os, "bits"); }

Platform linux_platform(int bits) {
  Json os = Json::parse(kLinux);
  const bool wide = bits == 64;
  os["bits"] = wide ? "64" : "32";
  os["bits_all"] = wide ? Json{"32", "64"} : Json{"32"};
  os["lib_dir"] = wide ? "lib64" : "lib";
  os["processor"] = wide ? "x64" : "x86";
  if (wide) return {std::move(os), "linux-64", "4258b5fe54828a50"};
  return {std::move(os), "linux-32", "fb525e34243f49c1"};
}

const Json& for_platform(const Json& map, const Platform& platform) {
  static const Json none;
  if (!map.is_object()) return none;
  for (const std::string& name : {platform.ck_name2(), platform.ck_name()}) {
    if (const auto it = map.find(name); it != map.end()) return *it;
  }
  return none;
}

bool meant_for(const Json& object, const Platform& platform) {
  const auto tags = texts_at(platform.os, "tags");
  const std::vector<std::string> names = {platform.name, platform.uid};
  return names_one_of(texts_at(object, "only_for_host_os_tags"), tags) &&
         names_one_of(texts_at(object, "only_for_target_os_tags"), tags) &&
         names_one_of(texts_at(object, "only_for_host_os"), names) &&
         names_one_of(texts_at(object, "only_for_target_os"), names);
}

std::string expand_platform_tokens(std::string_view text, const Platform& platform,
                                   std::string_view home) {
  return *replace_tokens(text, kHashToken,
                         [&](const Token& token) -> Result<std::optional<std::string>> {
                           return token_value(token.name, platform, home);
                         });
}

}  // namespace ck::collective
