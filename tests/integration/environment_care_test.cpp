// ck why, verify, repair and show --log: environments that exist, and whether they still are what
// was made.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "collective_fixture.hpp"
#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class Care : public CkTest {
 protected:
  Care() {
    components.package("base", "echo base >\"$1/base\"; ln -s base \"$1/link\"",
                       R"("tags": ["base"])");
    components.package("tool", "echo telling; mkdir \"$1/bin\"; echo tool >\"$1/bin/tool\"",
                       R"("tags": ["mytool"], "dependencies": {"lib": {"tags": ["base"]}})");
    components.program("sound", "echo fine", R"("dependencies": {"t": {"tags": ["mytool"]}})");
    import();
  }

  /// The id of a package's environment.
  std::string id_of(const std::string& name) const {
    const Json shown = json_of(ck("show env:" + name + " --json"));
    return shown["environments"].at(0)["id"].get<std::string>();
  }
  fs::path place_of(const std::string& name) const { return home() / "envs" / id_of(name); }

  static void change(const fs::path& file, std::string_view text) {
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    write_text(file, text);
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::remove);
  }
};

TEST_F(Care, WhyShowsATreeUpToTheRecords) {
  ASSERT_TRUE(succeeds(ck("run program:sound")));
  const auto base = ck("why env:" + id_of("base").substr(0, 6));
  ASSERT_TRUE(succeeds(base));
  EXPECT_NE(base.out.find("has it as 'lib'"), std::string::npos) << base.out;
  EXPECT_NE(base.out.find("of experiment:sound: ck run program:sound"), std::string::npos);
  EXPECT_NE(base.out.find("made by: ck run program:sound"), std::string::npos);
  const Json json = json_of(ck("why env:base --json"));
  EXPECT_EQ(json["needed"], true);
  EXPECT_EQ(json["keepers"].size(), 1U);
  EXPECT_TRUE(
      std::ranges::any_of(json["users"], [](const Json& user) { return user["key"] == "lib"; }));
}

TEST_F(Care, WhySaysWhenNothingNeedsIt) {
  ASSERT_TRUE(succeeds(ck("install package:tool")));
  const auto why = ck("why env:tool");
  ASSERT_TRUE(succeeds(why));
  EXPECT_NE(why.out.find("nothing needs it"), std::string::npos) << why.out;
  EXPECT_TRUE(fails(ck("why env:no-such"), 1, "no environment"));
  EXPECT_TRUE(fails(ck("why env"), 2, "which environment"));
  EXPECT_TRUE(fails(ck("why env:*"), 1, "2 environments"));
}

TEST_F(Care, VerifyFindsEveryKindOfDamage) {
  ASSERT_TRUE(succeeds(ck("install package:tool")));
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  const fs::path tool = place_of("tool");
  const fs::path base = place_of("base");
  change(tool / "bin/tool", "evil\n");
  fs::permissions(base, fs::perms::owner_write, fs::perm_options::add);
  fs::remove(base / "link");
  write_text(base / "extra", "x");
  fs::permissions(base / "base", fs::perms::owner_exec, fs::perm_options::add);
  const auto result = ck("verify env --all");
  EXPECT_EQ(result.code, 1);
  for (const char* words :
       {"changed  bin/tool", "missing  link", "extra  extra", "permissions  base  (executable"})
    EXPECT_NE(result.out.find(words), std::string::npos) << words << " in " << result.out;
  const auto json = ck("verify env --all --json");
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json_of(json)["ok"], false);
  EXPECT_TRUE(fails(ck("verify env"), 2, "which environments"));
  EXPECT_TRUE(fails(ck("verify repo:x"), 2, "nothing that ck verifies"));
}

TEST_F(Care, RepairBuildsTheSameAgain) {
  ASSERT_TRUE(succeeds(ck("run program:sound")));
  const auto before = environments();
  change(place_of("tool") / "bin/tool", "evil\n");
  change(place_of("base") / "base", "evil\n");
  const auto result = ck("repair env:tool");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(read_text(place_of("tool") / "bin/tool"), "tool\n");
  EXPECT_EQ(read_text(place_of("base") / "base"), "base\n");
  EXPECT_EQ(environments(), before);
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  const Json sound = json_of(ck("repair env --all --json"));
  for (const auto& one : sound["environments"]) EXPECT_EQ(one["outcome"], "sound");
  const Json forced = json_of(ck("repair env:base --force --json"));
  EXPECT_EQ(forced["environments"].at(0)["outcome"], "repaired");
  expect_clean();
}

TEST_F(Care, RepairTellsWhyItCannot) {
  ASSERT_TRUE(succeeds(ck("install package:base")));
  change(place_of("base") / "base", "evil\n");
  components.package("base", "echo another >\"$1/base\"", R"("tags": ["base"])");
  const auto result = ck("repair env:base");
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.out.find("not repaired"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("is another one"), std::string::npos) << result.err;
  EXPECT_EQ(read_text(home() / "envs" / environments().at(0) / "base"), "evil\n");
  expect_clean();
}

/// A repository that moves on after its components were used.
class CareOfMoved : public Care {
 protected:
  CareOfMoved() {
    writer.package("kept", "echo first >\"$1/kept\"", R"("tags": ["kept"])");
    writer.program("user", "echo fine", R"("dependencies": {"k": {"tags": ["kept"]}})");
    remote.commit("first");
    EXPECT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  }

  void commit_and_pull() const {
    remote.commit("second");
    ASSERT_TRUE(succeeds(ck("pull repo:far")));
  }

  void expect_repaired(const fs::path& place) const {
    const auto before = environments();
    change(place / "kept", "evil\n");
    ASSERT_TRUE(succeeds(ck("repair env:" + place.filename().string())));
    EXPECT_EQ(read_text(place / "kept"), "first\n");
    EXPECT_EQ(environments(), before);
    EXPECT_TRUE(succeeds(ck("verify env --all")));
    expect_clean();
  }

  const GitRemote remote{folder / "remotes"};
  const ComponentWriter writer{remote.work(), "far"};
};

TEST_F(CareOfMoved, RepairTakesTheCommitThatAPointRecorded) {
  ASSERT_TRUE(succeeds(ck("run program:user")));
  const fs::path place = place_of("kept");
  writer.package("kept", "echo second >\"$1/kept\"", R"("tags": ["kept"])");
  ASSERT_NO_FATAL_FAILURE(commit_and_pull());
  expect_repaired(place);
}

TEST_F(CareOfMoved, RepairTakesTheCommitOfAKeptLockThoughTheComponentIsGone) {
  ASSERT_TRUE(succeeds(ck("install package:kept")));
  const std::string lock = (folder / "ck.lock").string();
  ASSERT_TRUE(succeeds(ck("lock package:kept --out=" + lock)));
  ASSERT_TRUE(succeeds(ck("gc --keep=" + lock)));
  const fs::path place = place_of("kept");
  fs::remove_all(writer.folder_of("package", "kept"));
  ASSERT_NO_FATAL_FAILURE(commit_and_pull());
  expect_repaired(place);
}

TEST_F(CareOfMoved, RepairTellsWhenNothingRecordedTheCommit) {
  ASSERT_TRUE(succeeds(ck("install package:kept")));
  const fs::path place = place_of("kept");
  writer.package("kept", "echo second >\"$1/kept\"", R"("tags": ["kept"])");
  ASSERT_NO_FATAL_FAILURE(commit_and_pull());
  change(place / "kept", "evil\n");
  const auto result = ck("repair env:" + place.filename().string());
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("is another one"), std::string::npos) << result.err;
}

TEST_F(Care, RepairOfAMissingManifestWorks) {
  ASSERT_TRUE(succeeds(ck("install package:base")));
  fs::remove_all(place_of("base") / ".ck");
  EXPECT_EQ(ck("verify env --all").code, 1);
  ASSERT_TRUE(succeeds(ck("repair env:base")));
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  expect_clean();
}

TEST_F(Care, LogOfABuildIsShown) {
  ASSERT_TRUE(succeeds(ck("install package:tool")));
  const auto log = ck("show env:tool --log");
  ASSERT_TRUE(succeeds(log));
  EXPECT_NE(log.out.find("telling\n"), std::string::npos) << log.out;
  EXPECT_EQ(json_of(ck("show env:tool --log --json"))["id"], id_of("tool"));
  components.package("broken", "echo before the end; exit 3");
  const auto failed = ck("install package:broken");
  ASSERT_EQ(failed.code, 1);
  const auto end = failed.err.find(".log");
  ASSERT_NE(end, std::string::npos) << failed.err;
  const auto kept = ck("show env:" + failed.err.substr(end - 32, 32) + " --log");
  ASSERT_TRUE(succeeds(kept));
  EXPECT_NE(kept.out.find("before the end"), std::string::npos);
}

TEST_F(Care, StartOfSeveralIdsIsRefused) {
  for (int i = 0; i < 3; ++i) {
    const std::string id = "abcd" + std::string(27, '0') + std::to_string(i);
    write_text(home() / "envs" / id / ".ck" / "manifest.json",
               R"({"schema": "ck.manifest/1", "files": [], "environment": {
                 "schema": "ck.environment/1", "id": ")" +
                   id + R"(", "origin": "built", "component": {"repo": "r", "kind": "package",
                 "name": "x", "uid": "0123456789abcdef"}, "exports": {"values": {},
                 "variables": {}, "prepend": {}}}})");
  }
  EXPECT_TRUE(fails(ck("rm env:abcd"), 1, "is the start of 3 ids"));
  EXPECT_TRUE(succeeds(ck("rm env:abcd" + std::string(27, '0') + "1")));
  EXPECT_EQ(environments().size(), 2U);
}

class CollectiveCare : public CollectiveTest {
 protected:
  /// Spoils every file of the environments but ck's own; how many.
  std::size_t damage(const std::vector<std::string>& ids) const {
    std::size_t damaged = 0;
    for (const auto& id : ids) {
      for (const auto& entry : fs::recursive_directory_iterator(home() / "envs" / id)) {
        const bool own = entry.path().string().find("/.ck/") != std::string::npos;
        if (own || !entry.is_regular_file()) continue;
        fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
        write_text(entry.path(), "evil\n");
        ++damaged;
      }
    }
    return damaged;
  }
};

TEST_F(CollectiveCare, RepairTakesTheCommitOfAKeptLock) {
  repository.package("lib", "lib,thing", "echo first > \"$INSTALL_DIR/made\"\n");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:lib")));
  const std::string lock = (folder / "ck.lock").string();
  ASSERT_TRUE(succeeds(ck("lock package:lib --out=" + lock)));
  ASSERT_TRUE(succeeds(ck("gc --keep=" + lock)));
  const auto before = environments();
  repository.file("package", "lib", "install.sh", "echo second > \"$INSTALL_DIR/made\"\n");
  repository.commit();
  EXPECT_GE(damage(before), 1U);
  ASSERT_TRUE(succeeds(ck("repair env --all")));
  EXPECT_EQ(environments(), before);
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  expect_clean();
}

TEST_F(CollectiveCare, PackagesAndProgramsAreVerifiedAndRepaired) {
  repository.compiler();
  repository.package("lib", "lib,thing", "echo \"$FLAVOUR\" > \"$INSTALL_DIR/made\"\n",
                     R"("variations": {"hot": {"extra_env": {"FLAVOUR": "hot"}}})");
  repository.program("small", "#include <stdio.h>\nint main(){puts(N);}\n",
                     R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}}})");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:lib --tags=hot")));
  const auto compiled = ck({"compile", "program:small", "--flags=-DN=\"7\""});
  if (compiled.code != 0) GTEST_SKIP() << compiled.err;
  const auto before = environments();
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  EXPECT_GE(damage(before), 4U);
  EXPECT_EQ(ck("verify env --all").code, 1);
  ASSERT_TRUE(succeeds(ck("repair env --all")));
  EXPECT_EQ(environments(), before);
  EXPECT_TRUE(succeeds(ck("verify env --all")));
  const auto why = ck("why env:lib");
  ASSERT_TRUE(succeeds(why));
  EXPECT_NE(why.out.find("ck install package:lib --tags=hot"), std::string::npos);
  expect_clean();
}

}  // namespace
}  // namespace ck::test
