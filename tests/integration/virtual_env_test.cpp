// CK's actions of its module `env`: virtual, cat, set, clean, refresh, resolve.

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective_fixture.hpp"

namespace ck::test {
namespace {

/// Two packages of ours, the second built with the first.
class VirtualEnv : public CkTest {
 protected:
  VirtualEnv() {
    components.package("lib", "echo lib >\"$1/lib\"",
                       R"("tags": ["lib", "foo"], "exports": {
                            "variables": {"FOO_HOME": "${prefix}"},
                            "prepend": {"PATH": "${prefix}/bin"}})");
    components.package("data", "echo data >\"$1/data\"",
                       R"("tags": ["data", "bar"], "dependencies": {"lib": {"tags": ["lib"]}},
                          "exports": {"variables": {"BAR_HOME": "${prefix}"}})");
    import();
  }

  CkResult with(const std::string& choice, const std::string& command) const {
    return ck({"virtual", "env", choice, "--shell_cmd=" + command});
  }
  std::string id_of(const std::string& tags) const {
    const auto found = ck("search env --tags=" + tags);
    EXPECT_TRUE(found.out.starts_with("env:")) << found.out << found.err;
    return std::string(trim(found.out)).substr(4);
  }
};

TEST_F(VirtualEnv, ExecutesALineOfShellWithTheVariables) {
  const auto result = with("--tags=lib,foo", "cat \"$FOO_HOME/lib\"; exit 7");
  EXPECT_EQ(result.code, 7) << result.err;
  EXPECT_EQ(result.out, "lib\n");
  EXPECT_EQ(ck({"virtual", "env", "--tags=lib", "--", "sh", "-c", "cat $FOO_HOME/lib"}).out,
            "lib\n");
  EXPECT_EQ(ck({"virtual", "env", "tags=lib", "shell_cmd=cat $FOO_HOME/lib"}).out, "lib\n")
      << "CK's options need no dashes";
  const auto told = ck({"virtual", "env", "--tags=lib", "--verbose", "--shell_cmd=true"});
  EXPECT_NE(told.err.find("export FOO_HOME="), std::string::npos) << told.err;
  expect_clean();
}

TEST_F(VirtualEnv, TheWordBehindAnOptionIsItsValue) {
  const auto result =
      ck({"virtual", "env", "--tags", "lib", "--shell_cmd", "A=set sh -c 'echo $A'"});
  EXPECT_EQ(result.out, "set\n") << result.err;
}

TEST_F(VirtualEnv, TakesTheVersionThatIsAskedFor) {
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  const auto takes = [&](const std::string& choice, const std::string& version) {
    return ck({"virtual", "env", choice, "--version=" + version, "--existing", "--shell_cmd=true"});
  };
  EXPECT_TRUE(succeeds(takes("--tags=lib", ">=1")));
  EXPECT_TRUE(fails(takes("--tags=lib", ">=9"), 1, "the tags lib and a version >=9"));
  EXPECT_TRUE(fails(takes("--or_tags=lib;nope", ">=9"), 1, "a version >=9"));
  EXPECT_TRUE(succeeds(takes("--or_tags=lib;nope", "<2")));
  EXPECT_TRUE(fails(takes("--tag_groups=lib;nope", ">=9"), 1, "a version >=9"));
}

TEST_F(VirtualEnv, RefusesOptionsThatWouldChooseNothing) {
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  const auto with_option = [&](const std::string& choice, const std::string& option) {
    return ck({"virtual", choice, option, "--shell_cmd=true"});
  };
  const std::string id = "env:" + id_of("lib");
  EXPECT_TRUE(fails(with_option(id, "--version=>=9"), 2, "--version chooses among environments"));
  EXPECT_TRUE(fails(with_option(id, "--dep_add_tags.x=y"), 2, "--dep_add_tags.x is for what"));
  EXPECT_TRUE(fails(with_option(id, "--deps.x=y"), 2, "--deps.x is for what is installed"));
  EXPECT_TRUE(fails(with_option(id, "--dep.x=package:y"), 2, "--dep.x: tags and ids"));
  for (const std::string choice : {"--tags=lib --existing", "--or_tags=lib;nope"}) {
    EXPECT_TRUE(fails(ck("virtual env --shell_cmd=true --deps.x=y " + choice), 2, "--deps.x"));
    EXPECT_TRUE(fails(ck("set env --dep_add_tags.x=y " + choice), 2, "--dep_add_tags.x"));
  }
  EXPECT_TRUE(fails(ck("virtual env --tags=lib --dep.nokey=package:nope --shell_cmd=true"), 2,
                    "--dep.nokey"));
}

TEST_F(VirtualEnv, PrintsOrExecutes) {
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  EXPECT_TRUE(
      fails(ck("virtual env --tags=lib --print=script -- true"), 2, "nothing would execute"));
  EXPECT_TRUE(fails(ck("shell --tags=lib --print=sh -- true"), 2, "--print prints the variables"));
  const auto json = ck("virtual env --tags=lib --json --shell_cmd=true");
  EXPECT_EQ(json.code, 2) << json.out;
  EXPECT_EQ(json_of(json)["error"]["code"], "usage");
  EXPECT_TRUE(succeeds(ck("virtual env --tags=lib --json")));
}

TEST_F(VirtualEnv, AreListedInParts) {
  ASSERT_TRUE(succeeds(ck("install package:data")));
  const std::string both = ck("search env").out;
  const std::string first = ck("search env --limit_size=1").out;
  EXPECT_EQ(both, first + ck("search env --start_from=1").out);
  EXPECT_TRUE(first.starts_with("env:")) << first;
  EXPECT_EQ(json_of(ck("ls env --limit_size=1 --json"))["environments"].size(), 1U);
  EXPECT_TRUE(ck("search env --start_from=9").out.empty());
  EXPECT_TRUE(fails(ck("search env --limit=1 --limit_size=1"), 2, "give one of them"));
}

TEST_F(VirtualEnv, LoadsAnEnvironmentForEachGroupOfTags) {
  const std::string line = "cat $FOO_HOME/lib $BAR_HOME/data; echo \"$CK_SHELL\"";
  const auto groups = with("--tag_groups=lib,foo data,~foo", line);
  EXPECT_EQ(groups.out, "lib\ndata\npackage:lib package:data\n") << groups.err;
  const std::string ids = id_of("lib") + "," + id_of("bar");
  const auto named = ck({"virtual", "env:" + ids, "--shell_cmd=" + line});
  EXPECT_TRUE(named.out.starts_with("lib\ndata\n")) << named.err;
  const auto words =
      ck({"virtual", "env:" + id_of("lib"), "local:env:" + id_of("bar"), "--shell_cmd=" + line});
  EXPECT_TRUE(words.out.starts_with("lib\ndata\n")) << words.err;
  // The one before it, and what it has of its own.
  EXPECT_TRUE(fails(with("--tag_groups=lib none-such", "true"), 1, "none-such"));
}

TEST_F(VirtualEnv, ChoosesAmongAlternativesWhatExists) {
  EXPECT_TRUE(fails(with("--or_tags=none;lib", "true"), 1, "no environment that exists"));
  EXPECT_TRUE(fails(ck("virtual env --tags=lib --existing --shell_cmd=true"), 1,
                    "no environment that exists has the tags lib"));
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  EXPECT_EQ(with("--or_tags=none;lib", "cat $FOO_HOME/lib").out, "lib\n");
  EXPECT_TRUE(fails(with("--or_tags=none;lib,~foo", "true"), 1, "none;lib,~foo"));
}

TEST_F(VirtualEnv, SetsVariablesOverThem) {
  const auto result = ck({"virtual", "env", "--tags=lib", "--env.FOO_HOME=mine", "--env.OWN=it's",
                          "--shell_cmd=echo \"$FOO_HOME $OWN\""});
  EXPECT_EQ(result.out, "mine it's\n") << result.err;
  EXPECT_EQ(ck({"shell", "--tags=lib", "--env.OWN=mine", "--", "sh", "-c", "echo $OWN"}).out,
            "mine\n");
  EXPECT_TRUE(fails(ck({"virtual", "env", "--tags=lib", "--env.A;B=1", "--shell_cmd=true"}), 2,
                    "no name of a variable"));
}

TEST_F(VirtualEnv, ExplainsWhatItCannotDo) {
  EXPECT_TRUE(fails(ck("virtual env --shell_cmd=true"), 2, "nothing says which environment"));
  EXPECT_TRUE(fails(ck("virtual env --tags=lib --shell_cmd=true -- true"), 2, "both say"));
  EXPECT_TRUE(fails(ck("virtual env --tags=lib"), 2, "needs a terminal"));
  EXPECT_TRUE(fails(ck("virtual env --tags=lib --tgas=x --shell_cmd=true"), 2, "--tgas"));
  EXPECT_TRUE(fails(ck("virtual env:abcdef --shell_cmd=true"), 1, "abcdef"));
  EXPECT_TRUE(fails(ck("virtual package:lib --shell_cmd=true"), 2, "works with environments"));
  EXPECT_TRUE(fails(ck("cat package:lib"), 2, "works with environments"));
}

TEST_F(VirtualEnv, AParameterOfNothingIsRefused) {
  EXPECT_TRUE(fails(ck("shell --tags=lib --NAME=value -- true"), 2, "no parameter 'NAME'"));
  EXPECT_TRUE(fails(ck("shell --tags=lib --vesion=2 -- true"), 2, "--version"));
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  EXPECT_TRUE(fails(ck("shell env:" + id_of("lib") + " --NAME=value -- true"), 2, "--env.NAME=…"));
}

TEST_F(VirtualEnv, PrintsTheScriptThatLoadsOne) {
  ASSERT_TRUE(succeeds(ck("install package:data")));
  const auto printed = ck("cat env --tags=data");
  ASSERT_TRUE(succeeds(printed));
  EXPECT_TRUE(printed.out.starts_with("#!/bin/sh\n#\n# ----")) << printed.out;
  EXPECT_NE(printed.out.find("[ package:data ver. 1.0.0"), std::string::npos) << printed.out;
  EXPECT_NE(printed.out.find("# Tags: bar,data"), std::string::npos) << printed.out;
  write_text(folder / "load.sh", printed.out);
  const auto loaded =
      shell("env -i PATH=/usr/bin:/bin sh -c '. \"" + (folder / "load.sh").string() +
            "\"; cat $FOO_HOME/lib $BAR_HOME/data; echo \"${PATH#*:}\"'");
  EXPECT_EQ(loaded.output, "lib\ndata\n/usr/bin:/bin\n");
  EXPECT_NE(ck("cat env").out.find("package:lib ver."), std::string::npos) << "all";
  EXPECT_EQ(json_of(ck("cat env --tags=data --json"))["scripts"][0]["component"], "package:data");
  EXPECT_TRUE(fails(ck("cat env --tags=none"), 1, "no environment"));
}

TEST_F(VirtualEnv, WritesAFileForAShellToLoad) {
  const std::string file = (folder / "tmp-ck-env.sh").string();
  write_text(file, "export BEFORE=1\n");
  ASSERT_TRUE(succeeds(ck("set env tags=lib bat_file=" + file + " --print")));
  EXPECT_EQ(shell(". " + file + "; cat $FOO_HOME/lib; echo $BEFORE").output, "lib\n1\n");
  ASSERT_TRUE(succeeds(ck("set env tags=lib --local bat_file=" + file + " --bat_new")));
  EXPECT_EQ(read_text(file).find("BEFORE"), std::string::npos);
  EXPECT_NE(ck("set env --tags=lib").out.find("export FOO_HOME="), std::string::npos);
  EXPECT_TRUE(fails(ck("set env --tags=lib --bat_file=/nowhere/x.sh"), 1, "/nowhere/x.sh"));
}

TEST_F(VirtualEnv, CleansUp) {
  ASSERT_TRUE(succeeds(ck("install package:data")));
  EXPECT_TRUE(fails(ck("clean env"), 2, "nothing says which environments"));
  const auto unasked = shell("echo n | ck clean env --tags=bar");
  EXPECT_EQ(unasked.code, 2) << "nobody can be asked";
  EXPECT_EQ(environments().size(), 2U);
  EXPECT_TRUE(fails(ck("clean env --tags=bar"), 2, "-f removes without asking"));
  EXPECT_EQ(ck("clean env --tags=lib --yes").code, 1) << "another was built with it";
  ASSERT_TRUE(succeeds(ck("clean env tags=bar --yes")));
  EXPECT_EQ(environments().size(), 1U);
  ASSERT_TRUE(succeeds(ck({"clean", "env:*", "-f"})));
  EXPECT_TRUE(environments().empty());
  EXPECT_TRUE(fails(ck("clean env:1234"), 1, "1234"));
}

class CollectiveVirtualEnv : public CollectiveTest {
 protected:
  void publish_libraries() const {
    repository.compiler();
    repository.package("lib-x", "testlib,x", "echo one > $INSTALL_DIR/made\n");
    repository.package("lib-y", "testlib,y", "echo two > $INSTALL_DIR/made\n");
    publish();
  }
  /// What the scripts of `repository.package` call its folder.
  static std::string place_of(const std::string& name) { return "$CK_ENV_" + uid_of(name); }
};

TEST_F(CollectiveVirtualEnv, LoadsWhatTheyDescribe) {
  publish_libraries();
  const auto one = ck({"virtual", "env", "--tags=testlib,x",
                       "--shell_cmd=cat " + place_of("lib-x") + "/made; exit 5"});
  EXPECT_EQ(one.out, "one\n") << one.err;
  EXPECT_EQ(one.code, 5);
  const auto both = ck({"virtual", "env", "--tag_groups=testlib,x testlib,~x compiler,lang-c",
                        "--shell_cmd=cat " + place_of("lib-x") + "/made; echo $CK_CC"});
  EXPECT_TRUE(both.out.starts_with("one\n")) << both.err;
  EXPECT_TRUE(says(both.out, "gcc")) << both.out;
  const auto either = ck({"virtual", "env", "--or_tags=nothing;testlib,x",
                          "--shell_cmd=cat " + place_of("lib-x") + "/made"});
  EXPECT_EQ(either.out, "one\n") << either.err;
  const auto printed = ck("cat env --tags=testlib,x");
  EXPECT_TRUE(says(printed.out, "/env.sh ]----")) << printed.out;
  EXPECT_TRUE(says(printed.out, "export CK_ENV_" + uid_of("lib-x") + "=")) << printed.out;
  const std::string place = std::string(trim(ck("locate env --tags=testlib,x").out));
  EXPECT_EQ(read_text(fs::path(place) / "made"), "one\n");
  expect_untouched();
}

TEST_F(CollectiveVirtualEnv, TakesTheirsBeforeOthersWithTheSameTags) {
  publish_libraries();
  ASSERT_TRUE(succeeds(ck("detect software:gcc")));
  const std::vector<std::string> line{"virtual", "env", "--tags=compiler",
                                      "--shell_cmd=echo \"cc $CK_CC\""};
  EXPECT_EQ(ck(line).out, "cc \n") << "none of theirs exists";
  ASSERT_TRUE(succeeds(ck("detect soft:compiler.cc")));
  const auto theirs = ck(line);
  EXPECT_TRUE(says(theirs.out, "gcc")) << theirs.out << theirs.err;
}

TEST_F(CollectiveVirtualEnv, ResolvesAnObjectOfDependencies) {
  publish_libraries();
  write_text(folder / "deps.json",
             R"({"deps": {"library": {"local": "yes", "name": "a library", "tags": "testlib"}}})");
  const std::string file = "@" + (folder / "deps.json").string();
  const Json one =
      Json::parse(ck({"resolve", "env", file, "--dep_add_tags.library=y", "--out=json"}).out);
  EXPECT_EQ(one["return"], 0) << one.dump();
  EXPECT_TRUE(one["env"].contains("CK_ENV_" + uid_of("lib-y"))) << one["env"].dump();
  EXPECT_TRUE(says(one["bat"].get<std::string>(), "/env.sh")) << one["bat"];
  const Json same =
      Json::parse(ck({"resolve", "env", file, "@@@{'dep_add_tags': {'library': 'y'}}"}).out);
  EXPECT_EQ(same["deps"]["library"]["uoa"], one["deps"]["library"]["uoa"]);
  EXPECT_TRUE(fails(ck({"resolve", "env", file, "--dep_add_tags.other=y"}), 1,
                    "dep_add_tags.other: there is no such key"));
  EXPECT_TRUE(fails(ck("resolve env"), 2, "nothing says what to resolve"));
}

TEST_F(CollectiveVirtualEnv, DescribesDetectedSoftwareAnew) {
  publish_libraries();
  ASSERT_TRUE(succeeds(ck("detect soft:compiler.cc")));
  const auto refreshed = ck("refresh env --tags=compiler");
  ASSERT_TRUE(succeeds(refreshed));
  EXPECT_TRUE(says(refreshed.out, "as it was")) << refreshed.out;
  ASSERT_TRUE(succeeds(ck("install package:lib-x")));
  EXPECT_TRUE(fails(ck("refresh env --tags=testlib"), 1, "was built"));
}

TEST_F(CollectiveVirtualEnv, TakesTheVersionThatIsAskedFor) {
  const fs::path tool = folder / "opt/frob/bin/frob";
  write_tool(tool, "1.0");
  repository.tool("frob");
  publish();
  ASSERT_TRUE(succeeds(ck("detect soft:frob --full_path=" + tool.string())));
  for (const std::string choice :
       {"--tags=frob --existing", "--or_tags=frob;nope", "--tags=frob"}) {
    const std::string line = "virtual env --shell_cmd=true " + choice;
    EXPECT_TRUE(succeeds(ck(line + " --version=<2"))) << choice;
    EXPECT_EQ(ck(line + " --version=>=9").code, 1) << choice;
  }
}

class CollectiveRefresh : public CollectiveVirtualEnv {
 protected:
  void detect_tool() const {
    write_tool(tool, "1.0");
    repository.tool("frob");
    repository.package(
        "user", "testlib,user", "touch \"$INSTALL_DIR/made\"\n",
        R"("deps": {"frob": {"local": "yes", "name": "frob", "tags": "tool,frob"}})");
    publish();
    ASSERT_TRUE(succeeds(ck("detect soft:frob --extra_tags=mine --full_path=" + tool.string())));
  }
  fs::path tool = folder / "opt/frob/bin/frob";
};

TEST_F(CollectiveRefresh, ReplacesWhatIsNotThereAnyMore) {
  detect_tool();
  write_tool(tool, "2.0");
  const auto refreshed = ck("refresh env");
  ASSERT_TRUE(succeeds(refreshed));
  EXPECT_TRUE(says(refreshed.out, "soft:frob 2.0), was env:")) << refreshed.out;
  const Json now = environment_of("soft:frob");
  EXPECT_EQ(now["version"], "2.0");
  EXPECT_TRUE(says(now["tags"].dump(), "\"mine\"")) << "it was asked for once: " << now;
  EXPECT_TRUE(ck("refresh env").out.starts_with("as it was  env:")) << "it settles";
  expect_untouched();
}

TEST_F(CollectiveRefresh, KeepsWhatOthersWereBuiltWith) {
  detect_tool();
  ASSERT_TRUE(succeeds(ck("install package:user")));
  write_tool(tool, "2.0");
  const auto refreshed = ck("refresh env");
  ASSERT_TRUE(succeeds(refreshed));
  EXPECT_TRUE(says(refreshed.err, " stays: soft:frob")) << refreshed.err;
  EXPECT_TRUE(says(refreshed.err, "is needed by package:user")) << refreshed.err;
  const auto again = ck("refresh env");
  ASSERT_TRUE(succeeds(again));
  EXPECT_TRUE(says(again.out, "as it was")) << again.out;
  EXPECT_FALSE(says(again.out, "refreshed") || says(again.err, "stays")) << again.out << again.err;
}

TEST_F(CollectiveRefresh, GoesOnAfterWhatIsGone) {
  detect_tool();
  ASSERT_TRUE(succeeds(ck("detect software:gcc")));
  fs::remove_all(repository.folder_of("soft", "frob"));
  const auto refreshed = ck("refresh env");
  EXPECT_EQ(refreshed.code, 1);
  EXPECT_TRUE(says(refreshed.out, "as it was")) << refreshed.out;
  EXPECT_TRUE(says(refreshed.out, "software:gcc")) << refreshed.out;
  EXPECT_TRUE(says(refreshed.err, "(soft:frob 1.0)")) << refreshed.err;
  const auto json = ck("refresh env --json");
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json_of(json)["failed"].size(), 1U) << json.out;
  EXPECT_TRUE(fails(ck("refresh env --tags=frob"), 1, "soft"));
}

TEST_F(CollectiveRefresh, LeavesOutWhatWasBuilt) {
  repository.program("hello", "int main(void) { return 0; }\n",
                     R"({"default": {"run_time": {"run_cmd_main": "true"}}})");
  repository.compiler();
  detect_tool();
  ASSERT_TRUE(succeeds(ck("install package:user")));
  const auto refreshed = ck("refresh env");
  ASSERT_TRUE(succeeds(refreshed));
  EXPECT_TRUE(says(refreshed.out, "soft:frob")) << refreshed.out;
  EXPECT_FALSE(says(refreshed.out, "package:user")) << refreshed.out;
  EXPECT_TRUE(fails(ck("refresh env --tags=user"), 1, "ck install package:user"));
  ASSERT_TRUE(succeeds(ck("compile program:hello")));
  EXPECT_TRUE(fails(ck("refresh env:hello"), 1, "ck compile program:hello --rebuild"));
}

TEST_F(CollectiveVirtualEnv, AScriptOfAPackageMayUseIt) {
  repository.package("lib-x", "testlib,x", "echo one > $INSTALL_DIR/made\n");
  repository.package(
      "lib-z", "testlib,z",
      "ck virtual env --tags=testlib,x --env.OWN=mine --shell_cmd='cat " + place_of("lib-x") +
          "/made > \"$INSTALL_DIR/made\"; echo $OWN >> \"$INSTALL_DIR/made\"' || exit 1\n"
          "ck set env tags=testlib,x bat_file=tmp-ck-env.sh --bat_new --print && . ./tmp-ck-env.sh "
          "&& "
          "rm tmp-ck-env.sh || exit 1\n"
          "cat " +
          place_of("lib-x") +
          "/made >> \"$INSTALL_DIR/made\"\n"
          "ck cat env --tags=testlib,x | grep -c env.sh >> \"$INSTALL_DIR/made\"\n"
          "ck virtual env --tags=testlib,x --shell_cmd='exit 9'; echo $? >> "
          "\"$INSTALL_DIR/made\"\n");
  publish();
  EXPECT_TRUE(says(ck("install package:lib-z").err, "no environment that exists has the tags"));
  ASSERT_TRUE(succeeds(ck("install package:lib-x")));
  const auto installed = ck("install package:lib-z");
  ASSERT_TRUE(succeeds(installed));
  EXPECT_EQ(read_text(fs::path(std::string(trim(installed.out))) / "made"),
            "one\nmine\none\n1\n9\n");
  expect_untouched();
}

TEST_F(CollectiveVirtualEnv, ARunUsesWhatExistsAndMakesNothing) {
  publish_libraries();
  const std::string line = "ck virtual env --tags=testlib,x --shell_cmd='cat " + place_of("lib-x") +
                           "/made'; echo code $?; ck virtual env --tags=testlib,x --profile=host "
                           "--shell_cmd=true; echo code $?; ck find ^; true";
  repository.program("user", "int main(void) { return 0; }\n",
                     R"({"default": {"run_time": {"run_cmd_main": )" + quoted_json(line) + "}}}");
  repository.commit();
  const auto without = ck("run program:user");
  ASSERT_TRUE(succeeds(without));
  if (!says(without.err, "not for scripts in a sandbox"))
    GTEST_SKIP() << "this machine keeps nothing in a sandbox: " << without.err;
  EXPECT_TRUE(says(without.out, "code 1\n")) << without.out << without.err;
  EXPECT_TRUE(says(without.err, "'^' leaves something to the current folder")) << without.err;
  EXPECT_TRUE(says(without.err, "no environment that exists has the tags testlib,x"))
      << without.err;
  ASSERT_TRUE(succeeds(ck("install package:lib-x")));
  const auto with = ck("run program:user");
  ASSERT_TRUE(succeeds(with));
  EXPECT_TRUE(says(with.out, "one\ncode 0\n")) << with.out << with.err;
  EXPECT_TRUE(says(with.out, "code 2\n")) << with.out;
  EXPECT_TRUE(says(with.err, "--profile is not for scripts in a sandbox")) << with.err;
  expect_untouched();
}

}  // namespace
}  // namespace ck::test
