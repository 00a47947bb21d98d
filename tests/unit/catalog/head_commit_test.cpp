#include "catalog/head_commit.hpp"

#include <gtest/gtest.h>

#include "support/git_remote.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

using catalog::head_commit;

class HeadCommit : public testing::Test {
 protected:
  TemporaryHome home;
  GitRemote remote{home / "remotes"};
};

TEST_F(HeadCommit, FollowsBranchesLooseAndPackedAndDetachedHeads) {
  EXPECT_EQ(head_commit(home / "nowhere"), std::nullopt);
  EXPECT_EQ(head_commit(remote.work()), std::nullopt) << "there is no commit yet";
  remote.write("a.txt", "1\n");
  const std::string first = remote.commit("first");
  EXPECT_EQ(head_commit(remote.work()), first);
  remote.git({"pack-refs", "--all"});
  EXPECT_EQ(head_commit(remote.work()), first);
  remote.write("a.txt", "2\n");
  const std::string second = remote.commit("second");
  EXPECT_EQ(head_commit(remote.work()), second) << "the loose reference is newer than the packed";
  remote.git({"checkout", "--detach", first});
  EXPECT_EQ(head_commit(remote.work()), first);
}

TEST_F(HeadCommit, FindsTheGitFolderOfAnotherWorkTree) {
  remote.write("a.txt", "1\n");
  const std::string first = remote.commit("first");
  remote.git({"worktree", "add", "-b", "side", (home / "side").string()});
  EXPECT_EQ(head_commit(home / "side"), first);
}

TEST_F(HeadCommit, ReadsNothingOutsideTheReferences) {
  const fs::path folder = home / "odd";
  write_text(folder / "secret", std::string(40, 'a') + "\n");
  write_text(folder / ".git/HEAD", "ref: refs/../../secret\n");
  EXPECT_EQ(head_commit(folder), std::nullopt);
  write_text(folder / ".git/HEAD", "ref: refs/heads/main\n");
  write_text(folder / ".git/refs/heads/main", "ref: refs/heads/main\n");
  EXPECT_EQ(head_commit(folder), std::nullopt) << "it leads to itself";
  write_text(folder / ".git/refs/heads/main", "no commit\n");
  EXPECT_EQ(head_commit(folder), std::nullopt);
}

}  // namespace
}  // namespace ck::test
