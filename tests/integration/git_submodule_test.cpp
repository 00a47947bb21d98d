// Submodules, by file://.
#include "integration/git_fixture.hpp"

namespace ck::test {
namespace {

class SubmoduleTest : public GitTest {
 protected:
  SubmoduleTest() {
    inner.write("inner.txt", "1");
    inner.commit("inner first");
    middle.write("middle.txt", "1");
    add(middle, "../inner.git", "deep/inner");
    middle.commit("middle first");
    remote.write("f", "1");
    add(remote, "../middle.git", "parts/middle");
    remote.commit("first");
  }
  static void add(const GitRemote& to, const std::string& url, const std::string& path) {
    to.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, path});
  }
  GitRemote inner{home / "remotes", "inner"};
  GitRemote middle{home / "remotes", "middle"};
};

TEST_F(SubmoduleTest, ClonesSubmodulesAtTheirRecordedCommits) {
  inner.write("inner.txt", "later");
  inner.commit("inner second");
  const auto state = clone(remote.url());
  ASSERT_OK(state);
  EXPECT_TRUE(state->local_changes.empty());
  EXPECT_EQ(read_text(folder / "parts/middle/middle.txt"), "1");
  EXPECT_EQ(read_text(folder / "parts/middle/deep/inner/inner.txt"), "1");
  EXPECT_EQ(run_git({"status", "--porcelain"}, folder).output, "");
}

TEST_F(SubmoduleTest, RewriteRulesLeadThemElsewhereToo) {
  const std::string base = "file://" + (home / "remotes").string() + "/";
  const auto transfer =
      sys::make_transfer(CK_TRANSFER_MODULE, {{"https://example.invalid/x/", base}});
  const auto git = transfer->git();
  ASSERT_OK(git);
  const auto state =
      (*git)->clone("https://example.invalid/x/remote.git", {}, folder, events, cancel);
  ASSERT_OK(state);
  EXPECT_EQ(state->url, "https://example.invalid/x/remote.git");
  EXPECT_EQ(read_text(folder / "parts/middle/deep/inner/inner.txt"), "1");
}

TEST_F(SubmoduleTest, ExportHasNoGitFolders) {
  ASSERT_OK(services.git().export_commit(remote.url(), remote.git({"rev-parse", "HEAD"}), folder,
                                         events, cancel));
  EXPECT_EQ(read_text(folder / "parts/middle/deep/inner/inner.txt"), "1");
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    EXPECT_NE(entry.path().filename(), ".git");
  }
}

TEST_F(SubmoduleTest, SeesChangesInSubmodules) {
  ASSERT_OK(clone(remote.url()));
  write_text(folder / "parts/middle/deep/inner/inner.txt", "mine");
  const auto state = services.git().state(folder);
  ASSERT_OK(state);
  EXPECT_EQ(state->local_changes, std::vector<std::string>{"parts/middle/deep/inner/inner.txt"});
  EXPECT_ERROR(update(), conflict, "inner.txt");
}

TEST_F(SubmoduleTest, UpdateMovesAddsAndDropsSubmodules) {
  ASSERT_OK(clone(remote.url()));
  middle.write("middle.txt", "2");
  const std::string moved = middle.commit("middle second");
  remote.git({"-C", "parts/middle", "fetch", "-q"});
  remote.git({"-C", "parts/middle", "checkout", "-q", moved});
  add(remote, "../inner.git", "parts/inner");
  remote.commit("second");
  auto state = update();
  ASSERT_OK(state);
  EXPECT_TRUE(state->local_changes.empty());
  EXPECT_EQ(read_text(folder / "parts/middle/middle.txt"), "2");
  EXPECT_EQ(read_text(folder / "parts/inner/inner.txt"), "1");

  remote.git({"rm", "-q", "-f", "parts/inner"});
  remote.commit("third");
  state = update();
  ASSERT_OK(state);
  EXPECT_TRUE(state->local_changes.empty());
  EXPECT_FALSE(fs::exists(folder / "parts/inner"));
}

TEST_F(SubmoduleTest, ARemoteRepositoryMayNotNameFoldersOfThisMachine) {
  write_text(home / ".gitconfig",
             "[url \"" + remote.url() + "\"]\n\tinsteadOf = https://example.org/evil\n");
  remote.git({"config", "-f", ".gitmodules", "submodule.parts/middle.url", middle.url()});
  remote.commit("evil");
  const auto refused = clone("https://example.org/evil");
  EXPECT_ERROR(refused, denied, "on this machine");
  EXPECT_ERROR(refused, denied, "submodule parts/middle");
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(SubmoduleTest, ASubmoduleWithoutUrlIsNamed) {
  remote.git({"config", "-f", ".gitmodules", "--unset", "submodule.parts/middle.url"});
  remote.commit("broken");
  EXPECT_ERROR(clone(remote.url()), invalid, "names no URL");
}

TEST_F(SubmoduleTest, EndlessSubmodulesAreRefused) {
  GitRemote self(home / "remotes", "self");
  self.write("f", "1");
  std::string last = self.commit("0");
  add(self, "../self.git", "again");
  for (int i = 0; i < 10; ++i) {
    self.git({"update-index", "--cacheinfo", "160000," + last + ",again"});
    self.git({"commit", "-q", "--allow-empty", "-m", std::to_string(i)});
    self.git({"push", "-q", "origin", "main"});
    last = self.git({"rev-parse", "HEAD"});
  }
  EXPECT_ERROR(clone(self.url()), invalid, "nested more than");
}

}  // namespace
}  // namespace ck::test
