#include "run/placement.hpp"

#include "run_fixture.hpp"

namespace ck::run {
namespace {

class PlacementTest : public RunTest {
 protected:
  PlacementTest() {
    test::write_text(built() / "main.c", "source");
    test::write_text(built() / ".ck/manifest.json", "{}");
    test::write_text(built() / "tmp/a.out", "binary");
    fs::create_directories(folder());
  }

  fs::path built() const { return home_.root / "envs/x"; }
  fs::path folder() const { return machine_.folder / "run"; }

  Status put(const std::vector<Placement>& placements, const std::string& directory = "") {
    RunPlan plan;
    plan.placements = placements;
    plan.directory = directory;
    return place(plan, folder(), machine_.context());
  }
};

TEST_F(PlacementTest, LinksWhatIsReadAndCopiesWhatMayBeChanged) {
  ASSERT_OK(put({{"${home}/envs/x", "", true}, {"${home}/envs/x/tmp", "tmp", false}}, "tmp"));
  EXPECT_TRUE(fs::is_symlink(folder() / "main.c"));
  EXPECT_FALSE(fs::is_symlink(folder() / "tmp"));
  EXPECT_FALSE(fs::exists(folder() / ".ck")) << "the engine's own is nobody's input";
  test::write_text(folder() / "tmp/a.out", "changed");
  test::write_text(folder() / "tmp/new", "new");
  EXPECT_EQ(test::read_text(built() / "tmp/a.out"), "binary");
  EXPECT_FALSE(fs::exists(built() / "tmp/new"));
}

TEST_F(PlacementTest, TheFolderToStartInIsMade) {
  ASSERT_OK(put({}, "deep/er"));
  EXPECT_TRUE(fs::is_directory(folder() / "deep/er"));
  ASSERT_OK(put({}, ""));
}

TEST_F(PlacementTest, WhatIsGoneIsTold) {
  EXPECT_ERROR(put({{"${home}/envs/gone", "", true}}), not_found, "envs/gone");
  EXPECT_ERROR(put({{"${home}/envs/x/main.c", "", true}}), not_found, "main.c");
}

TEST_F(PlacementTest, NothingLeavesTheFolderOfTheRun) {
  for (const auto* place : {"../out", "/tmp/ck-out", "a/../../out"}) {
    EXPECT_ERROR(put({{"${home}/envs/x", place, false}}), denied, "");
    EXPECT_ERROR(put({}, place), denied, "");
  }
  fs::create_directory_symlink(machine_.folder.path(), folder() / "link");
  EXPECT_ERROR(put({{"${home}/envs/x", "link/out", false}}), denied, "");
  EXPECT_FALSE(fs::exists(machine_.folder / "out"));
}

TEST_F(PlacementTest, AFolderOfAPlacementIsNotLinkedAsWell) {
  test::write_text(built() / "sub/tmp/keep", "k");
  ASSERT_OK(put({{"${home}/envs/x", "", true}, {"${home}/envs/x/tmp", "tmp", false}}));
  EXPECT_EQ(test::read_text(folder() / "sub/tmp/keep"), "k");
}

TEST_F(PlacementTest, ARunStartsInItsDirectory) {
  RunPlan plan = shell("cat a.out ../main.c && pwd");
  plan.placements = {{"${home}/envs/x", "", true}, {"${home}/envs/x/tmp", "tmp", false}};
  plan.directory = "tmp";
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  ASSERT_FALSE(outcome->failure) << test::text_of(*outcome->failure);
  const auto out = blob(outcome->repetition.out_sha256);
  EXPECT_TRUE(out.starts_with("binarysource/") && out.ends_with("/tmp\n")) << out;
}

}  // namespace
}  // namespace ck::run
