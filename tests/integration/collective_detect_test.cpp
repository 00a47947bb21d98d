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

  std::string script() const {
    const Json environment = environment_of("soft:frob");
    return read_text(home() / "envs" / environment["id"].get<std::string>() / "env.sh");
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
