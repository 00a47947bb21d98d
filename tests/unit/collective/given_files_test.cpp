#include "collective/given_files.hpp"

#include <gtest/gtest.h>

#include "support/installation.hpp"

namespace ck::collective {
namespace {

class GivenFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"a.txt", "b=c.txt", "d,e.txt"}) test::write_text(folder / name, name);
  }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  static std::string file_for(const GivenFiles& given, const std::string& url) {
    const auto file = given.file_for(url);
    if (!file) return "error: " + test::text_of(file.error());
    return *file ? (*file)->string() : "none";
  }

  const test::TemporaryHome folder;
};

TEST_F(GivenFilesTest, APathIsForTheOnlyUrl) {
  const auto given = GivenFiles::parse(path("a.txt"));
  ASSERT_OK(given);
  EXPECT_EQ(file_for(*given, "https://x/1"), path("a.txt"));
  EXPECT_EQ(file_for(*given, "https://x/1"), path("a.txt"));
  EXPECT_FALSE(given->use->refused);
  const auto second = given->file_for("https://x/2");
  EXPECT_ERROR(second, usage, "https://x/1 and https://x/2");
  EXPECT_ERROR(second, usage, "--source=URL=PATH");
  const GivenFiles copy = *given;
  EXPECT_TRUE(copy.use->refused) << "copies know of each other's use";
}

TEST_F(GivenFilesTest, UrlsHaveTheirOwn) {
  const auto given =
      GivenFiles::parse("https://x/get?f=1=" + path("b=c.txt") + ",https://y/2=" + path("d,e.txt"));
  ASSERT_OK(given);
  EXPECT_EQ(file_for(*given, "https://x/get?f=1"), path("b=c.txt"));
  EXPECT_EQ(file_for(*given, "https://y//2"), path("d,e.txt"));
  EXPECT_EQ(file_for(*given, "https://z/3"), "none");
}

TEST_F(GivenFilesTest, BothMayBeGiven) {
  const auto given = GivenFiles::parse(path("a.txt") + ",https://y/2=" + path("d,e.txt"));
  ASSERT_OK(given);
  EXPECT_EQ(file_for(*given, "https://y/2"), path("d,e.txt"));
  EXPECT_EQ(file_for(*given, "https://x/1"), path("a.txt"));
}

TEST_F(GivenFilesTest, AnotherFileForAnyHasAUseOfItsOwn) {
  const auto given = GivenFiles::parse("https://y/2=" + path("a.txt"));
  ASSERT_OK(given);
  const GivenFiles one = given->with_any(path("d,e.txt"));
  EXPECT_EQ(file_for(one, "https://x/1"), path("d,e.txt"));
  EXPECT_EQ(file_for(one, "https://y/2"), path("a.txt"));
  EXPECT_EQ(file_for(*given, "https://x/1"), "none");
  EXPECT_EQ(given->use->url, "");
}

TEST_F(GivenFilesTest, WhatIsNotThereIsNamed) {
  EXPECT_ERROR(GivenFiles::parse(path("none")), not_found, path("none"));
  EXPECT_ERROR(GivenFiles::parse("https://x/get?f=1=" + path("none")), not_found,
               "there is no " + path("none"));
}

}  // namespace
}  // namespace ck::collective
