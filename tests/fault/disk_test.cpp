// A full disk, a read-only one, and databases that are newer or damaged.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"
#include "sys/sqlite.hpp"

namespace ck::test {
namespace {

/// A home on a disk of 8 MB, in a mount namespace of the test's own.
class SmallDisk : public CkTest {
 protected:
  void SetUp() override {
    fs::create_directories(home());
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", home().c_str(), "tmpfs", 0, "size=8m") != 0) {
      GTEST_SKIP() << "cannot mount a small disk here (needs root): " << std::strerror(errno);
    }
    mounted_ = true;
    components.program("sound", "echo fine");
    import();
    ASSERT_EQ(ck("run program:sound --quiet").out, "fine\n");
  }
  ~SmallDisk() override {
    if (mounted_) ::umount2(home().c_str(), MNT_DETACH);
  }

  /// Leaves so many bytes free.
  void fill(std::uint64_t bytes_left) const {
    struct statvfs disk {};
    ASSERT_EQ(::statvfs(home().c_str(), &disk), 0);
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    ASSERT_GT(free, bytes_left);
    const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::posix_fallocate(file, 0, static_cast<off_t>(free - bytes_left)), 0);
    ::close(file);
  }
  void free_up() const { fs::remove(filler()); }

  bool make_read_only() const {
    // The kernel takes the mounts of a sandbox apart a moment after its last process has ended.
    for (int i = 0; i < 1000; ++i) {
      if (::mount("none", home().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0)
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  bool make_writable() const {
    return ::mount("none", home().c_str(), nullptr, MS_REMOUNT, nullptr) == 0;
  }

  /// With any amount of space the command works, or fails in one error that says why; then, with
  /// space again, it works.
  void expect_survives(std::string_view line) {
    std::size_t failures = 0;
    for (const std::uint64_t left : {0u, 4u, 8u, 16u, 32u, 64u, 128u, 256u}) {
      SCOPED_TRACE(std::to_string(left) + " KiB left");
      fill(left * 1024);
      const auto result = ck(line);
      free_up();
      if (result.code == 0) break;
      ++failures;
      EXPECT_EQ(result.code, 1) << result.err;
      const bool told = result.err.find("No space left") != std::string::npos ||
                        result.err.find("full") != std::string::npos;
      EXPECT_TRUE(told) << result.err;
    }
    EXPECT_GT(failures, 0u);
    EXPECT_TRUE(succeeds(ck(line)));
    EXPECT_EQ(ck("run program:sound --quiet").out, "fine\n");
    expect_clean();
  }

 private:
  fs::path filler() const { return home() / "filler"; }
  bool mounted_ = false;
};

TEST_F(SmallDisk, RunsFailAndLoseNothing) {
  expect_survives("run program:sound");
  std::size_t good = 0;
  for (const Json& point : points("sound")) good += point["state"] == "ok";
  EXPECT_GE(good, 3u);
}

TEST_F(SmallDisk, InstallsFailAndLeaveNothing) {
  components.package("large", "head -c 100000 /dev/zero >\"$1/zero\"");
  expect_survives("install package:large");
  EXPECT_EQ(environments().size(), 2u);
}

TEST_F(SmallDisk, PullsFailAndLeaveNothing) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("distant", "true");
  remote.commit("first");
  expect_survives("pull repo --url=" + remote.url());
  EXPECT_EQ(names_in("repos"), std::vector<std::string>{"far"});
}

TEST_F(SmallDisk, SearchNeedsNoSpace) {
  components.program("another", "true");
  fill(0);
  EXPECT_EQ(json_of(ck("search tiny:program:* --json"))["components"].size(), 2u);
  free_up();
}

TEST_F(SmallDisk, ReadOnlyHomeCanBeRead) {
  ASSERT_TRUE(make_read_only());
  EXPECT_EQ(json_of(ck("search tiny:program:* --json"))["components"].size(), 1u);
  EXPECT_TRUE(succeeds(ck("show env")));
  EXPECT_EQ(points("sound").size(), 1u);
  const auto result = ck("run program:sound --quiet");
  EXPECT_TRUE(fails(result, 1, "readonly"));
  ASSERT_TRUE(make_writable());
  EXPECT_EQ(ck("run program:sound --quiet").out, "fine\n");
  expect_clean();
}

TEST_F(SmallDisk, ReadOnlyStoreOfAnotherVersionIsReadOrToldWhyNot) {
  const auto alter = [&](std::string_view sql) {
    auto database = sys::Database::open(home() / "ck.sqlite");
    ASSERT_OK(database);
    ASSERT_OK(database->execute(sql));
  };
  alter(
      "DROP INDEX annotation_unrecorded; DROP INDEX annotation_of_record;"
      "DROP TABLE annotation_record; ALTER TABLE annotation DROP COLUMN record;"
      "PRAGMA user_version = 3");
  ASSERT_TRUE(make_read_only());
  EXPECT_EQ(points("sound").size(), 1u);
  EXPECT_TRUE(succeeds(ck("verify experiment --all")));
  EXPECT_TRUE(fails(ck("run program:sound --quiet"), 1, "readonly"));
  ASSERT_TRUE(make_writable());
  alter("PRAGMA user_version = 1000000");
  ASSERT_TRUE(make_read_only());
  EXPECT_TRUE(fails(ck("ls experiment"), 1, "a newer ck wrote this file"));
  ASSERT_TRUE(make_writable());
}

class Databases : public CkTest {
 protected:
  Databases() {
    components.program("sound", "echo fine");
    import();
    EXPECT_TRUE(succeeds(ck("run program:sound")));
  }
  void set_version(const char* name, std::int64_t version) const {
    auto database = sys::Database::open(home() / name);
    ASSERT_OK(database);
    ASSERT_OK(database->set_user_version(version));
  }
};

TEST_F(Databases, StoreOfANewerVersionIsLeftAlone) {
  auto database = sys::Database::open(home() / "ck.sqlite");
  const std::int64_t version = *database->user_version();
  set_version("ck.sqlite", 1'000'000);
  for (const char* line :
       {"run program:sound", "show env", "ls experiment", "replay experiment:sound"})
    EXPECT_TRUE(fails(ck(line), 1, "newer"));
  EXPECT_EQ(*database->user_version(), 1'000'000);
  EXPECT_TRUE(succeeds(ck("ls program"))) << "needs no store";
  set_version("ck.sqlite", version);
  EXPECT_EQ(points("sound").size(), 1u);
  EXPECT_TRUE(succeeds(ck("run program:sound")));
}

TEST_F(Databases, IndexOfANewerVersionIsOnlyACache) {
  set_version("index.sqlite", 1'000'000);
  const auto result = ck("search tiny:program:* --json");
  EXPECT_TRUE(succeeds(result));
  EXPECT_EQ(json_of(result)["components"].size(), 1u);
}

TEST_F(Databases, DamagedIndexIsMadeAnew) {
  for (const char* text : {"", "this is no database at all, but it is long enough to look at"}) {
    write_text(home() / "index.sqlite", text);
    fs::remove(home() / "index.sqlite-wal");
    const auto result = ck("search tiny:program:* --json");
    EXPECT_TRUE(succeeds(result));
    EXPECT_EQ(json_of(result)["components"].size(), 1u);
  }
}

TEST_F(Databases, DamagedStoreIsNotOverwritten) {
  const std::string text = "this is no database at all, but it is long enough to look at";
  fs::remove(home() / "ck.sqlite-wal");
  write_text(home() / "ck.sqlite", text);
  EXPECT_TRUE(fails(ck("run program:sound"), 1, "ck.sqlite"));
  EXPECT_EQ(read_text(home() / "ck.sqlite"), text);
}

TEST_F(Databases, RemovedStoreFindsTheEnvironmentsAgain) {
  const auto built = environments();
  ASSERT_EQ(built.size(), 1u);
  for (const char* end : {"", "-wal", "-shm"})
    fs::remove(home() / ("ck.sqlite" + std::string(end)));
  EXPECT_EQ(json_of(ck("show env --json"))["environments"].size(), 1u);
  EXPECT_TRUE(succeeds(ck("run program:sound")));
  EXPECT_EQ(environments(), built);
  expect_clean();
}

}  // namespace
}  // namespace ck::test
