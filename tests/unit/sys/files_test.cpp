#include "sys/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

using test::read_text;
using test::TemporaryHome;
using test::write_text;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(ReadFile, GivesEveryByte) {
  const TemporaryHome home;
  const std::string bytes("a\0b\r\n\xff", 6);
  write_text(home / "file", bytes);
  const auto read = read_file(home / "file");
  ASSERT_OK(read);
  EXPECT_EQ(*read, bytes);
}

TEST(ReadFile, GivesFilesWhoseSizeTheSystemDoesNotTell) {
  const auto read = read_file("/proc/self/maps");
  ASSERT_OK(read);
  EXPECT_GT(read->size(), 4096u);
}

TEST(ReadFile, SaysThatAFileIsMissing) {
  const TemporaryHome home;
  EXPECT_ERROR(read_file(home / "missing"), not_found, "missing'");
}

TEST(ReadFile, RefusesMoreThanTheLimit) {
  const TemporaryHome home;
  write_text(home / "file", "12345");
  EXPECT_OK(read_file(home / "file", 5));
  EXPECT_ERROR(read_file(home / "file", 4), invalid, "larger than the 4 B");
  EXPECT_ERROR(read_file("/proc/self/maps", 10), invalid, "larger than the 10 B");
}

TEST(ReadFile, RefusesFoldersAndDoesNotWaitForFifos) {
  const TemporaryHome home;
  ASSERT_EQ(::mkfifo((home / "fifo").c_str(), 0600), 0);
  EXPECT_ERROR(read_file(home.path()), invalid, "not a regular file");
  EXPECT_ERROR(read_file(home / "fifo"), invalid, "not a regular file");
}

TEST(WriteFile, CreatesAndReplacesWithoutLeftovers) {
  const TemporaryHome home;
  ASSERT_OK(write_file(home / "file", "one"));
  ASSERT_OK(write_file(home / "file", "two"));
  EXPECT_EQ(read_text(home / "file"), "two");
  EXPECT_EQ(entries_in(home.path()), 1u);
}

TEST(WriteFile, HonoursModeAndUmask) {
  const TemporaryHome home;
  const mode_t before = ::umask(027);
  EXPECT_OK(write_file(home / "script", "x", 0777));
  EXPECT_OK(write_file(home / "secret", "x", 0600));
  ::umask(before);
  EXPECT_EQ(mode_of(home / "script"), 0750u);
  EXPECT_EQ(mode_of(home / "secret"), 0600u);
}

TEST(WriteFile, ReplacesALinkAndNotWhatItLeadsTo) {
  const TemporaryHome home;
  write_text(home / "victim", "precious");
  fs::create_symlink("victim", home / "link");
  ASSERT_OK(write_file(home / "link", "new"));
  EXPECT_EQ(read_text(home / "victim"), "precious");
  EXPECT_FALSE(fs::is_symlink(home / "link"));
}

TEST(WriteFile, TakesTheLongestAndStrangestNames) {
  const TemporaryHome home;
  const std::string longest(255, 'x');
  for (const std::string& name : {longest, std::string("new\nline"), std::string("\xff\xfe")}) {
    ASSERT_OK(write_file(home / name, name));
    EXPECT_EQ(read_text(home / name), name);
  }
}

TEST(WriteFile, FailsWholeAndNamesThePlace) {
  const TemporaryHome home;
  fs::create_directories(home / "folder/inner");
  EXPECT_ERROR(write_file(home / "missing/file", "x"), not_found, "missing'");
  EXPECT_ERROR(write_file(home / "folder", "x"), io, "folder'");
  EXPECT_ERROR(write_file("/proc/ck-test", "x"), not_found, "/proc");
  EXPECT_EQ(entries_in(home.path()), 1u);
}

TEST(WriteFile, LeavesNothingWhenItsProcessIsKilled) {
  const TemporaryHome home;
  const int unnamed = ::open(home.path().c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
  if (unnamed < 0) GTEST_SKIP() << "this file system has no files without a name";
  ::close(unnamed);
  write_text(home / "old", "one");
  const auto write_until_killed = [&](const fs::path& file) {
    constexpr rlimit kNoCore{0, 0};
    constexpr rlimit kSmall{4096, 4096};
    ::setrlimit(RLIMIT_CORE, &kNoCore);
    ::setrlimit(RLIMIT_FSIZE, &kSmall);  // the system's signal comes in the middle of the write
    std::signal(SIGXFSZ, SIG_DFL);
    (void)write_file(file, std::string(1 << 20, 'x'));
    std::_Exit(0);
  };
  for (const char* name : {"old", "new"}) {
    EXPECT_EXIT(write_until_killed(home / name), testing::KilledBySignal(SIGXFSZ), "");
  }
  EXPECT_EQ(read_text(home / "old"), "one");
  EXPECT_EQ(entries_in(home.path()), 1u);
}

TEST(MakeDirectories, MakesAllOfThemAndAcceptsThoseThatExist) {
  const TemporaryHome home;
  EXPECT_OK(make_directories(home / "a/b/c"));
  EXPECT_OK(make_directories(home / "a/b/c/"));
  EXPECT_TRUE(fs::is_directory(home / "a/b/c"));
}

TEST(MakeDirectories, NamesTheFileInTheWay) {
  const TemporaryHome home;
  write_text(home / "file", "");
  EXPECT_ERROR(make_directories(home / "file"), io, "file'");
  EXPECT_ERROR(make_directories(home / "file/inner"), io, "file/inner'");
}

TEST(RenameIntoPlace, MovesAFolder) {
  const TemporaryHome home;
  write_text(home / "staging/1/file", "x");
  fs::create_directory(home / "envs");
  ASSERT_OK(rename_into_place(home / "staging/1", home / "envs/abc"));
  EXPECT_EQ(read_text(home / "envs/abc/file"), "x");
  EXPECT_FALSE(fs::exists(home / "staging/1"));
}

TEST(RenameIntoPlace, LeavesTheLoserOfARaceWhereItIs) {
  const TemporaryHome home;
  write_text(home / "from/file", "loser");
  // An empty folder, which plain rename would replace.
  fs::create_directory(home / "to");
  EXPECT_ERROR(rename_into_place(home / "from", home / "to"), conflict, "exists already");
  EXPECT_EQ(read_text(home / "from/file"), "loser");
}

TEST(RenameIntoPlace, NamesBothPathsWhenItCannot) {
  const TemporaryHome home;
  const auto result = rename_into_place(home / "from", home / "to");
  EXPECT_ERROR(result, not_found, "from'");
  EXPECT_ERROR(result, not_found, "to'");
}

TEST(ContainedPath, GivesPathsBelowTheRoot) {
  const TemporaryHome home;
  write_text(home / "folder/file", "");
  EXPECT_EQ(contained_path(home.path(), "folder/file"), home / "folder/file");
  EXPECT_EQ(contained_path(home.path(), "./folder//./file"), home / "folder/file");
  EXPECT_EQ(contained_path(home.path(), "folder/missing"), home / "folder/missing");
  EXPECT_EQ(contained_path(home.path(), "..."), home / "...");
  EXPECT_EQ(contained_path(home.path(), "."), home.path());
  EXPECT_EQ(contained_path(home.path(), ""), home.path());
}

TEST(ContainedPath, RefusesWhatClimbs) {
  const TemporaryHome home;
  fs::create_directory(home / "folder");
  EXPECT_ERROR(contained_path(home.path(), "/etc/passwd"), denied, "not relative");
  EXPECT_ERROR(contained_path(home.path(), ".."), denied, "contains '..'");
  EXPECT_ERROR(contained_path(home.path(), "folder/../folder"), denied, "contains '..'");
  EXPECT_ERROR(contained_path(home.path(), std::string_view("a\0b", 3)), denied, "a\\x00b");
}

TEST(ContainedPath, FollowsLinksOnlyInside) {
  const TemporaryHome home;
  const fs::path root = home / "root";
  write_text(root / "folder/file", "");
  write_text(home / "root-neighbour/file", "");
  fs::create_symlink("folder", root / "inside");
  fs::create_symlink("../root-neighbour", root / "neighbour");
  fs::create_symlink("/etc", root / "etc");
  fs::create_symlink("../nothing", root / "broken");
  fs::create_symlink("loop", root / "loop");
  EXPECT_EQ(contained_path(root, "inside/file"), root / "inside/file");
  EXPECT_ERROR(contained_path(root, "neighbour/file"), denied, "symbolic link");
  EXPECT_ERROR(contained_path(root, "etc"), denied, "symbolic link");
  EXPECT_ERROR(contained_path(root, "etc/new-file"), denied, "symbolic link");
  EXPECT_ERROR(contained_path(root, "broken"), denied, "broken symbolic link");
  EXPECT_ERROR(contained_path(root, "loop"), denied, "symbolic link");
}

TEST(ContainedPath, LetsOnlyTheLastPartBeMissing) {
  const TemporaryHome home;
  EXPECT_ERROR(contained_path(home.path(), "missing/file"), not_found, "missing/file");
  EXPECT_ERROR(contained_path(home / "missing", "file"), not_found, "missing'");
}

TEST(PlainRelativePath, IsTold) {
  for (const char* path : {"a", "a/b.txt", ".hidden", "...", "a b", "ü", "./a"}) {
    EXPECT_TRUE(is_plain_relative_path(path)) << path;
  }
  for (const char* path : {"", "/a", "a/", "a//b", "..", "a/../b", "a\\b", "a\nb", "a\x7f"}) {
    EXPECT_FALSE(is_plain_relative_path(path)) << path;
  }
}

TEST(TemporaryDirectory, RemovesItself) {
  const TemporaryHome home;
  fs::path path;
  {
    const auto folder = TemporaryDirectory::create(home / "parent", "work-");
    ASSERT_OK(folder);
    path = folder->path();
    EXPECT_EQ(mode_of(path), 0700u);
    EXPECT_TRUE(path.filename().native().starts_with("work-"));
    write_text(path / "inner/file", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryDirectory, StaysWhenReleased) {
  const TemporaryHome home;
  fs::path path;
  {
    auto folder = TemporaryDirectory::create(home.path(), "");
    ASSERT_OK(folder);
    path = folder->release();
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST(TemporaryDirectory, HasOneOwnerWhenMoved) {
  const TemporaryHome home;
  auto first = TemporaryDirectory::create(home.path(), "a-");
  auto second = TemporaryDirectory::create(home.path(), "b-");
  ASSERT_OK(first);
  ASSERT_OK(second);
  const fs::path kept = first->path();
  {
    TemporaryDirectory other(std::move(*second));
    other = std::move(*first);
    EXPECT_EQ(other.path(), kept);
    EXPECT_TRUE(fs::exists(kept));
  }
  EXPECT_FALSE(fs::exists(kept));
}

TEST(TemporaryDirectory, SaysWhereItCannotBe) {
  EXPECT_ERROR(TemporaryDirectory::create("/proc/ck-test", "x"), not_found, "/proc/ck-test'");
}

TEST(FreeBytes, AreTold) {
  const TemporaryHome home;
  const auto bytes = free_bytes(home.path());
  ASSERT_OK(bytes);
  EXPECT_GT(*bytes, 0u);
  EXPECT_ERROR(free_bytes(home / "missing"), not_found, "missing'");
}

TEST(FindExecutable, TakesTheFirstProgramAndNothingElse) {
  const TemporaryHome home;
  fs::create_directories(home / "first/tool");
  write_text(home / "second/tool", "no program");
  write_text(home / "third/tool", "#!/bin/sh\n");
  write_text(home / "fourth/tool", "#!/bin/sh\n");
  fs::permissions(home / "third/tool", fs::perms(0755));
  fs::permissions(home / "fourth/tool", fs::perms(0755));
  std::string path;
  for (const char* folder : {"missing", "first", "second", "third", "fourth"}) {
    path += (home / folder).native() + ":";
  }
  EXPECT_EQ(find_executable("tool", path), home / "third/tool");
  EXPECT_EQ(find_executable("other", path), std::nullopt);
  EXPECT_EQ(find_executable("", path), std::nullopt);
  EXPECT_EQ(find_executable((home / "fourth/tool").native(), ""), home / "fourth/tool");
  EXPECT_EQ(find_executable((home / "second/tool").native(), path), std::nullopt);
}

}  // namespace
}  // namespace ck::sys
