#include "collective/file_search.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "support/collective_repository.hpp"
#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

class FileSearchTest : public testing::Test {
 protected:
  void touch(const std::string& file) const { test::write_text(folder / file, "x"); }

  /// What is found, relative to the folder.
  Texts found(FileSearch search) {
    if (search.folders.empty()) search.folders = {folder.path()};
    const auto files = find_files(search, listings, {});
    EXPECT_OK(files);
    Texts names;
    for (const auto& file : files.value_or(std::vector<fs::path>()))
      names.push_back(file.lexically_relative(folder.path()).string());
    return names;
  }

  test::TemporaryHome folder;
  sys::SystemClock clock;
  FolderListings listings{clock};
};

TEST_F(FileSearchTest, FindsTheExactNameDownToADepth) {
  for (const auto* file : {"tool", "a/tool", "a/b/tool", "a/tool.old", "a/b/c/tool"}) touch(file);
  EXPECT_EQ(found({{}, "tool", 0, false}), Texts{"tool"});
  EXPECT_EQ(found({{}, "tool", 2, false}), (Texts{"a/b/tool", "a/tool", "tool"}));
}

TEST_F(FileSearchTest, PatternsAndPartsOfPathsAreMatched) {
  for (const auto* file : {"x/lib.so", "x/lib.so.1", "y/lib.so.2", "y/inc/a.h"}) touch(file);
  EXPECT_EQ(found({{}, "lib.so*", 1, false}), (Texts{"x/lib.so", "x/lib.so.1", "y/lib.so.2"}));
  EXPECT_EQ(found({{}, "lib.so.?", 1, false}), (Texts{"x/lib.so.1", "y/lib.so.2"}));
  EXPECT_EQ(found({{}, "inc/a.h", 1, false}), Texts{"y/inc/a.h"});
  EXPECT_EQ(found({{}, "inc/a.h", 0, false}), Texts{});
}

TEST_F(FileSearchTest, FoldersCountOnlyWhenAskedFor) {
  touch("data/val/one.jpg");
  EXPECT_EQ(found({{}, "val", 2, false}), Texts{});
  EXPECT_EQ(found({{}, "val", 2, true}), Texts{"data/val"});
  EXPECT_EQ(found({{}, "data/val", 2, false}), Texts{});
  EXPECT_EQ(found({{}, "data/val", 2, true}), Texts{"data/val"});
}

TEST_F(FileSearchTest, FollowsLinksButEntersNoFolderTwice) {
  touch("real/tool");
  fs::create_directory_symlink(folder / "real", folder / "link");
  fs::create_directory_symlink(folder.path(), folder / "real/back");
  fs::create_symlink(folder / "real/tool", folder / "tool");
  const auto names = found({{}, "tool", 9, false});
  EXPECT_EQ(names.size(), 2U) << testing::PrintToString(names);
  EXPECT_EQ(found({{folder / "real", folder / "link"}, "tool", 0, false}), Texts{"real/tool"});
}

TEST_F(FileSearchTest, WhatLiesTooDeepBelowOneFolderIsFoundFromTheNext) {
  touch("1/2/3/tool");
  touch("1/2/3/4/5/tool");
  touch("1/2/3/4/inc/a.h");
  const std::vector<fs::path> both = {folder.path(), folder / "1/2/3"};
  EXPECT_EQ(found({both, "tool", 3, false}), (Texts{"1/2/3/tool", "1/2/3/4/5/tool"}));
  EXPECT_EQ(found({both, "inc/a.h", 3, false}), Texts{"1/2/3/4/inc/a.h"});
  EXPECT_EQ(found({{both[1], both[0]}, "tool", 3, false}), (Texts{"1/2/3/4/5/tool", "1/2/3/tool"}));
  // Whichever is met first, the folder or the link deep down that leads there.
  touch("x/y/z/other");
  fs::create_directory_symlink(folder / "x", folder / "1/2/3/4/x");
  EXPECT_EQ(found({{folder.path()}, "other", 5, false}), Texts{"x/y/z/other"});
}

TEST_F(FileSearchTest, WhatCannotBeReadIsNoErrorAndCancellingIs) {
  touch("closed/tool");
  fs::permissions(folder / "closed", fs::perms::none);
  EXPECT_LE(found({{folder / "nowhere", folder.path()}, "tool", 3, false}).size(), 1U);
  fs::permissions(folder / "closed", fs::perms::owner_all);
  sys::Cancel cancel;
  cancel.request();
  EXPECT_ERROR(find_files({{folder.path()}, "tool", 3, false}, listings, cancel), interrupted, "");
}

TEST_F(FileSearchTest, ProgramsWhereProgramsLieMayBeRun) {
  for (const auto* place : {"bin/tool", "sbin/tool", "libexec/x/tool", "opt/x/tool"}) {
    test::write_tool(folder / place, "1");
    EXPECT_OK(check_runnable(folder / place, {}));
  }
}

TEST_F(FileSearchTest, WhatMerelyHasTheNameMayNot) {
  for (const auto* place : {"share/lintian/overrides/gcc", "bin/doc/gcc", "usr/share/bin/gcc",
                            "include/bin/gcc", "notes/gcc", "lib/completions/gcc"}) {
    test::write_tool(folder / place, "1");
    EXPECT_ERROR(check_runnable(folder / place, {}), denied, "where programs lie");
    EXPECT_OK(check_runnable(folder / place, {folder.path()}));
  }
  EXPECT_ERROR(check_runnable(folder / "bin/missing", {}), not_found, "no such file");
  test::write_executable(folder / "bin/text", "just text");
  EXPECT_ERROR(check_runnable(folder / "bin/text", {}), denied, "neither a program");
  test::write_text(folder / "bin/plain", "#!/bin/sh\n");
  EXPECT_ERROR(check_runnable(folder / "bin/plain", {folder.path()}), denied, "not executable");
  fs::create_directories(folder / "bin/folder");
  EXPECT_ERROR(check_runnable(folder / "bin/folder", {}), denied, "no regular file");
}

TEST_F(FileSearchTest, WhatOthersMayWriteIsNeverRunEvenWhereUsersSaid) {
  const fs::path file = folder / "bin/tool";
  test::write_tool(file, "1");
  fs::permissions(file, fs::perms::all);
  EXPECT_ERROR(check_runnable(file, {folder.path()}), denied, "everybody may write");
  fs::create_symlink(file, folder / "bin/link");
  EXPECT_ERROR(check_runnable(folder / "bin/link", {folder.path()}), denied, "everybody");
  fs::permissions(file, fs::perms::owner_all);
  EXPECT_OK(check_runnable(folder / "bin/link", {}));
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_ERROR(check_runnable(file, {folder.path()}), denied, "another user");
  const fs::path library = folder / "lib/libtool.so";
  test::write_text(library, "a library of whoever keeps the software of a cluster");
  ASSERT_EQ(::chown(library.c_str(), 12345, 12345), 0);
  EXPECT_OK(check_shown(library));
  EXPECT_OK(check_asked(library, {}));
  fs::permissions(library, fs::perms::all);
  EXPECT_ERROR(check_shown(library), denied, "everybody may write");
}

TEST_F(FileSearchTest, AProgramInAFolderThatOthersMayWriteIsNotRun) {
  const fs::path file = folder / "open/bin/tool";
  test::write_tool(file, "1");
  fs::permissions(folder / "open/bin", fs::perms::all);
  EXPECT_ERROR(check_runnable(file, {}), denied, "everybody may write");
  fs::permissions(folder / "open/bin", fs::perms::all | fs::perms::sticky_bit);
  EXPECT_OK(check_runnable(file, {}));
}

TEST_F(FileSearchTest, WhatIsLoadedNeedsNoPermissionToBeRunButAnOwnerAndAPlace) {
  for (const auto* place : {"bin/vars.sh", "Downloads/vars.sh", "Downloads/libx.so.1", "inc/x.h"}) {
    touch(place);
    EXPECT_OK(check_owner(folder / place));
  }
  EXPECT_OK(check_asked(folder / "bin/vars.sh", {}));
  EXPECT_OK(check_asked(folder / "Downloads/libx.so.1", {}));
  EXPECT_OK(check_asked(folder / "inc/x.h", {}));
  const fs::path file = folder / "Downloads/vars.sh";
  EXPECT_ERROR(check_asked(file, {}), denied, "where programs lie");
  EXPECT_OK(check_asked(file, {folder.path()}));
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_ERROR(check_asked(file, {folder.path()}), denied, "everybody may write to it");
  fs::permissions(folder / "Downloads", fs::perms::all);
  EXPECT_ERROR(check_asked(folder / "Downloads/libx.so.1", {}), denied, "to the folder");
  EXPECT_ERROR(check_owner(folder / "Downloads"), denied, "everybody may write to it");
}

TEST_F(FileSearchTest, ALinkThatOthersMayTurnIsNotFollowed) {
  test::write_tool(folder / "bin/tool", "1");
  fs::create_directories(folder / "open");
  fs::create_symlink(folder / "bin/tool", folder / "open/tool");
  EXPECT_OK(check_owner(folder / "open/tool"));
  fs::permissions(folder / "open", fs::perms::all);
  EXPECT_ERROR(check_owner(folder / "open/tool"), denied, "to the folder");
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a link away";
  fs::permissions(folder / "open", fs::perms::all | fs::perms::sticky_bit);
  ASSERT_EQ(::lchown((folder / "open/tool").c_str(), 12345, 12345), 0);
  EXPECT_ERROR(check_owner(folder / "open/tool"), denied, "the link belongs to another user");
}

}  // namespace
}  // namespace ck::collective
