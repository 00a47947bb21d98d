// Software of Collective Knowledge: found, asked for its version, described.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class CollectiveDetect : public CollectiveTest {
 protected:
  CollectiveDetect() {
    repository.tool("frob");
    repository.compiler();
  }

  /// Where `frob` of a version lies.
  fs::path tool(const std::string& version) const {
    const fs::path file = folder / "opt" / version / "bin/frob";
    write_tool(file, version);
    return file;
  }

  CkResult detect(const std::string& more = "") const {
    return ck("detect soft:frob --search_dirs=" + (folder / "opt").string() + " " + more);
  }

  /// Gives soft:frob other hooks in place of some of its own.
  void hooks(const std::string& text) const {
    const fs::path file = repository.folder_of("soft", "frob") / "customize.py";
    write_text(file, read_text(file) + text);
  }

  std::string script(const std::string& soft = "soft:frob") const {
    return read_text(folder_of(soft) / "env.sh");
  }

  fs::path folder_of(const std::string& component) const {
    return home() / "envs" / environment_of(component)["id"].get<std::string>();
  }

  bool has_tag(const std::string& component, const std::string& tag) const {
    const auto tags = environment_of(component)["tags"].get<std::vector<std::string>>();
    return std::ranges::find(tags, tag) != tags.end();
  }

  /// soft:vars, whose file is no program: the version command loads it, and so does env.sh.
  void loaded_soft() const {
    repository.entry("soft", "vars", R"({"soft_name": "Variables", "tags": ["vars"],
        "auto_detect": "yes", "customize": {"env_prefix": "CK_VARS",
          "limit_recursion_dir_search": {"linux": 4}, "soft_file_universal": "frobvars.sh"}})");
    repository.file("soft", "vars", "customize.py", R"(
def version_cmd(i):
    return {'return': 0, 'cmd': '. "' + i['full_path'] + '"\necho $FROB > $#filename#$'}

def setup(i):
    i['env']['CK_VARS'] = 'yes'
    return {'return': 0, 'bat': '. "' + i['customize']['full_path'] + '" quiet\n'}
)");
  }

  static void allow(const fs::path& path, unsigned mode) {
    fs::permissions(path, static_cast<fs::perms>(mode));
  }
};

TEST_F(CollectiveDetect, TakesTheHighestVersionAndTellsTheOthers) {
  tool("1.2");
  tool("1.10");
  publish();
  const auto result = detect();
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, "opt/1.10/bin/frob")) << result.out;
  const auto told = detect("--verbose");
  EXPECT_TRUE(says(told.err, "version 1.2, not the highest")) << told.err;
  const Json environment = environment_of("soft:frob");
  EXPECT_EQ(environment["version"], "1.10");
  const auto tags = environment["tags"].get<std::vector<std::string>>();
  for (const auto* tag : {"tool", "frob", "v1", "v1.10", "host-os-linux-64", "64bits"})
    EXPECT_NE(std::ranges::find(tags, tag), tags.end()) << tag;
  EXPECT_TRUE(says(script(), "export CK_TOOL_EXE=" + (folder / "opt/1.10/bin/frob").string()));
  expect_untouched();
}

TEST_F(CollectiveDetect, TakesTheFileThatIsNamed) {
  const fs::path old = tool("1.2");
  tool("1.10");
  publish();
  ASSERT_TRUE(succeeds(detect("--full_path=" + old.string())));
  EXPECT_EQ(environment_of("soft:frob")["version"], "1.2");
  EXPECT_TRUE(fails(detect("--full_path=" + (folder / "nowhere/frob").string()), 1, "nowhere"));
}

TEST_F(CollectiveDetect, LooksWhereTheUsersVariablesPoint) {
  tool("3.1");
  publish();
  EXPECT_TRUE(succeeds(ck("detect soft:frob", {{"CK_TOOLS", (folder / "opt").string()}})));
  ASSERT_TRUE(succeeds(ck("rm env --tags=frob --force")));
  EXPECT_TRUE(succeeds(
      ck("detect soft --tags=tool,frob", {{"CK_DIRS", "/none:" + (folder / "opt").string()}})));
}

TEST_F(CollectiveDetect, NothingFoundSaysWhereItLooked) {
  fs::create_directories(folder / "opt");
  publish();
  const auto result = detect();
  EXPECT_TRUE(fails(result, 1, "frob"));
  EXPECT_TRUE(says(result.err, (folder / "opt").string())) << result.err;
  EXPECT_TRUE(says(result.err, "--search_dirs")) << result.err;
}

TEST_F(CollectiveDetect, ExecutesNothingThatMerelyHasTheName) {
  const fs::path marker = folder / "executed";
  const std::string evil = "#!/bin/sh\necho frob version 9.9\ntouch " + marker.string() + "\n";
  write_executable(folder / "user/notes/frob", evil);
  write_executable(folder / "user/share/frob", evil);
  const fs::path open_to_all = folder / "opt/8.0/bin/frob";
  write_executable(open_to_all, evil);
  fs::permissions(open_to_all, fs::perms::all);
  write_text(folder / "opt/frob", "no program at all, version 7.0");
  tool("1.2");
  publish();
  const auto result = detect();
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(environment_of("soft:frob")["version"], "1.2");
  const auto told = detect("--verbose");
  EXPECT_TRUE(says(told.err, "it does not lie where programs lie")) << told.err;
  EXPECT_TRUE(says(told.err, "everybody may write to it")) << told.err;
  EXPECT_FALSE(fs::exists(marker));
}

TEST_F(CollectiveDetect, LoadsNothingThatMerelyHasTheNameForItsVersion) {
  loaded_soft();
  publish();
  const fs::path file = folder / "user/Downloads/x/frobvars.sh";
  write_text(file, "export FROB=6.6\n");
  allow(file, 0666);
  allow(file.parent_path(), 0777);
  EXPECT_TRUE(fails(ck("detect soft:vars"), 1, "everybody may write to it"));
  allow(file, 0644);
  EXPECT_TRUE(fails(ck("detect soft:vars"), 1, "everybody may write to the folder"));
  allow(file.parent_path(), 0755);
  EXPECT_TRUE(fails(ck("detect soft:vars"), 1, "it does not lie where programs lie"));
  EXPECT_EQ(environments(), std::vector<std::string>());
  // Who names the place vouches for it; a file that is only loaded need not be executable.
  ASSERT_TRUE(succeeds(ck("detect soft:vars --full_path=" + file.string())));
  EXPECT_EQ(environment_of("soft:vars")["version"], "6.6");
}

TEST_F(CollectiveDetect, ImportsNothingThatMerelyHasTheNameForItsVersion) {
  repository.entry("soft", "lib.mod", R"({"soft_name": "Module", "tags": ["mod"],
      "auto_detect": "yes", "customize": {"env_prefix": "CK_MOD",
        "limit_recursion_dir_search": {"linux": 4}, "soft_file_universal": "mod/version.py"}})");
  repository.file("soft", "lib.mod", "customize.py", R"(
def version_cmd(i):
    space = {}
    exec(open(i['full_path']).read(), space)
    return {'return': 0, 'cmd': '', 'version': space['version']}

def setup(i):
    return {'return': 0, 'bat': ''}
)");
  publish();
  const std::string text = "version = '6.6'\n";
  const fs::path file = folder / "user/Downloads/mod/version.py";
  write_text(file, text);
  allow(file, 0666);
  EXPECT_TRUE(fails(ck("detect soft:lib.mod"), 1, "everybody may write to it"));
  allow(file, 0644);
  EXPECT_TRUE(fails(ck("detect soft:lib.mod"), 1, "it does not lie where programs lie"));
  write_text(folder / "user/lib/python3/mod/version.py", text);
  ASSERT_TRUE(succeeds(ck("detect soft:lib.mod")));
  EXPECT_EQ(environment_of("soft:lib.mod")["version"], "6.6");
}

TEST_F(CollectiveDetect, NoEnvironmentLoadsWhatOthersMayWriteWhoeverNamedIt) {
  loaded_soft();
  publish();
  const fs::path file = folder / "opt/x/bin/frobvars.sh";
  write_text(file, "export FROB=3.1\n");
  const std::string named = "detect soft:vars --full_path=" + file.string();
  allow(file, 0666);
  EXPECT_TRUE(fails(ck(named), 1, "env.sh would load " + file.string()));
  allow(file, 0644);
  allow(folder / "opt/x", 0777);
  EXPECT_TRUE(fails(ck(named), 1, "everybody may write to the folder"));
  EXPECT_EQ(environments(), std::vector<std::string>());
  expect_clean();
  allow(folder / "opt/x", 0755);
  ASSERT_TRUE(succeeds(ck(named)));
  EXPECT_TRUE(says(script("soft:vars"), ". \"" + file.string() + "\" quiet"));
}

TEST_F(CollectiveDetect, AFolderThatCkInstalledKeepsWhatItsPackageTold) {
  const fs::path file = tool("1.2");
  const fs::path record = file.parent_path().parent_path() / "ck-install.json";
  const auto write_record = [&](const std::string& soft) {
    const Json told = {{"data_uoa", soft},
                       {"package_uoa", "1111222233334444"},
                       {"env_data_uoa", "5555666677778888"},
                       {"tags", "tool,frob,fast,64bits"},
                       {"customize",
                        {{"version", "7.8"},
                         {"package_extra_name", " fast"},
                         {"used_package_uid", "1111222233334444"},
                         {"install_env", {{"WIDTH", "'; touch /tmp/x; '"}}}}}};
    write_text(record, told.dump());
  };
  publish();
  write_record("00000000deadbeef");
  ASSERT_TRUE(succeeds(detect("--full_path=" + file.string())));
  EXPECT_EQ(environment_of("soft:frob")["version"], "1.2") << "it is another soft's";
  EXPECT_FALSE(has_tag("soft:frob", "fast"));
  ASSERT_TRUE(succeeds(ck("rm env --tags=frob --force")));
  write_record(uid_of("soft:frob"));
  ASSERT_TRUE(succeeds(detect("--full_path=" + file.string())));
  EXPECT_EQ(environment_of("soft:frob")["version"], "7.8");
  for (const auto* tag : {"fast", "tool", "v7", "v7.8"})
    EXPECT_TRUE(has_tag("soft:frob", tag)) << tag;
  const Json kept = Json::parse(read_text(folder_of("soft:frob") / "ck-env.json"));
  EXPECT_EQ(kept["package_uoa"], "1111222233334444");
  EXPECT_EQ(kept["data_name"], "The tool frob fast");
  EXPECT_EQ(kept["customize"]["install_env"]["WIDTH"], "'; touch /tmp/x; '");
  EXPECT_EQ(kept["customize"]["build_dir_name"], "frob") << "the soft's own stays";
}

TEST_F(CollectiveDetect, WhatOthersMayWriteTellsNothingAboutAnInstallation) {
  const fs::path file = tool("1.2");
  const fs::path record = file.parent_path().parent_path() / "ck-install.json";
  write_text(record, R"({"data_uoa": ")" + uid_of("soft:frob") +
                         R"(", "customize": {"version": "7.8"}, "tags": "fast"})");
  allow(record, 0666);
  publish();
  ASSERT_TRUE(succeeds(detect()));
  EXPECT_EQ(environment_of("soft:frob")["version"], "1.2");
  EXPECT_FALSE(has_tag("soft:frob", "fast"));
}

TEST_F(CollectiveDetect, OfAPackageThatTellsNoVersionTheSoftDoes) {
  repository.entry("soft", "lib-x", R"({"soft_name": "X", "tags": ["lib", "x"],
      "auto_detect": "no", "customize": {"env_prefix": "CK_LIB_X"}})");
  repository.file("soft", "lib-x", "customize.py", R"(
def version_cmd(i):
    return {'return': 0, 'cmd': 'cat "' + i['full_path'] + '" > $#filename#$'}

def setup(i):
    i['env']['CK_LIB_X'] = i['customize'].get('version', 'none')
    return {'return': 0, 'bat': ''}
)");
  const auto package = [&](const std::string& name, const std::string& customize) {
    repository.entry("package", name,
                     R"({"tags": ["lib", ")" + name + R"("],
        "soft_uoa": "lib-x", "suggested_path": "x", "process_script": "install",
        "end_full_path": {"linux": "made"}, "customize": )" +
                         customize + "}");
    repository.file("package", name, "install.sh", "echo 7.8 > \"$INSTALL_DIR/made\"\n");
  };
  package("silent", "{}");
  package("telling", R"({"version": "1.0"})");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:silent")));
  EXPECT_EQ(environment_of("package:silent")["version"], "7.8");
  for (const auto* tag : {"v7", "v7.8"}) EXPECT_TRUE(has_tag("package:silent", tag)) << tag;
  EXPECT_TRUE(says(script("package:silent"), "export CK_LIB_X=7.8"));
  ASSERT_TRUE(succeeds(ck("install package:telling")));
  EXPECT_EQ(environment_of("package:telling")["version"], "1.0");
  expect_untouched();
}

TEST_F(CollectiveDetect, WhatAHookPrintsDisturbsNothing) {
  tool("1.2");
  hooks(R"(
_setup = setup
def setup(i):
    import sys
    print('{"id": 1, "return": 0}')
    sys.stderr.write('\x1b[31m\x00 noise\n')
    return _setup(i)
)");
  publish();
  const auto result = detect();
  ASSERT_TRUE(succeeds(result));
  EXPECT_FALSE(says(result.err, "\x1b[31m")) << result.err;
  EXPECT_EQ(environment_of("soft:frob")["version"], "1.2");
}

/// A hook that does not work: the command fails, names file and function, and leaves nothing.
struct BadHook {
  std::string name, text, words;
};

class CollectiveBadHook : public CollectiveDetect, public testing::WithParamInterface<BadHook> {};

TEST_P(CollectiveBadHook, IsAnErrorThatNamesIt) {
  tool("1.2");
  hooks(GetParam().text);
  publish();
  const auto result = detect();
  EXPECT_TRUE(fails(result, 3, GetParam().words));
  EXPECT_TRUE(says(result.err, "customize.py")) << result.err;
  EXPECT_TRUE(says(result.err, "setup")) << result.err;
  EXPECT_EQ(environments(), std::vector<std::string>());
  expect_clean();
  expect_untouched();
}

INSTANTIATE_TEST_SUITE_P(
    Hooks, CollectiveBadHook,
    testing::Values(
        BadHook{"Raises", "def setup(i):\n    print('so far')\n    return {}['x']\n", "KeyError"},
        BadHook{"Exits", "def setup(i):\n    import os\n    os._exit(0)\n", "ended"},
        BadHook{"Nonsense", "def setup(i):\n    return 5\n", "setup"},
        BadHook{"Refuses", "def setup(i):\n    return {'return': 1, 'error': 'not today'}\n",
                "not today"},
        BadHook{"Script", "def setup(i):\n    return {'return': 0, 'bat': 7}\n", "bat"}),
    [](const auto& one) { return one.param.name; });

TEST_F(CollectiveDetect, AVersionThatIsNoTextIsNone) {
  tool("1.2");
  hooks("def parse_version(i):\n    return {'return': 0, 'version': {'a': [1]}}\n");
  publish();
  ASSERT_TRUE(succeeds(detect()));
  EXPECT_EQ(environment_of("soft:frob")["version"], "");
}

TEST_F(CollectiveDetect, AToolThatWasUpgradedInPlaceIsSeen) {
  const fs::path file = tool("1.2");
  repository.program("user", "int main(void){return 0;}",
                     R"({"default": {"run_time": {"run_cmd_main": "$CK_TOOL_EXE > seen.txt",
                        "run_correctness_output_files": ["seen.txt"],
                        "print_files_after_run": ["seen.txt"]},
                        "run_deps": {"frob": {"local": "yes", "tags": "tool,frob"}}}})");
  publish();
  const Variables where = {{"CK_TOOLS", (folder / "opt").string()}};
  const auto before = ck("run program:user", where);
  ASSERT_TRUE(succeeds(before));
  EXPECT_TRUE(says(before.out + before.err, "frob version 1.2")) << before.err;
  write_tool(file, "2.0");
  const auto after = ck("run program:user", where);
  ASSERT_TRUE(succeeds(after));
  EXPECT_TRUE(says(after.out + after.err, "frob version 2.0")) << after.err;
  const Json shown = json_of(ck("show env --tags=frob,v2.0 --json"));
  EXPECT_EQ(shown["environments"].size(), 1U) << shown.dump();
}

TEST_F(CollectiveDetect, QuirksOfRepositoriesAreRead) {
  tool("1.2");
  // Maps that know macOS, a key that is misspelt, what is inherited, a name in more than one form.
  repository.tool("child", R"("_base_entry": "soft:frob", "tags": ["tool", "child"])");
  write_text(repository.meta_of("soft", "child"),
             R"({"_base_entry": "frob", "tags": ["tool", "child"],
                 "customize": {"soft_file": {"macos": "nothing"}}})");
  repository.nameless("soft", "00112233aabbccdd",
                      R"({"_base_entry": "frob", "tags": ["tool", "nameless"]})");
  write_text(repository.folder_of("soft", "00112233aabbccdd") / "customize.py",
             read_text(repository.folder_of("soft", "frob") / "customize.py"));
  repository.second_alias("soft", uid_of("soft:frob"), "frob-of-old");
  repository.alias("soft", "gone", "00000000deadbeef");
  repository.entry("soft", "empty", "{}");
  publish();
  const std::string where = " --search_dirs=" + (folder / "opt").string();
  EXPECT_TRUE(succeeds(ck("detect soft:child" + where)));
  EXPECT_TRUE(succeeds(ck("detect soft:00112233aabbccdd" + where)));
  EXPECT_TRUE(succeeds(ck("detect soft:" + uid_of("soft:frob") + where)));
  EXPECT_TRUE(fails(ck("detect soft:gone" + where), 1, "gone"));
  EXPECT_TRUE(fails(ck("detect soft:00000000deadbeef" + where), 1, "00000000deadbeef"));
  EXPECT_TRUE(fails(ck("detect soft:empty" + where), 1, "empty"));
}

}  // namespace
}  // namespace ck::test
