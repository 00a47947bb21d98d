// Components as they change under ck: folders edited by hand, repositories pulled, moved on,
// needed by each other, and in each other's way.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class Repositories : public CkTest {
 protected:
  std::vector<std::string> found(const std::string& query) const {
    std::vector<std::string> names;
    const Json json = json_of(ck("search " + query + " --json"));
    for (const auto& one : json["components"])
      names.push_back(one["repo"].get<std::string>() + ":" + one["name"].get<std::string>());
    return names;
  }
  std::string commit_of(const std::string& name) const {
    return json_of(ck("show repo:" + name + " --json"))["repository"]["commit"];
  }
  using Names = std::vector<std::string>;
};

TEST_F(Repositories, AddedEditedAndRemovedComponentsShowOnTheNextCall) {
  components.program("one", "echo 1", R"("tags": ["first"])");
  import();
  EXPECT_EQ(found("tiny:program:*"), Names{"tiny:one"});
  components.program("two", "echo 2", R"("tags": ["second"])");
  EXPECT_EQ(found("tiny:program:*"), (Names{"tiny:one", "tiny:two"}));
  components.program("one", "echo 1", R"("tags": ["other"])");
  EXPECT_EQ(found("tiny:program:* --tags=first"), Names());
  EXPECT_EQ(found("tiny:program:* --tags=other"), Names{"tiny:one"});
  fs::rename(components.folder_of("program", "two"), components.folder_of("program", "three"));
  components.program("three", "echo 3");
  EXPECT_EQ(found("tiny:program:*"), (Names{"tiny:one", "tiny:three"}));
  fs::remove_all(components.folder_of("program", "one"));
  EXPECT_EQ(found("tiny:program:*"), Names{"tiny:three"});
  EXPECT_TRUE(fails(ck("run program:one"), 1, "one"));
}

TEST_F(Repositories, EditOfTheSameSizeAndMomentShows) {
  components.program("one", "echo 1", R"("tags": ["aaa"])");
  import();
  for (const char* tag : {"bbb", "ccc", "ddd"}) {
    components.program("one", "echo 1", std::string(R"("tags": [")") + tag + "\"]");
    EXPECT_EQ(found("tiny:program:* --tags=" + std::string(tag)), Names{"tiny:one"});
  }
}

TEST_F(Repositories, EditedSourceIsBuiltAndRunAnew) {
  components.program("one", "echo before");
  import();
  EXPECT_EQ(ck("run program:one --quiet").out, "before\n");
  components.program("one", "echo after!");
  EXPECT_EQ(ck("run program:one --quiet").out, "after!\n");
  EXPECT_EQ(environments().size(), 2u);
}

TEST_F(Repositories, OwnRepositoryShadowsTheShippedOne) {
  const auto shipped = json_of(ck("find program:hello --json"))["component"];
  EXPECT_EQ(shipped["repo"], "core");
  components.program("hello", "echo mine");
  import();
  const Json json = json_of(ck("find program:hello --json"));
  EXPECT_EQ(json["component"]["repo"], "tiny");
  ASSERT_EQ(json["shadowed"].size(), 1u);
  EXPECT_EQ(json["shadowed"][0]["repo"], "core");
  EXPECT_EQ(ck("run program:hello --quiet").out, "mine\n");
  EXPECT_EQ(json_of(ck("find core:program:hello --json"))["component"]["repo"], "core");
  ASSERT_TRUE(succeeds(ck("rm repo:tiny")));
  EXPECT_EQ(json_of(ck("find program:hello --json"))["component"]["repo"], "core");
}

TEST_F(Repositories, RemovedRegistrationLeavesTheFolder) {
  components.program("one", "echo 1");
  import();
  ASSERT_TRUE(succeeds(ck("rm repo:tiny")));
  EXPECT_TRUE(fs::exists(components.folder() / "ck-repo.json"));
  EXPECT_EQ(found("program:one"), Names());
}

TEST_F(Repositories, ImportedFolderThatVanishedIsToldAndTheRestWorks) {
  import();
  fs::rename(components.folder(), folder / "elsewhere");
  const auto result = ck("find program:hello");
  EXPECT_TRUE(succeeds(result));
  EXPECT_TRUE(succeeds(ck("rm repo:tiny")));
}

TEST_F(Repositories, PulledWithWhatTheyNeedInCirclesToo) {
  const GitRemote low(folder / "remotes", "low");
  const GitRemote high(folder / "remotes", "high");
  const ComponentWriter low_writer(low.work(), "low",
                                   R"([{"name": "high", "url": ")" + high.url() + "\"}]");
  const ComponentWriter high_writer(high.work(), "high",
                                    R"([{"name": "low", "url": ")" + low.url() + "\"}]");
  low_writer.program("below", "echo 1");
  high_writer.program("above", "echo 2");
  const auto low_commit = low.commit("low");
  const auto high_commit = high.commit("high");
  const Json report = json_of(ck({"pull", "repo", "--url=" + high.url(), "--json"}));
  ASSERT_EQ(report["repositories"].size(), 2u);
  EXPECT_EQ(found("high:program:*"), Names{"high:above"});
  EXPECT_EQ(found("low:program:*"), Names{"low:below"});
  EXPECT_EQ(commit_of("low"), low_commit);
  EXPECT_EQ(commit_of("high"), high_commit);
  expect_clean();
}

TEST_F(Repositories, NeedWithACommitStaysThere) {
  const GitRemote low(folder / "remotes", "low");
  const GitRemote high(folder / "remotes", "high");
  const ComponentWriter low_writer(low.work(), "low");
  const auto first = low.commit("first");
  low_writer.program("later", "echo 1");
  low.commit("second");
  const ComponentWriter high_writer(
      high.work(), "high",
      R"([{"name": "low", "url": ")" + low.url() + R"(", "commit": ")" + first + "\"}]");
  high.commit("high");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + high.url()})));
  EXPECT_EQ(commit_of("low"), first);
  EXPECT_EQ(found("low:program:*"), Names());
}

TEST_F(Repositories, BranchTagAndCommitAreFollowedAsAsked) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  const auto first = remote.commit("first");
  remote.git({"tag", "v1"});
  remote.git({"checkout", "-q", "-b", "side"});
  writer.program("sideways", "true");
  const auto side = remote.commit("side");
  remote.git({"checkout", "-q", "main"});
  writer.program("ahead", "true");
  const auto main = remote.commit("main");
  const std::string url = "--url=" + remote.url();

  ASSERT_TRUE(succeeds(ck({"pull", "repo", url, "--tag=v1"})));
  EXPECT_EQ(commit_of("far"), first);
  ASSERT_TRUE(succeeds(ck("pull repo:far")));
  EXPECT_EQ(commit_of("far"), first) << "a tag is stayed at";
  ASSERT_TRUE(succeeds(ck("pull repo:far --branch=side")));
  EXPECT_EQ(commit_of("far"), side);
  EXPECT_EQ(found("far:program:*"), Names{"far:sideways"});
  ASSERT_TRUE(succeeds(ck({"pull", "repo:far", "--commit=" + main})));
  EXPECT_EQ(commit_of("far"), main);
  EXPECT_EQ(found("far:program:*"), Names{"far:ahead"});
}

TEST_F(Repositories, UpdateShowsOnTheNextCall) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("one", "echo 1");
  remote.commit("first");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  EXPECT_EQ(found("far:program:*"), Names{"far:one"});
  fs::remove_all(writer.folder_of("program", "one"));
  writer.program("two", "echo 2");
  const auto second = remote.commit("second");
  const auto pulled = ck("pull repo --all");
  EXPECT_TRUE(succeeds(pulled));
  EXPECT_NE(pulled.out.find(second.substr(0, 12)), std::string::npos) << pulled.out;
  EXPECT_EQ(found("far:program:*"), Names{"far:two"});
  EXPECT_NE(ck("pull repo:far").out.find("unchanged"), std::string::npos);
}

TEST_F(Repositories, LocalChangesAreNeverOverwritten) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("one", "echo 1");
  remote.commit("first");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  const fs::path script = home() / "repos/far/programs/one/run.sh";
  write_text(script, "echo edited");
  writer.program("one", "echo 2");
  remote.commit("second");
  EXPECT_TRUE(fails(ck("pull repo:far"), 1, "programs/one/run.sh"));
  EXPECT_EQ(read_text(script), "echo edited");
  EXPECT_TRUE(fails(ck("rm repo:far"), 1, "--force"));
  EXPECT_EQ(ck("run program:one --quiet").out, "edited\n");
}

TEST_F(Repositories, InsteadOfOfTheUsersGitConfigurationIsHonoured) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  const auto commit = remote.commit("first");
  write_text(folder / "user/.gitconfig", "[url \"file://" + (folder / "remotes").string() +
                                             "/\"]\n\tinsteadOf = https://example.org/\n");
  ASSERT_TRUE(succeeds(ck("pull repo --url=https://example.org/remote.git")));
  EXPECT_EQ(commit_of("far"), commit);
}

}  // namespace
}  // namespace ck::test
