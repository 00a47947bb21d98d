#include "collective/plain_shell.hpp"

#include "base/strings.hpp"
#include "collective/env_script.hpp"
#include "collective/steps.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;
using install::Variables;

const Variables kBefore = {{"A", "1"}, {"PATH", "/usr/bin:/bin"}};

class PlainShellTest : public WorkbenchTest {
 protected:
  fs::path environments() { return world.folder / "home/envs"; }

  /// An env.sh with this text; its path.
  std::string script(const std::string& text, char id = 'a', const std::string& name = "env.sh") {
    const fs::path file = environments() / std::string(32, id) / name;
    test::write_text(file, text);
    return file.string();
  }

  std::optional<Variables> plain(const Texts& lines, const Variables& before = kBefore) {
    return plain_variables_after(lines, before, environments());
  }

  /// Understood, and exactly what bash makes of it.
  void expect_as_bash(const std::string& text) {
    const auto own = plain({text});
    ASSERT_TRUE(own) << text;
    // Something that is not understood, and changes nothing, makes the step ask bash.
    const auto theirs = variables_after({text, "true"}, kBefore, world.folder.path(), bench());
    ASSERT_OK(theirs) << text;
    EXPECT_EQ(*own, *theirs) << text;
  }
};

TEST_F(PlainShellTest, WordsMeanWhatTheyMeanToBash) {
  for (const char* text : {"export B=",
                           "export B=x",
                           "  export B=x  ",
                           "export B=a=b:c,d@e%f+g",
                           "export B='a $A \" b'",
                           "export B=\"a b\"c'd'",
                           "export B=\"$A ${A}\"",
                           "export B=$A/$C/${A}x",
                           "export A=$A$A",
                           "export B=\"a \\\"b\\\" \\$A \\\\ \\`\"",
                           "export B=\"two\nlines\"",
                           "export B=x # words",
                           "# words\n\n\texport B=x\n",
                           "export B=${A:+a${C:+no}b}c",
                           "export B=${C:+a}c",
                           "export PATH=${A:+$A${PATH:+:}}$PATH",
                           "export B='#'x",
                           "export B=-I/x",
                           "export B=\"*?[~!{\"",
                           "",
                           "export A=\nexport B=${A:+x}"})
    expect_as_bash(text);
}

TEST_F(PlainShellTest, ScriptsOfEnvironmentsAreLoaded) {
  const auto below = script("export BELOW=$A\nexport ORDER=${ORDER:+$ORDER,}below\n", 'b');
  const auto above = script("if [ \"$1\" != 1 ] && [ \"$X_SET\" = 1 ]; then return 0; fi\n\n. " +
                            below + "\nexport ORDER=$ORDER,above\nexport X_SET=1\n");
  expect_as_bash(". " + above);
  expect_as_bash(". '" + above + "'");
  expect_as_bash(". " + above + "\n. " + above);
  expect_as_bash(". " + above + "\n. " + above + " 1");
  EXPECT_EQ(*plain({". " + above, ". " + above + " 1"}),
            (Variables{{"A", "1"},
                       {"BELOW", "1"},
                       {"ORDER", "below,above,below,above"},
                       {"PATH", "/usr/bin:/bin"},
                       {"X_SET", "1"}}));
}

TEST_F(PlainShellTest, WhatTheEngineWritesIsUnderstood) {
  EnvScript written;
  written.soft = "soft:lib.x";
  written.prefix = "CK_ENV_LIB_X";
  written.customize = Json::parse(
      R"({"path_install": "/opt/x y", "path_lib": "/opt/x y/lib", "path_bin": "/opt/x y/bin"})");
  written.env = Json::parse(R"({"CK_FLAGS": "-O2 \"q\" `w` $A", "CK_EMPTY": ""})");
  expect_as_bash(". " + script(env_script(written, linux_platform(64))));
}

TEST_F(PlainShellTest, AnythingElseIsLeftToBash) {
  for (const char* text : {"echo x",
                           "export B=$(id)",
                           "export B=`id`",
                           "export B=\"$(id)\"",
                           "export B=\"`id`\"",
                           "export B=x; id",
                           "export B=x C=y",
                           "export B=x y",
                           "export B=~/x",
                           "export B=a*",
                           "export B=$((1+1))",
                           "export B=$1",
                           "export B=$$",
                           "export B=${A#x}",
                           "export B=${A:-x}",
                           "export B=\"${A:+x}\"",
                           "export B=a\\ b",
                           "export B=\"a\\\nb\"",
                           "export B=\"a",
                           "export B='a",
                           "export B=${A",
                           "export B=${A:+x",
                           "export -n A",
                           "export A",
                           "export 1=x",
                           "export =x",
                           "B=x",
                           "unset A",
                           "export B=x &",
                           "export B=x|id",
                           "export B=$RANDOM",
                           "export UID=1",
                           "export B=$HOSTNAME",
                           "export BASH_ENV=x",
                           "export B=$'a'",
                           "export B={a,b}",
                           "export B=x#y",
                           "if true; then export B=x; fi",
                           "if [ \"$1\" != 1 ] && [ \"$B\" = 2 ]; then return 0; fi",
                           "set -e",
                           "export B=<(id)",
                           "export B=a\\"})
    EXPECT_FALSE(plain({text})) << text;
  EXPECT_FALSE(plain({std::string("export B=a\0b", 12)}));
}

TEST_F(PlainShellTest, OnlyScriptsOfEnvironmentsAreRead) {
  const std::string text = "export SECRET=1\n";
  for (const fs::path& file :
       {world.folder / "home/.env", environments() / "env.sh", environments() / "short/env.sh",
        environments() / std::string(32, 'g') / "env.sh"}) {
    test::write_text(file, text);
    EXPECT_FALSE(plain({". " + file.string()})) << file;
  }
  EXPECT_FALSE(plain({". " + script(text, 'c', "other.sh")}));
  script(text, 'd');
  const std::string round =
      (environments() / std::string(32, 'c') / ".." / std::string(32, 'd')).string();
  EXPECT_FALSE(plain({". " + round + "/env.sh"}));
  EXPECT_FALSE(plain({". " + (environments() / std::string(32, 'e') / "env.sh").string()}));
  EXPECT_FALSE(plain({". " + script("export B=$(id)\n", 'f')}));
}

TEST_F(PlainShellTest, ScriptsThatLoadThemselvesEnd) {
  const auto itself = (environments() / std::string(32, 'a') / "env.sh").string();
  EXPECT_FALSE(plain({". " + script(". " + itself + "\n")}));
}

TEST_F(PlainShellTest, VariablesThatAShellChangesAreLeftToIt) {
  EXPECT_FALSE(plain({}, {{"A", "1"}}));  // without PATH
  EXPECT_FALSE(plain({}, {{"PATH", "/bin"}, {"BASH_ENV", "/x"}}));
  EXPECT_FALSE(plain({}, {{"PATH", "/bin"}, {"BASH_FUNC_f%%", "() { :; }"}}));
  EXPECT_EQ(plain({}, {{"PATH", "/bin"}, {"PWD", "/x"}, {"SHLVL", "3"}, {"TERM", "xterm"}}),
            (Variables{{"PATH", "/bin"}, {"TERM", "xterm"}}));
}

}  // namespace
}  // namespace ck::collective
