// ck gc and ck du: what nobody needs goes, and nothing else.

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class Space : public CkTest {
 protected:
  Space() {
    components.package("base", "echo base >\"$1/base\"", R"("tags": ["base"])");
    components.package("tool", "echo tool >\"$1/tool\"",
                       R"("tags": ["mytool"], "dependencies": {"lib": {"tags": ["base"]}})");
    components.package("alone", "echo alone >\"$1/alone\"", R"("tags": ["alone"])");
    components.program("sound", "date +%s%N", R"("dependencies": {"t": {"tags": ["mytool"]}})");
    import();
  }

  /// Everything below a folder of the home looks as if it were from long ago.
  void age(const fs::path& relative) const {
    std::error_code missing;
    for (const auto& entry : fs::recursive_directory_iterator(home() / relative, missing)) {
      const timespec then[] = {{1'500'000'000, 0}, {1'500'000'000, 0}};
      ::utimensat(AT_FDCWD, entry.path().c_str(), static_cast<const timespec*>(then), 0);
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    const Json shown = json_of(ck("show env --json"));
    for (const auto& one : shown["environments"])
      all.push_back(one["component"]["name"].get<std::string>());
    std::ranges::sort(all);
    return all;
  }
};

TEST_F(Space, RecentUseKeeps) {
  ASSERT_TRUE(succeeds(ck("install package:tool")));
  EXPECT_EQ(ck("gc --yes").out, "nothing to collect\n");
  EXPECT_EQ(names(), (std::vector<std::string>{"base", "tool"}));
}

TEST_F(Space, WhatNobodyNeedsGoes) {
  ASSERT_TRUE(succeeds(ck("install package:alone")));
  ASSERT_TRUE(succeeds(ck("run program:sound")));
  const auto dry = ck("gc --older-than=0 --dry-run");
  ASSERT_TRUE(succeeds(dry));
  EXPECT_NE(dry.out.find("package:alone 1.0.0"), std::string::npos) << dry.out;
  EXPECT_EQ(dry.out.find("package:tool"), std::string::npos) << dry.out;
  EXPECT_NE(dry.err.find("1 recorded point needs"), std::string::npos) << dry.err;
  EXPECT_EQ(names().size(), 4U);
  ASSERT_TRUE(succeeds(ck("gc --older-than=0 --yes")));
  EXPECT_EQ(names(), (std::vector<std::string>{"base", "sound", "tool"}));
  ASSERT_TRUE(succeeds(ck("rm experiment:sound --yes")));
  const Json all = json_of(ck("gc --older-than=0 --yes --json"));
  EXPECT_EQ(all["in_use"].size(), 0U);
  EXPECT_EQ(names(), std::vector<std::string>());
  EXPECT_TRUE(succeeds(ck("run program:sound")));
  expect_clean();
}

TEST_F(Space, LockFilesKeepUntilForgotten) {
  ASSERT_TRUE(succeeds(ck("run program:sound")));
  ASSERT_TRUE(succeeds(ck("install package:alone")));
  const fs::path lock = folder / "ck.lock";
  auto database = points("sound");
  ASSERT_EQ(database.size(), 1U);
  const Json plan = json_of(ck("install package:alone --dry_run --json"))["plan"];
  Json written = {
      {"schema", "ck.lock/1"},
      {"repositories", Json::array()},
      {"environments",
       {{{"environment", plan["steps"].at(0)["environment"]}, {"inputs", ""}, {"reason", ""}}}},
      {"roots", Json::object()},
      {"subject", ""}};
  write_text(lock, written.dump());
  ASSERT_TRUE(succeeds(ck("rm experiment:sound --yes")));
  ASSERT_TRUE(succeeds(ck({"gc", "--keep=" + lock.string()})));
  const auto why = ck("why env:alone");
  EXPECT_NE(why.out.find("lock file " + lock.string()), std::string::npos) << why.out;
  ASSERT_TRUE(succeeds(ck("gc --older-than=0 --yes")));
  EXPECT_EQ(names(), std::vector<std::string>{"alone"});
  ASSERT_TRUE(succeeds(ck({"gc", "--forget=" + lock.string()})));
  EXPECT_TRUE(fails(ck({"gc", "--forget=" + lock.string()}), 1, "not registered"));
  ASSERT_TRUE(succeeds(ck("gc --older-than=0 --yes")));
  EXPECT_EQ(names(), std::vector<std::string>());
  write_text(folder / "no.lock", "{}");
  EXPECT_EQ(ck({"gc", "--keep=" + (folder / "no.lock").string()}).code, 1);
}

TEST_F(Space, BrokenRootStopsEverything) {
  const fs::path lock = folder / "ck.lock";
  write_text(lock, R"({"schema": "ck.lock/1", "roots": {}})");
  ASSERT_TRUE(succeeds(ck({"gc", "--keep=" + lock.string()})));
  ASSERT_TRUE(succeeds(ck("install package:alone")));
  write_text(lock, "rubbish");
  EXPECT_TRUE(fails(ck("gc --older-than=0 --yes"), 1, "registered as a root"));
  EXPECT_EQ(names().size(), 1U);
  fs::remove(lock);
  EXPECT_TRUE(succeeds(ck("gc --older-than=0 --yes")));
}

TEST_F(Space, WhatRunsKeepsWhatItUses) {
  const fs::path started = folder / "started";
  const fs::path go = folder / "go";
  components.program(
      "slow",
      "touch '" + started.string() + "'; until [ -e '" + go.string() + "' ]; do sleep 0.005; done",
      R"("dependencies": {"t": {"tags": ["mytool"]}})");
  CkProcess run = start("run program:slow --record_uoa=gone --profile=host");
  wait_for(started);
  // As if nothing were recorded: only the use itself keeps them.
  ASSERT_TRUE(succeeds(ck("rm experiment:gone --yes")));
  const Json done = json_of(ck("gc --older-than=0 --yes --json"));
  EXPECT_EQ(done["in_use"].size(), 3U) << done;
  EXPECT_EQ(names(), (std::vector<std::string>{"base", "slow", "tool"}));
  const auto removed = ck("rm env:slow");
  EXPECT_EQ(removed.code, 5) << removed.err;
  EXPECT_NE(removed.err.find("program:slow"), std::string::npos) << removed.err;
  write_text(go, "");
  run.wait();
  ASSERT_TRUE(succeeds(ck("gc --older-than=0 --yes")));
  EXPECT_EQ(names(), std::vector<std::string>());
  expect_clean();
}

TEST_F(Space, OutputsGoWhenNothingRefersToThem) {
  ASSERT_TRUE(succeeds(ck("run program:sound")));
  ASSERT_TRUE(succeeds(ck("run program:sound --record_uoa=other")));
  age("blobs");
  EXPECT_EQ(json_of(ck("gc --dry-run --json"))["garbage"].size(), 0U);
  ASSERT_TRUE(succeeds(ck("rm experiment:other --yes")));
  const Json done = json_of(ck("gc --yes --json"));
  EXPECT_EQ(done["removed"].size(), 1U) << done;
  EXPECT_EQ(done["removed"].at(0)["kind"], "blob");
  EXPECT_TRUE(succeeds(ck("replay experiment:sound")));
}

TEST_F(Space, RefetchableOnlyLeavesEnvironments) {
  write_text(home() / "downloads/sha256/ab" / std::string(64, 'a'), "x");
  write_text(home() / "downloads/sha512" / std::string(64, 'b'), "x");
  age("downloads");
  ASSERT_TRUE(succeeds(ck("install package:alone")));
  const Json done = json_of(ck("gc --older-than=0 --refetchable-only --yes --json"));
  ASSERT_EQ(done["removed"].size(), 2U);
  for (const auto& one : done["removed"]) EXPECT_EQ(one["kind"], "download");
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(Space, WrongCommandLinesAreRefused) {
  EXPECT_TRUE(fails(ck("gc --older-than=soon"), 2, "no duration"));
  EXPECT_TRUE(fails(ck("gc --older-than=-1d"), 2, "no duration"));
  EXPECT_TRUE(fails(ck("gc everything"), 2, "takes no"));
  EXPECT_TRUE(fails(ck("du env"), 2, "takes no"));
}

TEST_F(Space, DuCountsEverything) {
  ASSERT_TRUE(succeeds(ck("install package:alone")));
  const Json used = json_of(ck("du --older-than=0 --json"));
  std::uint64_t sum = 0;
  for (const auto& kind : used["kinds"]) sum += kind["size_bytes"].get<std::uint64_t>();
  EXPECT_EQ(used["size_bytes"], sum);
  ASSERT_EQ(used["environments"].size(), 1U);
  EXPECT_EQ(used["environments"].at(0)["collectable"], true);
  EXPECT_EQ(used["kinds"].at(0)["name"], "environments");
  EXPECT_EQ(used["kinds"].at(0)["collectable_bytes"], used["environments"].at(0)["size_bytes"]);
  const auto shown = ck("du");
  ASSERT_TRUE(succeeds(shown));
  EXPECT_NE(shown.out.find("package:alone 1.0.0"), std::string::npos) << shown.out;
}

TEST_F(Space, UnfinishedFolderOfADeadInstallationGoesWithTheNextLook) {
  const fs::path unfinished = home() / "envs" / std::string(32, 'a');
  write_text(unfinished / "half", "x");
  write_text(home() / "envs" / "mine" / "file", "not ck's");
  ASSERT_TRUE(succeeds(ck("show env")));
  EXPECT_FALSE(fs::exists(unfinished));
  EXPECT_TRUE(fs::exists(home() / "envs/mine/file"));
}

}  // namespace
}  // namespace ck::test
