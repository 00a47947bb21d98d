#include "sys/mapped_file.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

TEST(MappedFile, HoldsWhatTheFileHeldWhenItWasOpened) {
  const test::TemporaryHome folder;
  test::write_text(folder / "new", "two");
  test::write_text(folder / "file", "one");
  auto file = MappedFile::open(folder / "file");
  ASSERT_OK(file);
  fs::rename(folder / "new", folder / "file");
  EXPECT_EQ(file->bytes(), "one");
  const MappedFile moved = std::move(*file);
  EXPECT_EQ(moved.bytes(), "one");
}

TEST(MappedFile, MayBeEmpty) {
  const test::TemporaryHome folder;
  test::write_text(folder / "file", "");
  auto file = MappedFile::open(folder / "file");
  ASSERT_OK(file);
  EXPECT_EQ(file->bytes(), "");
}

TEST(MappedFile, TellsWhatCannotBeRead) {
  const test::TemporaryHome folder;
  EXPECT_ERROR(MappedFile::open(folder / "missing"), not_found, "missing");
  EXPECT_ERROR(MappedFile::open(folder.path()), io, "");
}

}  // namespace
}  // namespace ck::sys
