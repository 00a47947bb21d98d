// Several ck at once in one home.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

constexpr int kTogether = 8;

class Concurrency : public CkTest {
 protected:
  /// The same command line, `kTogether` times at once.
  std::vector<CkResult> together(std::string_view line) const {
    std::vector<CkProcess> processes;
    for (int i = 0; i < kTogether; ++i) processes.push_back(start(line));
    std::vector<CkResult> results;
    for (auto& process : processes) results.push_back(process.wait());
    for (const auto& result : results) EXPECT_TRUE(succeeds(result)) << line;
    return results;
  }
};

TEST_F(Concurrency, FirstCallsEverShareOneHome) {
  for (const auto& result : together("search program --tags=hello --json"))
    EXPECT_EQ(json_of(result)["components"].size(), 1u);
  expect_clean();
}

TEST_F(Concurrency, OneEnvironmentIsBuiltOnce) {
  const fs::path log = folder / "log";
  components.package("once", "echo built >>'" + log.string() + "'; sleep 0.05; echo x >\"$1/x\"");
  import();
  std::set<std::string> places;
  for (const auto& result : together("install package:once --profile=host"))
    places.insert(result.out);
  EXPECT_EQ(places.size(), 1u);
  EXPECT_EQ(read_text(log), "built\n");
  EXPECT_EQ(environments().size(), 1u);
  expect_clean();
}

TEST_F(Concurrency, SharedDependencyOfDifferentProgramsIsBuiltOnce) {
  const fs::path log = folder / "log";
  components.package("once", "echo built >>'" + log.string() + "'; sleep 0.05; echo x >\"$1/x\"",
                     R"("tags": ["once"])");
  for (const char* name : {"one", "two"})
    components.program(name, "true", R"("dependencies": {"lib": {"tags": ["once"]}})");
  import();
  CkProcess one = start("run program:one --profile=host");
  CkProcess two = start("run program:two --profile=host");
  EXPECT_TRUE(succeeds(one.wait()));
  EXPECT_TRUE(succeeds(two.wait()));
  EXPECT_EQ(read_text(log), "built\n");
  expect_clean();
}

TEST_F(Concurrency, EveryRunIsArchived) {
  components.program("busy", "echo $$", R"("metrics": {"id": {"unit": "1", "direction": "none",
                                           "from": {"stdout": "([0-9]+)$"
}
}
})");
  import();
  std::set<std::string> uids;
  for (const auto& result : together("run program:busy --json"))
    uids.insert(json_of(result)["point"]["uid"].get<std::string>());
  EXPECT_EQ(uids.size(), std::size_t{kTogether});
  const Json all = points("busy");
  EXPECT_EQ(all.size(), std::size_t{kTogether});
  for (const Json& point : all) {
    EXPECT_EQ(point["state"], "ok");
    EXPECT_EQ(point["repetitions"].size(), 1u);
    EXPECT_TRUE(uids.contains(point["uid"].get<std::string>()));
  }
  expect_clean();
}

TEST_F(Concurrency, OneRepositoryIsPulledByAll) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("distant", "true");
  const std::string commit = remote.commit("first");
  together("pull repo --url=" + remote.url());
  EXPECT_EQ(names_in("repos"), std::vector<std::string>{"far"});
  EXPECT_EQ(json_of(ck("show repo:far --json"))["repository"]["commit"], commit);
  expect_clean();
}

TEST_F(Concurrency, SearchesDuringPullsSeeTheOldOrTheNewState) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("one", "true");
  writer.program("two", "true");
  remote.commit("first");
  ASSERT_TRUE(succeeds(ck("pull repo --url=" + remote.url())));
  writer.program("three", "true");
  remote.commit("second");
  CkProcess pull = start("pull repo --all");
  std::set<std::size_t> seen;
  while (!pull.ends_within(std::chrono::milliseconds(0)))
    seen.insert(json_of(ck("search far:program:* --json"))["components"].size());
  EXPECT_TRUE(succeeds(pull.wait()));
  for (const auto count : seen) EXPECT_TRUE(count == 2 || count == 3) << count;
  EXPECT_EQ(json_of(ck("search far:program:* --json"))["components"].size(), 3u);
  expect_clean();
}

TEST_F(Concurrency, RegistrationsAreNotLost) {
  std::vector<CkProcess> processes;
  for (int i = 0; i < kTogether; ++i) {
    const std::string name = "mine" + std::to_string(i);
    processes.push_back(start("add repo:" + name + " --path=" + (folder / name).string()));
  }
  for (auto& process : processes) EXPECT_TRUE(succeeds(process.wait()));
  EXPECT_EQ(json_of(ck("ls repo:mine* --json"))["repositories"].size(), std::size_t{kTogether});
}

TEST_F(Concurrency, EnvironmentInUseByABuildIsNotRemoved) {
  const fs::path started = folder / "started";
  const fs::path go = folder / "go";
  components.package("slow", "touch '" + started.string() + "'; until [ -e '" + go.string() +
                                 "' ]; do sleep 0.005; done; echo x >\"$1/x\"");
  import();
  write_text(go, "");
  ASSERT_TRUE(succeeds(ck("install package:slow --profile=host")));
  fs::remove(go);
  fs::remove(started);
  CkProcess build = start("install package:slow --rebuild --profile=host");
  wait_for(started);
  EXPECT_TRUE(fails(ck("rm env:slow"), 5, "being built by another ck"));
  write_text(go, "");
  EXPECT_TRUE(succeeds(build.wait()));
  EXPECT_EQ(environments().size(), 1u);
  expect_clean();
}

}  // namespace
}  // namespace ck::test
