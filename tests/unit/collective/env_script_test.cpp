#include "collective/env_script.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

const Json kPaths = Json::parse(R"({"path_install": "/opt/p", "path_bin": "/opt/p/bin",
                                    "path_lib": "/opt/p/lib", "path_include": "/opt/p/include"})");

EnvScript script_with(const Json& more = Json::object()) {
  EnvScript script;
  script.soft = "soft:probe";
  script.version = "1.0";
  script.prefix = "CK_ENV_PROBE";
  script.customize = kPaths;
  script.customize.update(more);
  return script;
}

std::string text_of(const EnvScript& script) { return env_script(script, linux_platform(64)); }

/// Names of the variables that a script exports, in order.
Texts exported(const EnvScript& script) {
  Texts names;
  for (const std::string& line : split(text_of(script), '\n')) {
    if (!line.starts_with("export ")) continue;
    names.push_back(line.substr(7, line.find('=') - 7));
  }
  return names;
}

bool exports(const EnvScript& script, std::string_view name) {
  const Texts names = exported(script);
  return std::ranges::find(names, name) != names.end();
}

/// What a shell prints that runs `before`, the script, and then `after`.
std::string shell_output(const EnvScript& script, const std::string& before,
                         const std::string& after) {
  const std::string command = before + "\nf() {\n" + text_of(script) + "}\nf $ARGUMENT\n" + after;
  FILE* pipe = popen(("bash -c " + shell_quoted(command)).c_str(), "r");
  if (pipe == nullptr) return "no shell";
  std::string output;
  std::array<char, 4096> buffer{};
  while (const auto count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  pclose(pipe);
  return output;
}

TEST(EnvScript, WritesVariablesInTheirOrder) {
  EnvScript script = script_with();
  script.env = {{"B", "2"}, {"a", "3"}, {"A", "1"}};
  script.bat = "export HOOK=1\n";
  EXPECT_EQ(exported(script), (Texts{"CK_ENV_PROBE", "CK_ENV_PROBE_BIN", "CK_ENV_PROBE_LIB",
                                     "CK_ENV_PROBE_INCLUDE", "HOOK", "A", "B", "a", "PATH",
                                     "LIBRARY_PATH", "LD_LIBRARY_PATH", "CK_ENV_PROBE_SET"}));
}

TEST(EnvScript, SourcesDependenciesBeforeItsOwnVariables) {
  EnvScript script = script_with();
  script.below = {"/env/a/env.sh", "/env/b c/env.sh"};
  const std::string text = text_of(script);
  const auto first = text.find(". /env/a/env.sh\n");
  const auto second = text.find(". '/env/b c/env.sh'\n");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, text.find("export CK_ENV_PROBE="));
}

TEST(EnvScript, LeavesOutFoldersThatAreUnknownOrSwitchedOff) {
  EXPECT_FALSE(exports(script_with({{"skip_path", "yes"}}), "CK_ENV_PROBE"));
  EXPECT_FALSE(exports(script_with({{"path_lib", ""}}), "CK_ENV_PROBE_LIB"));
  EXPECT_FALSE(exports(script_with({{"skip_add_to_bin", "yes"}}), "CK_ENV_PROBE_BIN"));
  const EnvScript without_folders = script_with({{"skip_add_dirs", "yes"}});
  EXPECT_FALSE(exports(without_folders, "CK_ENV_PROBE_LIB"));
  EXPECT_TRUE(exports(without_folders, "LD_LIBRARY_PATH"));
}

TEST(EnvScript, PathIsExtendedUnlessSkippedAndAlwaysWhenAskedFor) {
  EXPECT_FALSE(exports(script_with({{"skip_add_to_path", "yes"}}), "PATH"));
  EXPECT_FALSE(exports(script_with({{"skip_add_to_bin", "yes"}}), "PATH"));
  EXPECT_FALSE(exports(script_with({{"skip_dirs", "yes"}}), "PATH"));
  EXPECT_FALSE(exports(script_with({{"path_install", ""}}), "PATH"));
  for (const char* key : {"skip_add_to_path", "skip_add_to_bin", "skip_dirs"}) {
    EXPECT_TRUE(exports(script_with({{key, "yes"}, {"add_to_path", "yes"}}), "PATH")) << key;
  }
  EXPECT_TRUE(exports(script_with({{"path_install", ""}, {"add_to_path", "yes"}}), "PATH"));
}

TEST(EnvScript, LibraryPathsAreExtendedWhereThereIsAFolder) {
  EXPECT_FALSE(exports(script_with({{"skip_add_to_ld_path", "yes"}}), "LD_LIBRARY_PATH"));
  EXPECT_FALSE(exports(script_with({{"skip_dirs", "yes"}}), "LIBRARY_PATH"));
  EXPECT_FALSE(
      exports(script_with({{"path_install", ""}, {"add_to_path", "yes"}}), "LD_LIBRARY_PATH"));
  EXPECT_TRUE(exports(script_with({{"skip_path", "yes"}}), "LIBRARY_PATH"));
}

TEST(EnvScript, PathNeverGetsAnEmptyElement) {
  EnvScript script = script_with({{"add_to_path", "yes"}, {"path_bin", ""}, {"path_lib", ""}});
  EXPECT_EQ(
      shell_output(script, "LD_LIBRARY_PATH= PATH=/usr/bin", "echo \"$PATH|$LD_LIBRARY_PATH\""),
      "/usr/bin|\n");
  EXPECT_EQ(shell_output(script_with(), "LD_LIBRARY_PATH= PATH=/usr/bin",
                         "echo \"$PATH|$LD_LIBRARY_PATH\""),
            "/opt/p/bin:/usr/bin|/opt/p/lib\n");
}

TEST(EnvScript, DoesItsWorkOnceUnlessForced) {
  EnvScript script = script_with();
  script.env = {{"A", "new"}};
  EXPECT_EQ(shell_output(script, "A=old CK_ENV_PROBE_SET=1", "echo $A"), "old\n");
  EXPECT_EQ(shell_output(script, "A=old CK_ENV_PROBE_SET=1 ARGUMENT=1", "echo $A"), "new\n");
}

TEST(EnvScript, ValuesReachTheShellAsTheyAreButReferencesExpand) {
  EnvScript script = script_with({{"path_lib", "/opt/p q/lib"}});
  script.env = {{"A", "a b"},       {"B", "a;echo no"}, {"C", "$(echo no)"},   {"D", " "},
                {"E", "$X/y:${X}"}, {"F", 1},           {"G", "it's \"q\" \\"}};
  EXPECT_EQ(shell_output(script, "X=/x",
                         "printf '[%s]' \"$A\" \"$B\" \"$C\" \"$D\" \"$E\" \"$F\" \"$G\" "
                         "\"$CK_ENV_PROBE_LIB\""),
            "[a b][a;echo no][$(echo no)][ ][/x/y:/x][1][it's \"q\" \\][/opt/p q/lib]");
}

TEST(EnvScript, NamesAndCommentsCannotSmuggleCommands) {
  EnvScript script = script_with();
  script.soft = "soft:x\necho no";
  script.version = "1\necho no";
  script.env = {{"A;echo no", "1"}};
  EXPECT_EQ(shell_output(script, "", "echo yes"), "yes\n");
}

TEST(EnvScript, WithoutAPrefixOnlyVariablesAreSet) {
  EnvScript script = script_with();
  script.env = {{"A", "1"}};
  script.prefix = "";
  EXPECT_EQ(exported(script), Texts{"A"});
  script.prefix = "X; echo no";
  EXPECT_EQ(exported(script), Texts{"A"});
}

}  // namespace
}  // namespace ck::collective
