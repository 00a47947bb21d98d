#include <gtest/gtest.h>

#include "support/temporary_home.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

TEST(StagedFiles, AreWrittenOnce) {
  const test::TemporaryHome folder;
  ASSERT_OK(write_new_file(folder / "a", "text"));
  EXPECT_EQ(test::read_text(folder / "a"), "text");
  EXPECT_ERROR(write_new_file(folder / "a", "other"), conflict, "exists already");
  EXPECT_EQ(test::read_text(folder / "a"), "text");
  EXPECT_OK(sync_file_system(folder.path()));
}

TEST(StagedFiles, AreNeverWrittenThroughLinks) {
  const test::TemporaryHome folder;
  fs::create_symlink(folder / "target", folder / "link");
  EXPECT_ERROR(write_new_file(folder / "link", "text"), conflict, "exists already");
  EXPECT_FALSE(fs::exists(folder / "target"));
}

TEST(StagedFiles, NeedTheirFolder) {
  const test::TemporaryHome folder;
  EXPECT_ERROR(write_new_file(folder / "none" / "a", "text"), not_found, "create");
  EXPECT_ERROR(sync_file_system(folder / "none"), not_found, "open the folder");
}

}  // namespace
}  // namespace ck::sys
