#include "collective/cmake_compiler.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kPublicHook =
    "69a244f27b2cf8b2df4f27c1bef00083b57c3dc8eefc0a8ba793433322a1b72c";
constexpr const char* kUsualFolder = "/usr/bin";

const Json& compiler_of(const Json& dependencies) {
  for (const auto* key : {"compiler", "host-compiler"}) {
    const Json& description = object_at(object_at(dependencies, key), "dict");
    if (!description.empty()) return description;
  }
  return object_at(Json(), "");
}

/// "gcc -m32" as program and flags.
std::pair<std::string, std::string> split_command(const std::string& command) {
  const auto bare = [](std::string_view text) {
    const auto first = text.find_first_not_of(" \"");
    if (first == std::string_view::npos) return std::string();
    return std::string(text.substr(first, text.find_last_not_of(" \"") + 1 - first));
  };
  const auto blank = command.find(' ');
  if (blank == std::string::npos || blank == 0) return {command, ""};
  return {bare(command.substr(0, blank)), bare(command.substr(blank + 1))};
}

class Telling {
 public:
  Telling(const Json& compiler, const Platform& platform)
      : env_(object_at(compiler, "env")), platform_(platform) {
    const auto prefix = text_at(object_at(compiler, "customize"), "env_prefix");
    folder_ = text_at(env_, prefix + "_BIN");
    if (folder_.empty()) folder_ = kUsualFolder;
  }

  Result<Json> run(const Json& install_env) {
    if (value("CK_CC").find("clang") != std::string::npos) told_["CK_CLANG"] = "YES";
    const auto [c, c_flags] = split_command(value("CK_CC"));
    const auto [cxx, cxx_flags] = split_command(value("CK_CXX"));
    CK_TRY(c_file, program(c));
    CK_TRY(cxx_file, program(cxx));
    if (const auto archiver = value("CK_AR"); !archiver.empty() && is_file(folder_ / archiver))
      tell("CK_AR_PATH_FOR_CMAKE", (folder_ / archiver).string());
    for (const auto* arm :
         {"CK_ARMEABI_V7A", "CK_ARMEABI_V7A_HARD", "CK_CPU_ARM_NEON", "CK_CPU_ARM_VFPV3"})
      told_[arm] = "OFF";
    tell("CK_CC_PATH_FOR_CMAKE", c_file);
    tell("CK_CC_FLAGS_FOR_CMAKE", with_obligatory(c_flags));
    tell("CK_CXX_PATH_FOR_CMAKE", cxx_file);
    tell("CK_CXX_FLAGS_FOR_CMAKE", with_obligatory(cxx_flags) + library_flags());
    tell("CK_COMPILER_PATH_FOR_CMAKE", folder_.string());
    told_["CK_CMAKE_EXTRA"] = trim(text_at(install_env, "PACKAGE_CONFIGURE_FLAGS_LINUX"));
    for (const auto* name : {"PACKAGE_URL", "PACKAGE_GIT_CHECKOUT"}) {
      const auto here = text_at(install_env, name + std::string("_LINUX"));
      if (!here.empty()) told_[name] = here;
    }
    return std::move(told_);
  }

 private:
  std::string value(const char* name) const { return text_at(env_, name); }

  static bool is_file(const fs::path& file) {
    std::error_code missing;
    return fs::is_regular_file(file, missing);
  }

  Result<std::string> program(const std::string& name) const {
    const fs::path file = folder_ / name;
    if (!name.empty() && is_file(file)) return file.string();
    return fail(ErrorCode::not_found,
                "there is no compiler " + printable(file.string()) + ", which CMake would use");
  }

  /// Under its name, and under the one for MinGW, where only slashes separate.
  void tell(const std::string& name, const std::string& text) {
    told_[name] = text;
    told_[name + "_MINGW"] = replace_all(text, "\\", "/");
  }

  std::string with_obligatory(const std::string& flags) const {
    const auto part = [&](const char* key) { return text_at(platform_.os, key); };
    return std::string(trim(flags + " " + part("env_var_start") + part("env_var_extra1") +
                            "CK_COMPILER_FLAGS_OBLIGATORY" + part("env_var_extra2") +
                            part("env_var_stop")));
  }

  /// A C++ library of the compiler's own.
  std::string library_flags() const {
    std::string flags;
    for (const auto& [prefix, name] :
         {std::pair("CK_FLAG_PREFIX_INCLUDE", "CK_ENV_LIB_STDCPP_INCLUDE"),
          std::pair("CK_FLAG_PREFIX_INCLUDE", "CK_ENV_LIB_STDCPP_INCLUDE_EXTRA"),
          std::pair("CK_FLAG_PREFIX_LIB_DIR", "CK_ENV_LIB_STDCPP")}) {
      if (const auto text = value(name); !text.empty()) flags += " " + value(prefix) + text;
    }
    return flags;
  }

  const Json& env_;
  const Platform& platform_;
  fs::path folder_;
  Json told_ = Json::object();
};

}  // namespace

bool is_known_cmake_hook(const fs::path& hook, const Json& dependencies, const Platform& platform) {
  const auto text = [&](const char* key) { return text_at(platform.os, key); };
  const bool plain = text("ck_name") == "linux" && platform.ck_name2() == "linux" &&
                     text("macos").empty() && text("abi").empty() &&
                     object_at(platform.os, "cpu_features").empty() &&
                     !object_at(compiler_of(dependencies), "deps").contains("ndk-gcc");
  if (!plain) return false;
  const auto hash = sys::hash_file(hook);
  return hash && *hash == kPublicHook;
}

Result<Json> cmake_variables(const Json& package, const Json& dependencies,
                             const Platform& platform) {
  const Json& compiler = compiler_of(dependencies);
  if (compiler.empty()) {
    return fail(ErrorCode::not_found,
                "neither 'compiler' nor 'host-compiler' is among the dependencies, and CMake has "
                "to be told of one");
  }
  return Telling(compiler, platform).run(object_at(object_at(package, "customize"), "install_env"));
}

}  // namespace ck::collective
