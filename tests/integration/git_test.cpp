// Git against real repositories by file://.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "integration/git_fixture.hpp"

namespace ck::test {
namespace {

TEST_F(GitTest, ClonesTheDefaultBranch) {
  remote.write("a/b.txt", "text\r\n");
  remote.write(".gitattributes", "* text=auto eol=crlf\n");
  const std::string hash = remote.commit("first");
  const auto state = clone(remote.url());
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);
  EXPECT_EQ(state->tree, remote.git({"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(state->branch, "main");
  EXPECT_EQ(state->url, remote.url());
  EXPECT_TRUE(state->local_changes.empty());
  EXPECT_EQ(read_text(folder / ".gitattributes"), "* text=auto eol=crlf\n") << "bytes as committed";
  EXPECT_TRUE(leftovers().empty());
  EXPECT_EQ(run_git({"status", "--porcelain"}, folder).output, "");
}

TEST_F(GitTest, ClonesBranchTagAndCommit) {
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  remote.git({"tag", "-a", "v1", "-m", "one"});
  remote.git({"checkout", "-q", "-b", "side"});
  remote.write("f", "2");
  const std::string second = remote.commit("second");

  auto state = clone(remote.url(), branch("side"));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
  EXPECT_EQ(state->branch, "side");

  fs::remove_all(folder);
  state = clone(remote.url(), tag("v1"));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, first);
  EXPECT_EQ(state->branch, std::nullopt);

  fs::remove_all(folder);
  state = clone(remote.url(), commit(second.substr(0, 8)));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
}

TEST_F(GitTest, ClonesACommitThatNoBranchLeadsTo) {
  remote.write("f", "1");
  const std::string hidden = remote.commit("hidden");
  remote.git({"commit", "-q", "--amend", "-m", "rewritten"});
  remote.commit("more");
  const auto state = clone(remote.url(), commit(hidden));
  if (state) {
    EXPECT_EQ(state->commit, hidden);
  } else {
    EXPECT_ERROR(state, not_found, "has no commit " + hidden);
  }
}

TEST_F(GitTest, SaysWhatTheRemoteDoesNotHave) {
  remote.write("f", "1");
  remote.commit("first");
  EXPECT_ERROR(clone(remote.url(), branch("mian")), not_found, "did you mean 'main'");
  EXPECT_ERROR(clone(remote.url(), tag("v9")), not_found, "has no tag v9");
  EXPECT_ERROR(clone(remote.url(), commit("0123456789")), not_found, "has no commit 0123456789");
  EXPECT_ERROR(clone(remote.url(), commit("HEAD~1")), invalid, "is not a commit hash");
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(leftovers().empty());
}

TEST_F(GitTest, RefusesRemotesThatCannotBeCloned) {
  EXPECT_ERROR(clone(remote.url()), not_found, "has no commits yet");
  EXPECT_ERROR(clone("file://" + (home / "nowhere").string()), network, "nowhere");
  EXPECT_ERROR(clone("relative/path"), unsupported, "relative/path");
  EXPECT_ERROR(clone("ext::sh -c id"), unsupported, "no way to fetch");
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(GitTest, NeverTouchesAFolderThatExists) {
  remote.write("f", "1");
  remote.commit("first");
  write_text(folder / "mine", "precious");
  EXPECT_ERROR(clone(remote.url()), conflict, "exists already");
  EXPECT_EQ(read_text(folder / "mine"), "precious");
}

TEST_F(GitTest, HonoursInsteadOf) {
  remote.write("f", "1");
  const std::string hash = remote.commit("first");
  write_text(home / ".gitconfig",
             "[url \"file://" + (home / "remotes").string() + "/\"]\n\tinsteadOf = work:\n");
  const auto state = clone("work:remote.git");
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);
  EXPECT_EQ(state->url, "work:remote.git");
}

TEST_F(GitTest, KeepsCredentialsOutOfEverything) {
  remote.write("f", "1");
  remote.commit("first");
  write_text(home / ".gitconfig",
             "[url \"" + remote.url() + "\"]\n\tinsteadOf = https://example.org/thing\n");
  const auto state = clone("https://joe:s3cret@example.org/thing");
  // insteadOf is applied to the address without its credentials
  ASSERT_OK(state);
  EXPECT_EQ(state->url, "https://example.org/thing");
  EXPECT_EQ(read_text(folder / ".git/config").find("s3cret"), std::string::npos);
  for (const auto& progress : events.of<Progress>()) {
    EXPECT_EQ(progress.what.find("s3cret"), std::string::npos);
  }
}

TEST_F(GitTest, ReportsProgress) {
  for (int i = 0; i < 50; ++i) remote.write("f" + std::to_string(i), std::to_string(i));
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  const auto progress = events.of<Progress>();
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().unit, "objects");
  EXPECT_EQ(progress.back().done, progress.back().total);
}

TEST_F(GitTest, CancelLeavesNothing) {
  remote.write("f", "1");
  remote.commit("first");
  cancel.request();
  EXPECT_ERROR(clone(remote.url()), interrupted, "");
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(leftovers().empty());
}

TEST_F(GitTest, StateListsEveryKindOfLocalChange) {
  for (const char* name : {"same", "changed", "deleted"}) remote.write(name, name);
  remote.write(".gitignore", "*.o\n");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  write_text(folder / "changed", "other");
  write_text(folder / "added", "new");
  write_text(folder / "untracked/deep", "new");
  write_text(folder / "ignored.o", "new");
  fs::remove(folder / "deleted");
  run_git({"add", "added"}, folder);
  auto state = services.git().state(folder);
  ASSERT_OK(state);
  std::sort(state->local_changes.begin(), state->local_changes.end());
  EXPECT_EQ(state->local_changes,
            (std::vector<std::string>{"added", "changed", "deleted", "untracked/"}));
}

TEST_F(GitTest, StateKnowsOnlyTopsOfWorkTrees) {
  remote.write("sub/f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  EXPECT_ERROR(services.git().state(folder / "sub"), invalid, "not the top of a git work tree");
  EXPECT_ERROR(services.git().state(home / "nowhere"), invalid, "not the top");
  EXPECT_ERROR(services.git().state(remote.bare()), invalid, "not the top");
}

TEST_F(GitTest, TellsTheCommitOfHeadAndItsTime) {
  remote.write("f", "1");
  const std::string hash = remote.commit("first");
  EXPECT_ERROR(services.git().head(folder), invalid, "not the top of a git work tree");
  ASSERT_OK(clone(remote.url()));
  write_text(folder / "f", "changed");
  const auto head = services.git().head(folder);
  ASSERT_OK(head);
  EXPECT_EQ(head->commit, hash);
  EXPECT_EQ(head->committed_s, 1704164645) << "2024-01-02T03:04:05Z";
  EXPECT_EQ(head->minutes_ahead_of_utc, 0);
  const fs::path linked = home / "clones" / "linked";
  run_git({"worktree", "add", "-q", "--detach", linked.string()}, folder);
  EXPECT_ERROR(services.git().head(linked), denied, "keeps parts of its clone elsewhere");
}

TEST_F(GitTest, NamesTreesOfHead) {
  remote.write("packages/x/ck.json", "{}");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  const auto tree_of = [&](const std::string& path) {
    const auto tree = services.git().tree_of(folder, path);
    EXPECT_OK(tree);
    return tree.value_or(std::nullopt);
  };
  EXPECT_EQ(tree_of(""), remote.git({"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(tree_of("packages/x"), remote.git({"rev-parse", "HEAD:packages/x"}));
  EXPECT_EQ(tree_of("packages/none"), std::nullopt);
}

TEST_F(GitTest, UpdateFastForwards) {
  remote.write("kept", "same");
  remote.write("changed", "1");
  remote.write("gone/file", "1");
  remote.write(".gitignore", "*.o\n");
  remote.commit("first");
  const auto before = clone(remote.url());
  ASSERT_OK(before);
  write_text(folder / "own.o", "mine");

  remote.write("changed", "2");
  remote.write("new/file", "2");
  remote.git({"rm", "-q", "gone/file"});
  const std::string second = remote.commit("second");
  const auto state = update();
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
  EXPECT_EQ(state->branch, "main");
  EXPECT_TRUE(state->local_changes.empty());
  EXPECT_EQ(read_text(folder / "changed"), "2");
  EXPECT_EQ(read_text(folder / "new/file"), "2");
  EXPECT_EQ(read_text(folder / "kept"), "same");
  EXPECT_EQ(read_text(folder / "own.o"), "mine") << "ignored files stay";
  EXPECT_FALSE(fs::exists(folder / "gone"));
  EXPECT_TRUE(leftovers().empty());
  EXPECT_EQ(run_git({"status", "--porcelain"}, folder).output, "");
  EXPECT_EQ(run_git({"fsck", "--strict"}, folder).code, 0);
}

TEST_F(GitTest, UpdateWithoutNewsChangesNothing) {
  remote.write("f", "1");
  remote.commit("first");
  const auto before = clone(remote.url());
  ASSERT_OK(before);
  const auto time = fs::last_write_time(folder);
  const auto after = update();
  ASSERT_OK(after);
  EXPECT_EQ(after->commit, before->commit);
  EXPECT_EQ(fs::last_write_time(folder), time);
}

TEST_F(GitTest, UpdateMovesBetweenRevisions) {
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  remote.git({"tag", "v1"});
  remote.write("f", "2");
  const std::string second = remote.commit("second");
  ASSERT_OK(clone(remote.url()));
  auto state = update(tag("v1"));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, first);
  EXPECT_EQ(state->branch, std::nullopt);
  EXPECT_EQ(read_text(folder / "f"), "1");
  state = update();
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second) << "detached: the remote's default branch";
  EXPECT_EQ(state->branch, "main");
  state = update(commit(first));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, first);
}

TEST_F(GitTest, UpdateFollowsAMovedTag) {
  remote.write("f", "1");
  remote.commit("first");
  remote.git({"tag", "stable"});
  remote.commit("first, tagged");
  ASSERT_OK(clone(remote.url(), tag("stable")));
  remote.write("f", "2");
  remote.git({"commit", "-qam", "second"});
  remote.git({"tag", "-f", "stable"});
  const std::string second = remote.commit("third");
  const auto state = update(tag("stable"));
  ASSERT_OK(state);
  EXPECT_EQ(read_text(folder / "f"), "2");
  EXPECT_NE(state->commit, second);
}

TEST_F(GitTest, UpdateRefusesLocalChanges) {
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  remote.write("f", "2");
  remote.commit("second");
  write_text(folder / "f", "mine");
  write_text(folder / "other", "mine");
  const auto refused = update();
  EXPECT_ERROR(refused, conflict, "local changes in 2 paths");
  EXPECT_ERROR(refused, conflict, "other");
  EXPECT_EQ(read_text(folder / "f"), "mine");
  EXPECT_EQ(services.git().state(folder)->commit, first);
}

TEST_F(GitTest, UpdateRefusesLocalCommits) {
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  write_text(folder / "mine", "1");
  run_git({"add", "-A"}, folder);
  run_git({"commit", "-q", "-m", "my own work"}, folder);
  const std::string own = services.git().state(folder)->commit;
  EXPECT_ERROR(update(), conflict, "my own work");
  remote.write("f", "2");
  remote.commit("second");
  EXPECT_ERROR(update(), conflict, "my own work");
  EXPECT_EQ(services.git().state(folder)->commit, own);
}

TEST_F(GitTest, UpdateRefusesARewrittenBranch) {
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  remote.write("f", "2");
  remote.git({"commit", "-q", "-a", "--amend", "-m", "rewritten"});
  remote.commit("more");
  EXPECT_ERROR(update(), conflict, "rewritten its history");
  EXPECT_EQ(services.git().state(folder)->commit, first);
}

TEST_F(GitTest, UpdateKeepsIgnoredFilesThatAreInTheWay) {
  remote.write(".gitignore", "out\n");
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  write_text(folder / "out", "mine");
  remote.write("f", "2");
  remote.write("out", "theirs");
  remote.git({"add", "-f", "out"});
  remote.commit("second");
  EXPECT_ERROR(update(), conflict, "out");
  EXPECT_EQ(read_text(folder / "out"), "mine");
  EXPECT_EQ(read_text(folder / "f"), "1") << "nothing has changed";
  EXPECT_EQ(services.git().state(folder)->commit, first);
  EXPECT_TRUE(services.git().state(folder)->local_changes.empty());
}

TEST_F(GitTest, UpdateHandlesBranchesThatBecomeFolders) {
  remote.write("f", "1");
  remote.git({"checkout", "-q", "-b", "topic"});
  remote.commit("first");
  remote.git({"branch", "-q", "main"});
  remote.commit("first again");
  ASSERT_OK(clone(remote.url(), branch("main")));
  remote.git({"push", "-q", "origin", ":topic"});
  remote.git({"branch", "-q", "-m", "topic", "topic/one"});
  const std::string second = remote.commit("second");
  const auto state = update(branch("topic/one"));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
  EXPECT_ERROR(update(branch("topic")), not_found, "has no branch topic");
}

TEST_F(GitTest, AFailingUpdateLeavesTheOldState) {
  remote.write("f", "1");
  const std::string first = remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  remote.write("f", "2");
  remote.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
  remote.write("data/large.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                     std::string(64, 'a') + "\nsize 1000000\n");
  remote.commit("second");
  const auto refused = update();
  EXPECT_ERROR(refused, unsupported, "data/large.bin");
  EXPECT_ERROR(refused, unsupported, "ck import repo");
  EXPECT_EQ(read_text(folder / "f"), "1");
  EXPECT_EQ(services.git().state(folder)->commit, first);
  EXPECT_TRUE(services.git().state(folder)->local_changes.empty());
  EXPECT_TRUE(leftovers().empty());
}

TEST_F(GitTest, PointerTextsWithoutTheAttributeAreOrdinaryFiles) {
  remote.write("sample.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  remote.commit("first");
  EXPECT_OK(clone(remote.url()));
}

/// Runs `work` in a child and kills it a while after a hidden sibling of `folder` has appeared.
void run_and_kill(const fs::path& folder, std::chrono::microseconds after,
                  const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  const auto sibling_exists = [&] {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder.parent_path(), ignored)) {
      if (entry.path().filename().string().starts_with(".ck-git-")) return true;
    }
    return false;
  };
  int status = 0;
  while (!sibling_exists() && ::waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
}

TEST_F(GitTest, AKilledUpdateShowsTheOldStateOrTheNewOne) {
  for (int i = 0; i < 200; ++i) remote.write("f" + std::to_string(i), "1");
  const std::string first = remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  for (int i = 0; i < 200; ++i) remote.write("f" + std::to_string(i), "2");
  const std::string second = remote.commit("second");
  for (int round = 0; round < 12; ++round) {
    run_and_kill(folder, std::chrono::milliseconds(round * 3),
                 [&] { static_cast<void>(update()); });
    const auto state = services.git().state(folder);
    ASSERT_OK(state);
    EXPECT_TRUE(state->commit == first || state->commit == second);
    EXPECT_TRUE(state->local_changes.empty()) << state->local_changes.front();
    if (state->commit == second) {
      ASSERT_OK(update(commit(first)));
    }
  }
  ASSERT_OK(update(branch("main")));
  EXPECT_EQ(services.git().state(folder)->commit, second);
  EXPECT_TRUE(leftovers().empty()) << "the next call cleans up";
}

TEST_F(GitTest, AKilledCloneLeavesNoHalfClone) {
  for (int i = 0; i < 200; ++i) remote.write("f" + std::to_string(i), std::string(1000, 'x'));
  const std::string hash = remote.commit("first");
  for (int round = 0; round < 6; ++round) {
    run_and_kill(folder, std::chrono::milliseconds(round * 4),
                 [&] { static_cast<void>(clone(remote.url())); });
    if (fs::exists(folder)) {
      EXPECT_EQ(services.git().state(folder)->commit, hash);
      fs::remove_all(folder);
    }
  }
  ASSERT_OK(clone(remote.url()));
  EXPECT_TRUE(leftovers().empty());
}

TEST_F(GitTest, RepairsAnExchangeThatWasCutInTwo) {
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  // What a kill between two renames leaves where the file system cannot exchange names.
  fs::create_directories(folder.parent_path() / ".ck-git-abcdef");
  fs::rename(folder, folder.parent_path() / ".ck-git-abcdef" / "old-thing");
  const fs::path mine = folder;
  folder = folder.parent_path() / "another";
  ASSERT_OK(clone(remote.url()));
  EXPECT_EQ(read_text(mine / "f"), "1");
  EXPECT_TRUE(leftovers().empty());
}

TEST_F(GitTest, RunsNothingThatTheRepositoryBrings) {
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  const std::string mark = (home / "executed").string();
  const std::string script = "#!/bin/sh\ntouch " + mark + "\n";
  for (const char* hook : {"post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"}) {
    write_text(folder / ".git/hooks" / hook, script);
    fs::permissions(folder / ".git/hooks" / hook, fs::perms::owner_all);
  }
  const std::string config = read_text(folder / ".git/config");
  write_text(folder / ".git/config", config + "[core]\n\tfsmonitor = touch " + mark +
                                         "\n\tsshCommand = touch " + mark + "\n\tpager = touch " +
                                         mark + "\n[filter \"evil\"]\n\tsmudge = touch " + mark +
                                         "\n\tclean = touch " + mark + "\n\tprocess = touch " +
                                         mark + "\n[credential]\n\thelper = !touch " + mark + "\n");
  remote.write(".gitattributes", "* filter=evil\n");
  remote.write("f", "2");
  remote.commit("second");
  ASSERT_OK(update());
  ASSERT_OK(services.git().state(folder));
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(GitTest, RefusesTreesWithNamesThatGitItselfWouldNotMake) {
  remote.write("f", "1");
  remote.commit("first");
  const std::string blob = remote.git({"rev-parse", "HEAD:f"});
  const std::string tree = remote.git({"rev-parse", "HEAD^{tree}"});
  for (const std::string& line :
       {"040000 tree " + tree + "\\t..", "040000 tree " + tree + "\\t.git",
        "100644 blob " + blob + "\\t..", "040000 tree " + tree + "\\t.GIT"}) {
    const auto made =
        run_command({"sh", "-c", "printf '" + line + "\\n' | git mktree"}, remote.work());
    ASSERT_EQ(made.code, 0) << made.output;
    const std::string evil =
        remote.git({"commit-tree", "-m", "evil", made.output.substr(0, made.output.find('\n'))});
    remote.git({"push", "-q", "-f", "origin", evil + ":refs/heads/evil"});
    const auto refused = clone(remote.url(), branch("evil"));
    if (line.ends_with(".GIT") && refused) {
      fs::remove_all(folder);  // harmless where names differ by case
      continue;
    }
    EXPECT_FALSE(refused) << line;
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_FALSE(fs::exists(folder.parent_path() / "f"));
  }
}

TEST_F(GitTest, RefusesToWriteWhereAConfigurationPoints) {
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  fs::create_directories(home / "victim");
  run_git({"config", "core.worktree", (home / "victim").string()}, folder);
  remote.write("f", "2");
  remote.commit("second");
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(fs::is_empty(home / "victim"));
}

TEST_F(GitTest, RefusesLinkedWorkTrees) {
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  const fs::path linked = home / "clones" / "linked";
  run_git({"worktree", "add", "-q", "--detach", linked.string()}, folder);
  EXPECT_OK(services.git().state(linked));
  EXPECT_ERROR(services.git().update(linked, {}, events, cancel), denied, "linked work tree");
}

TEST_F(GitTest, ExplainsForeignOwnership) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can give files away";
  remote.write("f", "1");
  remote.commit("first");
  ASSERT_OK(clone(remote.url()));
  ASSERT_EQ(::chown(folder.c_str(), 12345, 12345), 0);
  const auto refused = services.git().state(folder);
  EXPECT_ERROR(refused, denied, "safe.directory");
  EXPECT_ERROR(refused, denied, folder.string());
}

TEST_F(GitTest, ExportsTheFilesOfACommit) {
  remote.write("a/f", "1");
  const std::string first = remote.commit("first");
  remote.write("a/f", "2");
  remote.commit("second");
  ASSERT_OK(services.git().export_commit(remote.url(), first, folder, events, cancel));
  EXPECT_EQ(read_text(folder / "a/f"), "1");
  EXPECT_FALSE(fs::exists(folder / ".git"));
  EXPECT_ERROR(services.git().export_commit(remote.url(), first, folder, events, cancel), conflict,
               "exists already");
}

}  // namespace
}  // namespace ck::test
