// Commands inside resolved environments.

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class Shell : public CkTest {
 protected:
  Shell() {
    components.package("lib", "echo lib >\"$1/lib\"",
                       R"("tags": ["lib", "foo"], "exports": {
                            "variables": {"FOO_HOME": "${prefix}", "FOO_TEXT": "it's $1 \"x\""},
                            "prepend": {"PATH": "${prefix}/bin"}})");
    components.component("program", "user", R"("build": {"system": "none"},
      "dependencies": {"lib": {"tags": ["lib"]}}, "commands": {"run": {"run": ["/bin/true"]}})");
    import();
  }
};

TEST_F(Shell, GivesACommandTheVariablesOfTheClosure) {
  const auto result = ck({"shell", "program:user", "--", "sh", "-c",
                          "cat \"$FOO_HOME/lib\"; echo \"$CK_SHELL $MINE\"; exit 7"},
                         {{"MINE", "mine"}});
  EXPECT_EQ(result.code, 7) << result.err;
  EXPECT_EQ(result.out, "lib\nprogram:user mine\n");
  expect_clean();
}

TEST_F(Shell, TakesTagsAndEnvironments) {
  EXPECT_EQ(ck({"shell", "--tags=lib,foo", "--", "sh", "-c", "cat \"$FOO_HOME/lib\""}).out,
            "lib\n");
  const auto ids = environments();
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_EQ(ck({"shell", "env:" + ids[0], "--", "sh", "-c", "echo $FOO_HOME"}).out,
            (home() / "envs" / ids[0]).string() + "\n");
  EXPECT_EQ(ck({"shell", "package:lib", "--", "sh", "-c", "kill -9 $$"}).code, 137);
}

TEST_F(Shell, TakesTheVersionAndTheVariationsThatAreAskedFor) {
  const ComponentWriter newer(folder / "newer", "newer");
  newer.component("package", "lib", R"("tags": ["lib", "foo"],
    "variations": {"threads": {"options": {"openmp": {}}}},
    "build": {"system": "commands", "commands": [
      {"run": ["/bin/sh", "-c", "echo newer >${prefix}/lib"]}]},
    "exports": {"variables": {"FOO_HOME": "${prefix}"}})",
                  "2.0.0");
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + newer.folder().string()})));
  const auto with = [&](const std::string& option) {
    return ck({"shell", "--tags=lib,foo", option, "--", "sh", "-c", "cat \"$FOO_HOME/lib\""}).out;
  };
  EXPECT_EQ(with("--version=>=2"), "newer\n");
  EXPECT_EQ(with("--version=<2"), "lib\n");
  EXPECT_EQ(with("--variation=openmp"), "newer\n");
  EXPECT_TRUE(fails(ck("shell --tags=lib,foo --variation=zzz -- true"), 1, "zzz"));
  EXPECT_TRUE(fails(ck("shell --tags=lib,foo --version=>=3 -- true"), 1, ">=3"));
}

TEST_F(Shell, GivesTheEnvironmentsOfALock) {
  const std::string lock = (folder / "user.lock").string();
  ASSERT_TRUE(succeeds(ck("lock program:user --out=" + lock)));
  const auto result = ck(
      {"shell", "--locked=" + lock, "--", "sh", "-c", "cat \"$FOO_HOME/lib\"; echo \"$CK_SHELL\""});
  EXPECT_EQ(result.out, "lib\nprogram:user\n") << result.err;
  EXPECT_TRUE(fails(ck("shell --tags=lib --locked=" + lock + " -- true"), 2, "both say"));
  EXPECT_TRUE(fails(ck("shell env:12345678 --locked=" + lock + " -- true"), 2, "both say"));
  EXPECT_TRUE(
      fails(ck("shell package:lib --locked=" + lock + " -- true"), 2, "is of program:user"));
  // What it chose has to be made again as it was.
  components.package("lib", "echo changed >\"$1/lib\"", R"("tags": ["lib", "foo"])");
  for (const auto& id : environments()) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  EXPECT_TRUE(fails(ck("shell --locked=" + lock + " -- true"), 1, "not what was locked"));
}

TEST_F(Shell, SaysWhichTagIsOneTooMany) {
  components.package("x", "true", R"("tags": ["w", "a"])");
  components.package("y", "true", R"("tags": ["w", "b"])");
  const auto result = ck("shell --tags=w,a,b -- true");
  EXPECT_TRUE(fails(result, 1, "without the tag 'a', 'shell' could be package:y"));
  EXPECT_TRUE(fails(result, 1, "without the tag 'b', 'shell' could be package:x"));
  EXPECT_EQ(result.err.find("nothing has the tag"), std::string::npos) << result.err;
}

TEST_F(Shell, PrintsQuotedVariables) {
  const auto printed = ck("shell package:lib --print=sh");
  ASSERT_TRUE(succeeds(printed));
  write_text(folder / "vars.sh", printed.out);
  const auto evaluated =
      shell("env -i sh -c '. \"" + (folder / "vars.sh").string() + "\"; echo \"$FOO_TEXT\"'");
  EXPECT_EQ(evaluated.output, "it's $1 \"x\"\n");
  const Json json = json_of(ck("shell package:lib --print=json"));
  EXPECT_EQ(json["schema"], "ck.variables/1");
  EXPECT_EQ(json["variables"]["FOO_TEXT"], "it's $1 \"x\"");
  EXPECT_FALSE(json["variables"].contains("HOME"));
}

TEST_F(Shell, AProfileLeavesTheCallersVariablesOut) {
  fs::create_directories(folder / "work");
  const auto result = shell("cd " + (folder / "work").string() +
                                " && ck shell package:lib --profile=clean -- /usr/bin/env",
                            {{"MINE", "mine"}});
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(result.output.find("MINE"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("FOO_HOME="), std::string::npos) << result.output;
}

TEST_F(Shell, AProfileWithASandboxKeepsTheCommandInItsFolder) {
  fs::create_directories(folder / "work");
  write_text(folder / "outside", "untouched");
  const std::string in_work = "cd " + (folder / "work").string() + " && ck shell package:lib ";
  const auto possible = shell(in_work + "--profile=untrusted -- true");
  if (possible.code != 0) GTEST_SKIP() << "this machine has no namespaces: " << possible.output;
  const auto result = shell(in_work +
                            "--profile=untrusted -- sh -c 'cat $FOO_HOME/lib; cat; echo x >made; "
                            "echo $HOME >home; test -w $HOME && echo planted >" +
                            (folder / "outside").string() + "' <<<typed");
  EXPECT_NE(result.output.find("lib\ntyped"), std::string::npos) << result.output;
  EXPECT_EQ(read_text(folder / "outside"), "untouched");
  EXPECT_TRUE(fs::exists(folder / "work/made"));
  EXPECT_FALSE(fs::exists(std::string(trim(read_text(folder / "work/home")))))
      << "it went with the command";
  EXPECT_EQ(shell(in_work + "--profile=untrusted -- sh -c 'exit 7'").code, 7);
  EXPECT_EQ(shell(in_work + "--profile=untrusted -- sh -c 'kill -9 $$'").code, 137);
  // Where one is would show the engine's home.
  EXPECT_TRUE(fails(ck("shell package:lib --profile=clean -- true"), 2, "which the profile hides"));
  expect_clean();
}

TEST_F(Shell, ExplainsWhatItCannotDo) {
  EXPECT_TRUE(fails(ck("shell -- true"), 2, "nothing says whose environment"));
  EXPECT_TRUE(fails(ck("shell package:lib --print=xml"), 2, "sh or json"));
  EXPECT_TRUE(fails(ck("shell package:lib -- no-such-command"), 1, "no-such-command"));
  EXPECT_TRUE(fails(ck("shell env:nothing -- true"), 1, "nothing"));
  EXPECT_TRUE(fails(ck("shell --tags=lbi -- true"), 1, "lib"));
}

class CollectiveShell : public CollectiveTest {};

TEST_F(CollectiveShell, EvaluatesTheirScripts) {
  repository.compiler();
  repository.package("lib-x", "lib,x", "echo one > $INSTALL_DIR/made\n");
  repository.program("show", "int main(void) { return 0; }\n",
                     R"({"default": {"run_time": {"run_cmd_main": "true"}}})",
                     R"("run_deps": {"lib-x": {"local": "yes", "tags": "lib,x"}})");
  publish();
  const auto of_program = ck({"shell", "program:show", "--", "sh", "-c", "echo $CK_CC"});
  ASSERT_TRUE(succeeds(of_program));
  EXPECT_TRUE(says(of_program.out, "gcc")) << of_program.out;
  const auto of_tags = ck("shell --tags=compiler,lang-c --print=sh");
  ASSERT_TRUE(succeeds(of_tags));
  EXPECT_TRUE(says(of_tags.out, "export CK_CC=")) << of_tags.out;
  expect_untouched();
}

}  // namespace
}  // namespace ck::test
