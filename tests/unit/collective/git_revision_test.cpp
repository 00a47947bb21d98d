#include "collective/git_revision.hpp"

#include <cstdint>

#include "support/git_remote.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

const std::string kCommit = "3f2a91c0123456789abcdef0123456789abcdef0";

TEST(GitInfo, SaysWhatCkKeepsOfACommit) {
  const Json info = git_info({kCommit, 1704164645, 0});
  EXPECT_EQ(info, Json::parse(R"({"revision": "3f2a91c",
      "datetime": "Tue Jan 2 03:04:05 2024 +0000", "iso_datetime": "2024-01-02T03:04:05",
      "iso_datetime_cut": "20240102", "iso_datetime_cut_revision": "20240102-3f2a91c"})"));
}

TEST(GitInfo, TellsTimesByTheClockOfWhoCommitted) {
  const Json west = git_info({kCommit, 1704164645, -570});
  EXPECT_EQ(west["datetime"], "Mon Jan 1 17:34:05 2024 -0930");
  EXPECT_EQ(west["iso_datetime_cut"], "20240101");
  const Json east = git_info({kCommit, 1709251199, 60});
  EXPECT_EQ(east["datetime"], "Fri Mar 1 00:59:59 2024 +0100") << "the day after a leap day";
}

TEST(GitInfo, OfATimeThatIsNoneHasTheRevision) {
  for (const auto& head : {sys::GitHead{kCommit, -1, 0}, sys::GitHead{kCommit, INT64_MAX, 0},
                           sys::GitHead{kCommit, 0, 100'000}}) {
    const Json info = git_info(head);
    EXPECT_EQ(info["revision"], "3f2a91c");
    for (const auto* key :
         {"datetime", "iso_datetime", "iso_datetime_cut", "iso_datetime_cut_revision"})
      EXPECT_EQ(info[key], "") << key;
  }
}

TEST(WithRevision, AddsItToAVersionThatIsKnown) {
  EXPECT_EQ(with_revision("1.2", "3f2a91c"), "1.2-3f2a91c");
  EXPECT_EQ(with_revision("", "3f2a91c"), "3f2a91c");
  EXPECT_EQ(with_revision("1.2", ""), "1.2");
}

class GitRevision : public WorkbenchTest {
 protected:
  void SetUp() override {
    WorkbenchTest::SetUp();
    fs::create_directories(installed());
  }

  fs::path installed() const { return world.folder / "installed"; }

  /// A clone in a folder of what was installed; its commit.
  std::string commit_in(const std::string& folder) const {
    const fs::path place = installed() / folder;
    test::write_text(place / "file", "text");
    test::run_git({"init", "-q", "-b", "main"}, place);
    test::run_git({"add", "-A"}, place);
    test::run_git({"commit", "-q", "-m", "one"}, place);
    auto commit = test::run_git({"rev-parse", "HEAD"}, place).output;
    while (commit.ends_with('\n')) commit.pop_back();
    return commit;
  }

  Result<std::string> take() {
    return take_git_revision(customize, installed(), "package:x", bench().context());
  }

  Json customize = {{"use_git_revision", "yes"}, {"git_src_dir", "src"}};
};

TEST_F(GitRevision, IsThatOfTheSourcesThatWereKept) {
  const auto commit = commit_in("src");
  const auto revision = take();
  ASSERT_OK(revision);
  EXPECT_EQ(*revision, commit.substr(0, 7));
  EXPECT_EQ(customize["git_info"]["revision"], *revision);
  EXPECT_EQ(customize["git_info"]["iso_datetime"], "2024-01-02T03:04:05");
}

TEST_F(GitRevision, IsLookedForWhereThePackageLiesWithoutAFolder) {
  const auto commit = commit_in(".");
  customize.erase("git_src_dir");
  EXPECT_EQ(take().value_or("nothing"), commit.substr(0, 7));
}

TEST_F(GitRevision, IsNotLookedForUnlessAskedFor) {
  commit_in("src");
  customize["use_git_revision"] = "no";
  EXPECT_EQ(take().value_or("an error"), "");
  EXPECT_FALSE(customize.contains("git_info"));
}

TEST_F(GitRevision, OfSourcesThatAreGoneIsNone) {
  EXPECT_EQ(take().value_or("an error"), "");
  customize["git_src_dir"] = "no/such/folder";
  EXPECT_EQ(take().value_or("an error"), "");
  EXPECT_FALSE(customize.contains("git_info"));
  EXPECT_TRUE(world.events.of<Note>().empty());
}

TEST_F(GitRevision, OfAFolderThatIsNoCloneIsNoneAndThatIsSaid) {
  test::write_text(installed() / "src/file", "text");
  EXPECT_EQ(take().value_or("an error"), "");
  const auto notes = world.events.of<Note>();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].message.find("package:x"), std::string::npos) << notes[0].message;
  EXPECT_NE(notes[0].message.find("not the top of a git work tree"), std::string::npos);
}

TEST_F(GitRevision, IsNotReadFromElsewhere) {
  commit_in("../elsewhere");
  customize["git_src_dir"] = "../elsewhere";
  EXPECT_ERROR(take(), denied, "customize/git_src_dir");
  customize["git_src_dir"] = "src";
  test::write_text(installed() / "src/.git",
                   "gitdir: " + (world.folder / "elsewhere/.git").string() + "\n");
  EXPECT_EQ(take().value_or("an error"), "");
  EXPECT_FALSE(customize.contains("git_info"));
}

}  // namespace
}  // namespace ck::collective
