#include "collective/folder_listings.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

class FolderListingsTest : public testing::Test {
 protected:
  /// Names in the folder, sorted; folders end in "/".
  std::vector<std::string> names(const fs::path& place) {
    std::vector<std::string> found;
    const auto* listing = listings.of(place);
    if (listing == nullptr) return {"none"};
    for (const auto& entry : listing->entries)
      found.push_back(entry.name + (entry.folder ? "/" : ""));
    std::ranges::sort(found);
    return found;
  }

  /// Sets the folder's time, as if it had last been changed then.
  static void set_time(const fs::path& place, std::time_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, place.c_str(), times, 0), 0);
  }

  test::TemporaryHome folder;
  sys::SystemClock clock;
  FolderListings listings{clock};
};

using Names = std::vector<std::string>;

TEST_F(FolderListingsTest, LinksToFoldersAreFolders) {
  fs::create_directory(folder / "a");
  fs::create_directory_symlink(folder / "a", folder / "link");
  fs::create_symlink(folder / "nowhere", folder / "broken");
  test::write_text(folder / "file", "x");
  EXPECT_EQ(names(folder.path()), (Names{"a/", "broken", "file", "link/"}));
}

TEST_F(FolderListingsTest, WhatIsNoFolderHasNone) {
  test::write_text(folder / "file", "x");
  EXPECT_EQ(listings.of(folder / "file"), nullptr);
  EXPECT_EQ(listings.of(folder / "nowhere"), nullptr);
}

TEST_F(FolderListingsTest, AListingStandsWhileTheFoldersTimeDoes) {
  test::write_text(folder / "one", "x");
  set_time(folder.path(), 1'000'000);
  EXPECT_EQ(names(folder.path()), Names{"one"});
  test::write_text(folder / "two", "x");
  set_time(folder.path(), 1'000'000);  // nobody could tell
  EXPECT_EQ(names(folder.path()), Names{"one"});
  set_time(folder.path(), 1'000'001);
  EXPECT_EQ(names(folder.path()), (Names{"one", "two"}));
}

TEST_F(FolderListingsTest, AFolderJustChangedIsReadAgain) {
  EXPECT_EQ(names(folder.path()), Names{});
  for (int i = 0; i < 20; ++i) {
    test::write_text(folder / std::to_string(i), "x");
    EXPECT_EQ(names(folder.path()).size(), static_cast<std::size_t>(i + 1));
  }
}

TEST_F(FolderListingsTest, AnotherFolderInItsPlaceIsReadAnew) {
  fs::create_directories(folder / "a/inside");
  set_time(folder / "a", 1'000'000);
  EXPECT_EQ(names(folder / "a"), Names{"inside/"});
  fs::rename(folder / "a", folder / "b");
  fs::create_directory(folder / "a");
  set_time(folder / "a", 1'000'000);
  EXPECT_EQ(names(folder / "a"), Names{});
  fs::remove(folder / "a");
  EXPECT_EQ(listings.of(folder / "a"), nullptr);
}

}  // namespace
}  // namespace ck::collective
