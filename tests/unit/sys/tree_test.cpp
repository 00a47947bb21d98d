#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sha256.hpp"
#include "support/temporary_home.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

using test::read_text;
using test::TemporaryHome;
using test::write_text;
using Kind = TreeEntry::Kind;

void make_executable(const fs::path& file) { fs::permissions(file, fs::perms(0755)); }

std::vector<std::string> paths_of(const std::vector<TreeEntry>& entries) {
  std::vector<std::string> paths;
  for (const auto& entry : entries) paths.push_back(entry.path);
  return paths;
}

/// Permissions do not bind root, so what depends on them runs as nobody, in a process of its own.
template <typename Body>
bool succeeds_unprivileged(const fs::path& home, Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::chown(home.c_str(), 65534, 65534) != 0 || ::setgid(65534) != 0 ||
                             ::setuid(65534) != 0)) {
      ::_exit(2);
    }
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// A chain of folders that is longer than any path may be; fills it with one file at the bottom.
void make_deep(const fs::path& top, int levels) {
  fs::create_directory(top);
  int folder = ::open(top.c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < levels; ++i) {
    ASSERT_EQ(::mkdirat(folder, "deep", 0755), 0);
    const int next = ::openat(folder, "deep", O_RDONLY | O_DIRECTORY);
    ASSERT_GE(next, 0);
    ::close(folder);
    folder = next;
  }
  const int file = ::openat(folder, "file", O_CREAT | O_WRONLY, 0644);
  EXPECT_GE(file, 0);
  ::close(file);
  ::close(folder);
}

TEST(ListTree, TellsEverythingInTheOrderOfBytes) {
  const TemporaryHome home;
  write_text(home / "a/file", "hello");
  write_text(home / "a-b", "");
  write_text(home / "B", "run");
  make_executable(home / "B");
  fs::create_symlink("a/file", home / "link");
  const auto tree = list_tree(home.path());
  ASSERT_OK(tree);
  EXPECT_EQ(paths_of(*tree), (std::vector<std::string>{"B", "a", "a-b", "a/file", "link"}));

  const auto& entries = *tree;
  EXPECT_TRUE(entries[0].executable);
  EXPECT_EQ(entries[1].kind, Kind::directory);
  EXPECT_EQ(entries[1].sha256, "");
  EXPECT_EQ(entries[2].size_bytes, 0u);
  EXPECT_EQ(entries[3].sha256, sha256_hex("hello"));
  EXPECT_EQ(entries[3].size_bytes, 5u);
  EXPECT_FALSE(entries[3].executable);
  EXPECT_EQ(entries[4].kind, Kind::symlink);
  EXPECT_EQ(entries[4].target, "a/file");
  EXPECT_EQ(entries[4].sha256, sha256_hex("a/file"));
}

TEST(ListTree, SkipsNamesAtEveryLevelAndHashesOnlyWhenAsked) {
  const TemporaryHome home;
  write_text(home / ".git/config", "");
  write_text(home / "sub/.git/config", "");
  write_text(home / "sub/file", "1234");
  const auto tree = list_tree(home.path(), {.skip_names = {".git"}, .hash = false});
  ASSERT_OK(tree);
  EXPECT_EQ(paths_of(*tree), (std::vector<std::string>{"sub", "sub/file"}));
  EXPECT_EQ(tree->back().sha256, "");
  EXPECT_EQ(tree->back().size_bytes, 4u);
}

TEST(ListTree, DoesNotEnterLinks) {
  const TemporaryHome home;
  fs::create_directory_symlink("/", home / "root");
  fs::create_directory_symlink(".", home / "self");
  const auto tree = list_tree(home.path());
  ASSERT_OK(tree);
  EXPECT_EQ(tree->size(), 2u);
}

TEST(ListTree, RefusesWhatIsNeitherFileNorFolderNorLink) {
  const TemporaryHome home;
  fs::create_directory(home / "sub");
  ASSERT_EQ(::mkfifo((home / "sub/fifo").c_str(), 0600), 0);
  EXPECT_ERROR(list_tree(home.path()), denied, "sub/fifo' is neither");
}

TEST(ListTree, RefusesTreesWithoutEnd) {
  const TemporaryHome home;
  make_deep(home / "top", 300);
  EXPECT_ERROR(list_tree(home / "top"), unsupported, "nested more than 256 deep");
  EXPECT_ERROR(make_read_only(home / "top"), unsupported, "nested more than 256 deep");
  EXPECT_OK(remove_tree(home / "top"));
}

TEST(ListTree, StopsWhenCancelled) {
  const TemporaryHome home;
  write_text(home / "file", "");
  const Cancel cancel;
  cancel.request();
  EXPECT_ERROR(list_tree(home.path(), {}, cancel), interrupted, "");
  EXPECT_ERROR(hash_file(home / "file", cancel), interrupted, "");
}

TEST(ListTree, NamesAFolderThatIsNotThere) {
  const TemporaryHome home;
  write_text(home / "file", "");
  EXPECT_ERROR(list_tree(home / "missing"), not_found, "missing'");
  EXPECT_ERROR(list_tree(home / "file"), io, "file'");
}

TEST(HashFile, HashesContent) {
  const TemporaryHome home;
  const std::string large(1'000'000, 'x');
  write_text(home / "file", large);
  EXPECT_EQ(hash_file(home / "file"), sha256_hex(large));
  EXPECT_ERROR(hash_file(home / "missing"), not_found, "missing'");
  EXPECT_ERROR(hash_file(home.path()), io, "Is a directory");
}

TEST(TreeHash, DependsOnContentModeKindAndPathAndOnNothingElse) {
  const TreeEntry file{"a", Kind::file, false, 1, sha256_hex("x"), ""};
  const TreeEntry other{"b", Kind::file, false, 1, sha256_hex("x"), ""};
  const std::string hash = tree_hash({file, other});
  EXPECT_EQ(hash, tree_hash({other, file}));
  EXPECT_EQ(hash, sha256_hex("file 644 " + file.sha256 + " a\nfile 644 " + file.sha256 + " b\n"));

  TreeEntry changed = other;
  changed.executable = true;
  EXPECT_NE(hash, tree_hash({file, changed}));
  changed = other;
  changed.kind = Kind::symlink;
  EXPECT_NE(hash, tree_hash({file, changed}));
  changed = other;
  changed.sha256 = sha256_hex("y");
  EXPECT_NE(hash, tree_hash({file, changed}));
  EXPECT_NE(hash, tree_hash({file}));
}

TEST(TreeHash, CannotBeForgedByNewlinesInNames) {
  const std::string sha = sha256_hex("x");
  const TreeEntry first{"a", Kind::file, false, 1, sha, ""};
  const TreeEntry second{"b", Kind::file, false, 1, sha, ""};
  const TreeEntry forged{"a\nfile 644 " + sha + " b", Kind::file, false, 1, sha, ""};
  EXPECT_NE(tree_hash({first, second}), tree_hash({forged}));
  const TreeEntry newline{"a\nb", Kind::file, false, 1, sha, ""};
  const TreeEntry escaped{"a\\nb", Kind::file, false, 1, sha, ""};
  EXPECT_NE(tree_hash({newline}), tree_hash({escaped}));
}

TEST(RemoveTree, RemovesFilesLinksAndFolders) {
  const TemporaryHome home;
  write_text(home / "victim", "precious");
  write_text(home / "tree/a/b/c", "");
  fs::create_symlink("../victim", home / "tree/link");
  fs::create_directory_symlink(home.path(), home / "tree/a/up");
  EXPECT_OK(remove_tree(home / "tree"));
  EXPECT_FALSE(fs::exists(home / "tree"));
  EXPECT_EQ(read_text(home / "victim"), "precious");
}

TEST(RemoveTree, RemovesALinkAndNotItsTarget) {
  const TemporaryHome home;
  write_text(home / "folder/file", "");
  fs::create_directory_symlink("folder", home / "link");
  EXPECT_OK(remove_tree(home / "link/"));
  EXPECT_FALSE(fs::is_symlink(home / "link"));
  EXPECT_TRUE(fs::exists(home / "folder/file"));
}

TEST(RemoveTree, AcceptsWhatIsMissing) {
  const TemporaryHome home;
  write_text(home / "file", "");
  EXPECT_OK(remove_tree(home / "missing"));
  EXPECT_OK(remove_tree(home / "missing/inner"));
  EXPECT_OK(remove_tree(home / "file/inner"));
}

TEST(RemoveTree, RefusesPathsThatNameNoEntry) {
  const TemporaryHome home;
  for (const fs::path& path : {fs::path("/"), fs::path("."), home / "..", fs::path()}) {
    EXPECT_ERROR(remove_tree(path), denied, "will not remove");
  }
}

TEST(RemoveTree, RemovesReadOnlyFolders) {
  const TemporaryHome home;
  if (!home.reachable_by_others()) GTEST_SKIP() << "other users cannot reach " << home.path();
  EXPECT_TRUE(succeeds_unprivileged(home.path(), [&] {
    fs::create_directories(home / "tree/locked/inner/unreadable");
    write_text(home / "tree/locked/inner/unreadable/file", "");
    if (!make_read_only(home / "tree")) return false;
    fs::permissions(home / "tree/locked/inner/unreadable", fs::perms(0));
    return remove_tree(home / "tree").has_value() && !fs::exists(home / "tree");
  }));
}

TEST(RemoveTree, RemovesTreesThatAreDeeperThanDescriptorsAndPathsReach) {
  const TemporaryHome home;
  make_deep(home / "top", 1200);
  write_text(home / "top/.ck-deep-1/file", "a name that is needed");
  EXPECT_OK(remove_tree(home / "top"));
  EXPECT_FALSE(fs::exists(home / "top"));
}

TEST(RemoveTree, NamesWhatItCannotRemove) {
  EXPECT_ERROR(remove_tree("/proc/self/status"), io, "/proc");
}

TEST(MakeReadOnly, TakesWritePermissionFromAllButTheRoot) {
  const TemporaryHome home;
  write_text(home / "tree/sub/file", "");
  write_text(home / "tree/script", "");
  make_executable(home / "tree/script");
  write_text(home / "outside", "");
  fs::create_symlink("../outside", home / "tree/link");
  EXPECT_OK(make_read_only(home / "tree"));
  EXPECT_EQ(fs::status(home / "tree/sub").permissions() & fs::perms(0222), fs::perms::none);
  EXPECT_EQ(fs::status(home / "tree/sub/file").permissions(), fs::perms(0444));
  EXPECT_EQ(fs::status(home / "tree/script").permissions(), fs::perms(0555));
  EXPECT_NE(fs::status(home / "outside").permissions() & fs::perms(0200), fs::perms::none);
  EXPECT_NE(fs::status(home / "tree").permissions() & fs::perms(0200), fs::perms::none);
  EXPECT_ERROR(make_read_only(home / "missing"), not_found, "missing'");
}

Status copy_all(const fs::path& from, const fs::path& to) {
  const auto entries = list_tree(from);
  if (!entries) return fail(entries.error());
  return copy_tree(from, to, *entries);
}

TEST(CopyTree, GivesTheSameTree) {
  const TemporaryHome home;
  write_text(home / "from/a/b/large", std::string(3'000'000, 'x'));
  write_text(home / "from/a/empty", "");
  write_text(home / "from/run", "#!/bin/sh\n");
  make_executable(home / "from/run");
  fs::create_directory(home / "from/hollow");
  fs::create_symlink("../../run", home / "from/a/b/link");
  const auto old = fs::last_write_time(home / "from/run") - std::chrono::hours(48);
  fs::last_write_time(home / "from/run", old);

  ASSERT_OK(copy_all(home / "from", home / "new/to"));
  const auto from = list_tree(home / "from");
  const auto to = list_tree(home / "new/to");
  ASSERT_OK(to);
  EXPECT_EQ(paths_of(*from), paths_of(*to));
  EXPECT_EQ(tree_hash(*from), tree_hash(*to));
  EXPECT_EQ(fs::last_write_time(home / "new/to/run"), old);
}

TEST(CopyTree, TakesNamesOfEveryKind) {
  const TemporaryHome home;
  const std::string longest(255, 'n');
  for (const std::string& name : {longest, std::string("new\nline"), std::string("\xff\xfe"),
                                  std::string("back\\slash"), std::string(" ")}) {
    write_text(home / "from" / name / name, name);
  }
  ASSERT_OK(copy_all(home / "from", home / "to"));
  EXPECT_EQ(tree_hash(*list_tree(home / "from")), tree_hash(*list_tree(home / "to")));
  EXPECT_OK(make_read_only(home / "to"));
  EXPECT_OK(remove_tree(home / "to"));
}

TEST(CopyTree, MakesTheFoldersOfAChosenFewEntries) {
  const TemporaryHome home;
  write_text(home / "from/a/b/file", "x");
  auto entries = *list_tree(home / "from");
  std::erase_if(entries, [](const TreeEntry& entry) { return entry.kind != Kind::file; });
  ASSERT_OK(copy_tree(home / "from", home / "to", entries));
  EXPECT_EQ(read_text(home / "to/a/b/file"), "x");
}

TEST(CopyTree, NeverReplacesAFile) {
  const TemporaryHome home;
  write_text(home / "from/file", "new");
  write_text(home / "to/file", "old");
  EXPECT_ERROR(copy_all(home / "from", home / "to"), conflict, "to/file': it exists already");
  EXPECT_EQ(read_text(home / "to/file"), "old");
}

TEST(CopyTree, RefusesLinksThatMayLeadOutside) {
  for (const char* target : {"/etc/passwd", "../outside", "sub/../../outside", "sub/.."}) {
    const TemporaryHome home;
    fs::create_directories(home / "from/sub");
    fs::create_symlink(target, home / "from/link");
    EXPECT_ERROR(copy_all(home / "from", home / "to"), denied, target);
    EXPECT_FALSE(fs::is_symlink(home / "to/link"));
  }
}

TEST(CopyTree, DoesNotWriteThroughALinkInTheTarget) {
  const TemporaryHome home;
  write_text(home / "from/sub/file", "x");
  fs::create_directories(home / "outside");
  fs::create_directories(home / "to");
  fs::create_directory_symlink("../outside", home / "to/sub");
  EXPECT_ERROR(copy_all(home / "from", home / "to"), io, "to/sub'");
  EXPECT_TRUE(fs::is_empty(home / "outside"));
}

TEST(CopyTree, RefusesListedPathsThatClimb) {
  const TemporaryHome home;
  write_text(home / "secret", "");
  fs::create_directory(home / "from");
  for (const char* path : {"../secret", "/etc/passwd", "a//b", "", "."}) {
    const std::vector<TreeEntry> entries{{path, Kind::file, false, 0, "", ""}};
    EXPECT_ERROR(copy_tree(home / "from", home / "to", entries), denied, "not plain and relative");
  }
}

TEST(CopyTree, RefusesAFileThatBecameSomethingElse) {
  const TemporaryHome home;
  write_text(home / "secret", "precious");
  write_text(home / "from/file", "");
  write_text(home / "from/pipe", "");
  const auto entries = *list_tree(home / "from");
  fs::remove(home / "from/pipe");
  ASSERT_EQ(::mkfifo((home / "from/pipe").c_str(), 0600), 0);
  EXPECT_ERROR(copy_tree(home / "from", home / "to", entries), denied, "no longer a regular file");
  fs::remove(home / "from/file");
  fs::create_symlink("../secret", home / "from/file");
  EXPECT_ERROR(copy_tree(home / "from", home / "other", entries), io, "from/file'");
}

TEST(CopyTree, StopsWhenCancelledAndNamesWhatIsMissing) {
  const TemporaryHome home;
  write_text(home / "from/file", "");
  const auto entries = *list_tree(home / "from");
  const Cancel cancel;
  cancel.request();
  EXPECT_ERROR(copy_tree(home / "from", home / "to", entries, cancel), interrupted, "");
  EXPECT_ERROR(copy_tree(home / "missing", home / "to", entries), not_found, "missing'");
}

TEST(CopyTree, CopiesFilesThatTheKernelCannotCopyByItself) {
  const TemporaryHome home;
  const std::vector<TreeEntry> entries{{"version", Kind::file, false, 0, "", ""}};
  ASSERT_OK(copy_tree("/proc", home / "to", entries));
  EXPECT_EQ(read_text(home / "to/version"), read_text("/proc/version"));
}

}  // namespace
}  // namespace ck::sys
