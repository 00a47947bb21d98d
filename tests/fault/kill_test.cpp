// kill -9 at any moment: the next call finds nothing half-done, and nothing that was told to be
// done is lost.

#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

constexpr int kKills = 8;

class Kill : public CkTest {
 protected:
  /// Runs a command to learn how long it takes here and now.
  std::chrono::microseconds measure(std::string_view line) const {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(succeeds(ck(line)));
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
  }

  /// Starts a command and kills it at some moment of its life; whether it ended by itself before.
  bool killed_late(std::string_view line, std::chrono::microseconds whole) {
    CkProcess process = start(line);
    std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
    const bool ended = process.ends_within(std::chrono::milliseconds(moment(random_) / 1000));
    process.signal(SIGKILL);
    return process.wait().code == 0 || ended;
  }

 private:
  std::mt19937 random_{20'240'229};  // the moments still differ: machines are never equally busy
};

TEST_F(Kill, DuringInstallTheNextCallBuildsIt) {
  components.package("base", "echo base >\"$1/base\"", R"("tags": ["base"])");
  import();
  ASSERT_TRUE(succeeds(ck("install package:base")));
  const std::string script = "for i in 1 2 3 4 5 6 7 8; do echo $i >\"$1/$i\"; done";
  components.package("timed", script, R"("dependencies": {"base": {"tags": ["base"]}})");
  const auto whole = measure("install package:timed");
  for (int i = 0; i < kKills; ++i) {
    const std::string name = "part" + std::to_string(i);
    components.package(name, script, R"("dependencies": {"base": {"tags": ["base"]}})");
    const std::string line = "install package:" + name;
    killed_late(line, whole);
    const auto next = ck(line);
    ASSERT_TRUE(succeeds(next)) << "after kill " << i;
    const fs::path made = next.out.substr(0, next.out.find('\n'));
    EXPECT_EQ(read_text(made / "8"), "8\n");
  }
  EXPECT_EQ(environments().size(), 2u + kKills);
  expect_clean();
}

TEST_F(Kill, DuringRebuildTheOldOneOrTheNewOneIsThere) {
  components.package("timed", "for i in 1 2 3 4; do echo $i >\"$1/$i\"; done");
  import();
  const auto whole = measure("install package:timed");
  for (int i = 0; i < kKills; ++i) {
    killed_late("install package:timed --rebuild", whole);
    const auto next = ck("install package:timed");
    ASSERT_TRUE(succeeds(next)) << "after kill " << i;
    EXPECT_EQ(read_text(fs::path(next.out.substr(0, next.out.find('\n'))) / "4"), "4\n");
  }
  EXPECT_EQ(environments().size(), 1u);
  expect_clean();
}

TEST_F(Kill, DuringRemovalItIsThereOrNot) {
  components.package("timed", "echo x >\"$1/x\"");
  import();
  ASSERT_TRUE(succeeds(ck("install package:timed")));
  const auto whole = measure("rm env:timed");
  for (int i = 0; i < kKills; ++i) {
    ASSERT_TRUE(succeeds(ck("install package:timed")));
    killed_late("rm env:timed", whole);
    const auto shown = json_of(ck("show env --json"));
    ASSERT_EQ(shown["environments"].size(), environments().size()) << "after kill " << i;
  }
  ASSERT_TRUE(succeeds(ck("install package:timed")));
  expect_clean();
}

TEST_F(Kill, DuringRunsNothingThatEndedIsLost) {
  components.program("quick", "echo 1", R"("metrics": {"n": {"unit": "1", "direction": "none",
                                           "from": {"stdout": "([0-9]+)$"
}
}
})");
  import();
  ASSERT_TRUE(succeeds(ck("run program:quick")));
  const auto whole = measure("run program:quick");
  std::size_t ended = 2;
  for (int i = 0; i < kKills; ++i) {
    ended += killed_late("run program:quick", whole);
    ASSERT_TRUE(succeeds(ck("run program:quick"))) << "after kill " << i;
    ++ended;
  }
  const Json all = points("quick");
  const auto good = std::ranges::count_if(all, [](const Json& point) {
    return point["state"] == "ok" && point["repetitions"].size() == 1;
  });
  EXPECT_GE(static_cast<std::size_t>(good), ended);
  for (const Json& point : all) EXPECT_NE(point["state"], "failed") << point;
  expect_clean();
}

TEST_F(Kill, DuringAFirstPullTheNextCallPulls) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  for (int i = 0; i < 20; ++i) writer.program("p" + std::to_string(i), "true");
  remote.commit("first");
  const std::string line = "pull repo --url=" + remote.url();
  const auto whole = measure(line);
  for (int i = 0; i < kKills; ++i) {
    ASSERT_TRUE(succeeds(ck("rm repo:far")));
    killed_late(line, whole);
    const auto listed = ck("search far:program:* --json");
    if (listed.code == 0) {
      EXPECT_EQ(json_of(listed)["components"].size(), 20u) << "after kill " << i;
    }
    ASSERT_TRUE(succeeds(ck(line))) << "after kill " << i;
    EXPECT_EQ(json_of(ck("search far:program:* --json"))["components"].size(), 20u);
  }
  expect_clean();
}

TEST_F(Kill, DuringAnUpdateTheOldOrTheNewStateIsThere) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  const auto change = [&](int number) {
    const std::string text = "state" + std::to_string(number);
    for (const char* name : {"one", "two", "three"})
      writer.program(name, "true", "\"tags\": [\"" + text + "\"]");
    return remote.commit(text);
  };
  change(0);
  ASSERT_TRUE(succeeds(ck("pull repo --url=" + remote.url())));
  change(1);
  const auto whole = measure("pull repo:far");
  for (int i = 2; i < kKills + 2; ++i) {
    const std::string commit = change(i);
    killed_late("pull repo:far", whole);
    std::size_t found = 0;
    for (const int state : {i - 1, i}) {
      const auto now = json_of(ck("search program --json --tags=state" + std::to_string(state)));
      found += now["components"].size();
      EXPECT_EQ(now["components"].size() % 3, 0u) << "a mixture after kill " << i;
    }
    EXPECT_EQ(found, 3u) << "after kill " << i;
    ASSERT_TRUE(succeeds(ck("pull repo:far"))) << "after kill " << i;
    const auto shown = json_of(ck("show repo:far --json"));
    EXPECT_EQ(shown["repository"]["commit"], commit);
    EXPECT_EQ(shown["git"]["local_changes"].size(), 0u) << shown;
  }
  expect_clean();
}

TEST_F(Kill, ALockThatAnUpdateLeftHoldsUpNoOther) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("one", "true", "\"tags\": [\"first\"]");
  remote.commit("first");
  ASSERT_TRUE(succeeds(ck("pull repo --url=" + remote.url())));
  writer.program("one", "true", "\"tags\": [\"second\"]");
  const std::string commit = remote.commit("second");
  write_text(home() / "repos/far/.git/refs/remotes/origin/main.lock", "");
  ASSERT_TRUE(succeeds(ck("pull repo:far")));
  EXPECT_EQ(json_of(ck("show repo:far --json"))["repository"]["commit"], commit);
}

}  // namespace
}  // namespace ck::test
