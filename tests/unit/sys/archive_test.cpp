#include "sys/archive.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/command.hpp"
#include "support/tar_writer.hpp"
#include "support/transfer_services.hpp"
#include "sys/files.hpp"

namespace ck::test {
namespace {

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() { fs::create_directories(folder); }

  Status unpack(const std::string& bytes, const sys::UnpackOptions& options = {}) {
    write_text(archive, bytes);
    return services.archives().unpack(archive, folder, options, cancel);
  }
  Status unpack_debian(const std::string& bytes) {
    write_text(archive, bytes);
    return services.archives().unpack_debian(archive, folder, {}, cancel);
  }
  /// The bytes after a compression program; "" when this machine does not have it.
  std::string compressed(const std::string& program, const std::string& bytes) const {
    if (program == "none") return bytes;
    if (find_program(program).empty()) return "";
    const fs::path plain = home / "plain";
    write_text(plain, bytes);
    const auto result = run_command({"sh", "-c", program + " -c plain > packed"}, home.path());
    EXPECT_EQ(result.code, 0) << result.output;
    return read_text(home / "packed");
  }
  /// Nothing but the archive and the folder lies beside the folder.
  void expect_nothing_outside() const {
    for (const auto& entry : fs::directory_iterator(home.path())) {
      const std::string name = entry.path().filename().string();
      EXPECT_TRUE(name == "folder" || name == "archive" || name == "victim") << name;
    }
    if (fs::exists(home / "victim")) {
      EXPECT_EQ(read_text(home / "victim"), "precious");
    }
  }
  unsigned mode_of(const fs::path& path) const {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777;
  }

  TemporaryHome home;
  TransferServices services{home.path()};
  fs::path archive = home / "archive";
  fs::path folder = home / "folder";
  sys::Cancel cancel;
};

TarWriter sample() {
  return TarWriter()
      .folder("top/")
      .file("top/a.txt", "alpha")
      .file("./top//bin/run", "#!/bin/sh\n", 0755)
      .symlink("top/link", "bin/run")
      .hardlink("top/second", "top/a.txt");
}

TEST_F(ArchiveTest, UnpacksEveryCompression) {
  for (const char* program : {"none", "gzip", "bzip2", "xz", "zstd"}) {
    const std::string bytes = compressed(program, sample().bytes());
    if (bytes.empty()) continue;
    fs::remove_all(folder);
    fs::create_directories(folder);
    ASSERT_OK(unpack(bytes)) << program;
    EXPECT_EQ(read_text(folder / "top/a.txt"), "alpha") << program;
    EXPECT_EQ(read_text(folder / "top/second"), "alpha");
    EXPECT_EQ(fs::read_symlink(folder / "top/link"), "bin/run");
    EXPECT_EQ(mode_of(folder / "top/bin/run"), 0755u);
    EXPECT_EQ(mode_of(folder / "top/a.txt"), 0644u);
  }
}

TEST_F(ArchiveTest, UnpacksZip) {
  ASSERT_OK(unpack(zip_of("dir/file.txt", "zipped")));
  EXPECT_EQ(read_text(folder / "dir/file.txt"), "zipped");
}

TEST_F(ArchiveTest, KeepsModificationTimes) {
  ASSERT_OK(unpack(sample().bytes()));
  struct stat found {};
  ASSERT_EQ(::stat((folder / "top/a.txt").c_str(), &found), 0);
  EXPECT_EQ(found.st_mtime, 1'700'000'000);
}

TEST_F(ArchiveTest, StripsLeadingParts) {
  ASSERT_OK(unpack(sample().bytes(), {.strip = 1, .only = {}}));
  EXPECT_EQ(read_text(folder / "a.txt"), "alpha");
  EXPECT_EQ(read_text(folder / "second"), "alpha");
  EXPECT_FALSE(fs::exists(folder / "top"));
}

TEST_F(ArchiveTest, KeepsOnlyWhatMatches) {
  ASSERT_OK(unpack(sample().bytes(), {.strip = 0, .only = {"*/bin/*", "*.txt"}}));
  EXPECT_TRUE(fs::exists(folder / "top/bin/run"));
  EXPECT_TRUE(fs::exists(folder / "top/a.txt"));
  EXPECT_FALSE(fs::exists(folder / "top/link"));
}

TEST_F(ArchiveTest, SaysWhenNothingIsLeft) {
  EXPECT_ERROR(unpack(sample().bytes(), {.strip = 5, .only = {}}), not_found, "5 path parts");
  EXPECT_ERROR(unpack(sample().bytes(), {.strip = 0, .only = {"*.so"}}), not_found, "1 patterns");
}

TEST_F(ArchiveTest, UnpacksNamesThatAreNotAscii) {
  ASSERT_OK(unpack(TarWriter().file("d\xc3\xa9j\xc3\xa0/vu", "x").bytes()));
  EXPECT_EQ(read_text(folder / "d\xc3\xa9j\xc3\xa0/vu"), "x");
}

TEST_F(ArchiveTest, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"../evil", "a/../../evil", "/tmp/ck-evil", "a/..", "..", "..\\evil",
                           "\\evil", "a\\..\\..\\evil"}) {
    EXPECT_ERROR(unpack(TarWriter().file(name, "x").bytes()), denied, "the archive's entry")
        << name;
    expect_nothing_outside();
  }
  EXPECT_ERROR(unpack(zip_of("../evil", "x")), denied, "leaves the folder");
  EXPECT_FALSE(fs::exists("/tmp/ck-evil"));
  expect_nothing_outside();
}

TEST_F(ArchiveTest, RefusesNamesWithControlCharacters) {
  EXPECT_ERROR(unpack(TarWriter().file("a\x1b[2Jb", "x").bytes()), denied, "a\\x1b[2Jb");
}

TEST_F(ArchiveTest, RefusesLinksThatLeaveTheFolder) {
  for (const char* target : {"/etc/passwd", "../victim", "../../victim", "x/../../victim", "..",
                             "a/..", "./../victim"}) {
    EXPECT_ERROR(unpack(TarWriter().symlink("link", target).bytes()), denied, "outside") << target;
  }
  EXPECT_ERROR(unpack(TarWriter().symlink("a/b/link", "../../../victim").bytes()), denied, "");
  EXPECT_OK(unpack(TarWriter().symlink("a/b/link", "../../inside").bytes()));
}

TEST_F(ArchiveTest, RefusesAChainOfLinksThatClimbsOut) {
  // Each target looks harmless as text: "up" leads to the top, so "up/.." would be outside.
  EXPECT_ERROR(unpack(TarWriter()
                          .symlink("a/up", "..")
                          .symlink("out", "a/up/..")
                          .file("out/evil", "x")
                          .bytes()),
               denied, "a/up/..");
  expect_nothing_outside();
}

TEST_F(ArchiveTest, RefusesToWriteThroughLinks) {
  EXPECT_ERROR(
      unpack(TarWriter().folder("real").symlink("link", "real").file("link/f", "x").bytes()),
      denied, "goes through the link link");
  EXPECT_FALSE(fs::exists(folder / "real/f"));
}

TEST_F(ArchiveTest, RefusesToWriteThroughLinksThatWereThereBefore) {
  fs::create_directories(home / "victim.d");
  fs::create_directory_symlink(home / "victim.d", folder / "link");
  EXPECT_ERROR(unpack(TarWriter().file("link/f", "x").bytes()), denied, "goes through the link");
  EXPECT_TRUE(fs::is_empty(home / "victim.d"));
}

TEST_F(ArchiveTest, ReplacesALinkInsteadOfFollowingIt) {
  write_text(home / "victim", "precious");
  fs::create_symlink(home / "victim", folder / "f");
  ASSERT_OK(unpack(TarWriter().file("f", "new").bytes()));
  EXPECT_EQ(read_text(folder / "f"), "new");
  expect_nothing_outside();
}

TEST_F(ArchiveTest, RefusesHardLinksThatLeaveTheFolder) {
  write_text(home / "victim", "precious");
  EXPECT_ERROR(unpack(TarWriter().hardlink("link", "../victim").bytes()), denied, "leaves");
  EXPECT_ERROR(unpack(TarWriter().hardlink("link", (home / "victim").string()).bytes()), denied,
               "absolute");
  EXPECT_ERROR(unpack(TarWriter().hardlink("link", "missing").bytes()), invalid, "not unpacked");
  expect_nothing_outside();
}

TEST_F(ArchiveTest, RefusesHardLinksToLinks) {
  // At its new depth the same target would lead outside.
  EXPECT_ERROR(unpack(TarWriter().symlink("a/b/l", "../../x").hardlink("l2", "a/b/l").bytes()),
               denied, "no file");
}

TEST_F(ArchiveTest, RefusesDevicesAndFifos) {
  for (const char type : {'3', '4', '6'}) {
    EXPECT_ERROR(unpack(TarWriter().add({"special", type, "", "", 0644, 0}).bytes()), denied,
                 "device, FIFO or socket");
    EXPECT_FALSE(fs::exists(folder / "special"));
  }
}

TEST_F(ArchiveTest, DropsSetIdBitsAndWritingByOthers) {
  ASSERT_OK(unpack(
      TarWriter().file("tool", "x", 06777).folder("open", 01777).file("no", "x", 0).bytes()));
  EXPECT_EQ(mode_of(folder / "tool"), 0755u);
  EXPECT_EQ(mode_of(folder / "open"), 0755u);
  EXPECT_EQ(mode_of(folder / "no"), 0600u);
}

TEST_F(ArchiveTest, NamesTheLastGoodEntryOfACutArchive) {
  std::string numbers;  // too irregular to shrink to one block
  for (std::uint64_t i = 1; numbers.size() < 500'000; ++i) numbers += std::to_string(i * i * 7919);
  const std::string whole =
      compressed("gzip", TarWriter().file("first", "1").file("second", numbers).bytes());
  if (whole.empty()) GTEST_SKIP() << "gzip is not installed";
  const auto cut = unpack(whole.substr(0, whole.size() / 2));
  EXPECT_ERROR(cut, invalid, "last good entry is first");
  const std::string plain =
      TarWriter().file("first", "1").file("second", std::string(2000, 'x')).bytes();
  EXPECT_ERROR(unpack(plain.substr(0, 2000)), invalid, "last good entry is first");
}

TEST_F(ArchiveTest, RefusesWhatIsNoArchive) {
  EXPECT_ERROR(unpack("<html>404 not found</html>"), invalid, "archive");
  EXPECT_ERROR(services.archives().unpack(home / "missing", folder, {}, cancel), not_found,
               "missing");
  EXPECT_ERROR(services.archives().unpack(folder, folder, {}, cancel), invalid, "not a file");
}

TEST_F(ArchiveTest, RefusesToUnpackIntoNothing) {
  write_text(archive, sample().bytes());
  EXPECT_ERROR(services.archives().unpack(archive, home / "nowhere", {}, cancel), not_found,
               "nowhere");
}

TEST_F(ArchiveTest, StopsAtTheLimitOfBytes) {
  const std::string bomb =
      compressed("gzip", TarWriter().file("bomb", std::string(5'000'000, '\0')).bytes());
  if (bomb.empty()) GTEST_SKIP() << "gzip is not installed";
  ASSERT_LT(bomb.size(), 20'000u);
  sys::UnpackOptions options;
  options.max_bytes = 1'000'000;
  EXPECT_ERROR(unpack(bomb, options), denied, "more than 1.0 MB");
  EXPECT_FALSE(fs::exists(folder / "bomb"));
  options.max_bytes = 6'000'000;
  EXPECT_OK(unpack(bomb, options));
}

TEST_F(ArchiveTest, CountsTheBytesOfAllEntriesTogether) {
  TarWriter many;
  for (int i = 0; i < 20; ++i) many.file("f" + std::to_string(i), std::string(1000, 'x'));
  sys::UnpackOptions options;
  options.max_bytes = 10'000;
  EXPECT_ERROR(unpack(many.bytes(), options), denied, "unpacks to more than");
}

TEST_F(ArchiveTest, StopsAtTheLimitOfEntries) {
  TarWriter many;
  for (int i = 0; i < 20; ++i) many.file("f" + std::to_string(i), "");
  sys::UnpackOptions options;
  options.max_entries = 10;
  EXPECT_ERROR(unpack(many.bytes(), options), denied, "more than 10 entries");
}

TEST_F(ArchiveTest, RefusesASizeThatTheArchiveDoesNotHave) {
  TarEntry lie{"lie", '0', "short", "", 0644, 1u << 30};
  EXPECT_ERROR(unpack(TarWriter().file("good", "1").add(lie).bytes()), invalid, "good");
}

TEST_F(ArchiveTest, Cancels) {
  cancel.request();
  EXPECT_ERROR(unpack(sample().bytes()), interrupted, "");
}

TEST_F(ArchiveTest, UnpacksDebianPackages) {
  const std::string data = TarWriter()
                               .folder("./")
                               .folder("./usr/")
                               .file("./usr/lib/libx.so.1", "library")
                               .symlink("./usr/lib/libx.so", "/usr/lib/libx.so.1")
                               .bytes();
  for (const auto& [program, ending] : {std::pair{"none", ""}, std::pair{"gzip", ".gz"},
                                        std::pair{"xz", ".xz"}, std::pair{"zstd", ".zst"}}) {
    const std::string packed = compressed(program, data);
    if (packed.empty()) continue;
    fs::remove_all(folder);
    fs::create_directories(folder);
    ASSERT_OK(unpack_debian(ar_of({{"debian-binary", "2.0\n"},
                                   {"control.tar", "not read"},
                                   {std::string("data.tar") + ending, packed}})))
        << program;
    EXPECT_EQ(read_text(folder / "usr/lib/libx.so.1"), "library");
    EXPECT_EQ(read_text(folder / "usr/lib/libx.so"), "library")
        << "absolute targets start at the folder";
    EXPECT_FALSE(fs::read_symlink(folder / "usr/lib/libx.so").is_absolute());
  }
}

TEST_F(ArchiveTest, UnpacksWhatDpkgBuilds) {
  if (find_program("dpkg-deb").empty()) GTEST_SKIP() << "dpkg-deb is not installed";
  write_text(
      home / "tree/DEBIAN/control",
      "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example.org>\nDescription: x\n");
  write_text(home / "tree/usr/share/x", "content");
  ASSERT_EQ(run_command({"dpkg-deb", "--build", "tree", "x.deb"}, home.path()).code, 0);
  ASSERT_OK(services.archives().unpack_debian(home / "x.deb", folder, {}, cancel));
  EXPECT_EQ(read_text(folder / "usr/share/x"), "content");
}

TEST_F(ArchiveTest, RefusesHostileAndBrokenDebianPackages) {
  const std::string evil = TarWriter().file("../evil", "x").bytes();
  EXPECT_ERROR(unpack_debian(ar_of({{"debian-binary", "2.0\n"}, {"data.tar", evil}})), denied,
               "leaves");
  EXPECT_ERROR(unpack_debian(ar_of({{"debian-binary", "2.0\n"}})), invalid, "data.tar");
  EXPECT_ERROR(unpack_debian("no package"), invalid, "archive");
  const std::string whole = ar_of({{"debian-binary", "2.0\n"}, {"data.tar", sample().bytes()}});
  EXPECT_ERROR(unpack_debian(whole.substr(0, whole.size() - 2500)), invalid, "damaged or cut off");
  expect_nothing_outside();
}

TEST_F(ArchiveTest, PacksAFolderSoThatItCanBeUnpackedAgain) {
  const fs::path from = home / "from";
  write_text(from / "a/run.sh", "#!/bin/sh\n");
  fs::permissions(from / "a/run.sh", fs::perms::owner_exec, fs::perm_options::add);
  write_text(from / "b", std::string(3'000'000, 'x'));
  fs::create_directories(from / "empty");
  fs::create_symlink("a/run.sh", from / "link");
  ASSERT_OK(services.archives().pack(from, archive, cancel));
  ASSERT_OK(services.archives().unpack(archive, folder, {}, cancel));
  EXPECT_EQ(sys::tree_hash(*sys::list_tree(folder)), sys::tree_hash(*sys::list_tree(from)));
  EXPECT_EQ(read_text(folder / "b").size(), 3'000'000U);
  EXPECT_LT(fs::file_size(archive), 10'000U);
  fs::remove_all(from / "b");
  EXPECT_ERROR(services.archives().pack(from, archive, cancel), conflict, "archive");
  EXPECT_ERROR(services.archives().pack(from / "nowhere", home / "other", cancel), not_found, "");
  EXPECT_FALSE(fs::exists(home / "other"));
}

TEST_F(ArchiveTest, TheSameContentIsPackedToTheSameBytes) {
  for (const auto* name : {"one", "two"}) write_text(home / name / "file", "content");
  fs::last_write_time(home / "two/file", fs::file_time_type::clock::now() - std::chrono::hours(9));
  ASSERT_OK(services.archives().pack(home / "one", home / "1", cancel));
  ASSERT_OK(services.archives().pack(home / "two", home / "2", cancel));
  EXPECT_EQ(read_text(home / "1"), read_text(home / "2"));
}

}  // namespace
}  // namespace ck::test
