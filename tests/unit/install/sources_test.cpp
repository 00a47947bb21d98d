#include "install/sources.hpp"

#include "base/sha256.hpp"
#include "support/command.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

using test::run_command;
using test::write_text;

class SourcesTest : public testing::Test {
 protected:
  SourcesTest() { world.package("x", ""); }

  fs::path target() const { return world.folder / "target"; }

  Status fetch(const std::vector<model::Source>& sources) {
    CK_TRY(component, world.find("package:x"));
    return fetch_sources(sources, component, target(), world.context());
  }

  /// A tar.gz of what `files` hold, at a file URL.
  model::UrlSource archive(const std::string& name, const std::string& content) const {
    const fs::path file = world.folder / (name + ".tar.gz");
    write_text(world.folder / name / "inner/file.txt", content);
    EXPECT_EQ(
        run_command({"tar", "-C", (world.folder / name).string(), "-czf", file, "inner"}).code, 0);
    return source_of(file);
  }

  static model::UrlSource source_of(const fs::path& file) {
    model::UrlSource source;
    source.urls = {"file://" + file.string()};
    source.sha256 = sha256_hex(test::read_text(file));
    return source;
  }

  test::Installation world;
};

TEST_F(SourcesTest, FilesAreTheComponentsWithoutItsDescriptor) {
  world.package_file("x", "src/deep/a.c", "a");
  world.package_file("x", "src/ck.json.in", "b");
  ASSERT_OK(fetch({model::FilesSource{".", ""}}));
  EXPECT_EQ(test::read_text(target() / "src/deep/a.c"), "a");
  EXPECT_TRUE(fs::exists(target() / "src/ck.json.in"));
  EXPECT_FALSE(fs::exists(target() / "ck.json"));
}

TEST_F(SourcesTest, AFileOrTheContentOfAFolderGoesWhereItIsWanted) {
  world.package_file("x", "src/deep/a.c", "a");
  world.package_file("x", "b.sh", "b");
  fs::permissions(world.component_folder("package", "x") / "b.sh", fs::perms::owner_all);
  ASSERT_OK(fetch({model::FilesSource{"src", "one/two"}, model::FilesSource{"b.sh", "one"}}));
  EXPECT_EQ(test::read_text(target() / "one/two/deep/a.c"), "a");
  EXPECT_NE(fs::status(target() / "one/b.sh").permissions() & fs::perms::owner_exec,
            fs::perms::none);
}

TEST_F(SourcesTest, FilesThatAreMissingOrLeadOutAreErrors) {
  EXPECT_ERROR(fetch({model::FilesSource{"nothing", ""}}), not_found, "nothing");
  fs::create_symlink("/etc", world.component_folder("package", "x") / "out");
  EXPECT_ERROR(fetch({model::FilesSource{"out/passwd", ""}}), denied, "out");
}

TEST_F(SourcesTest, AnArchiveIsVerifiedUnpackedAndKept) {
  auto source = archive("lib", "hello");
  source.strip = 1;
  source.to = "below";
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "below/file.txt"), "hello");

  // The second time neither the remote nor the network is needed.
  fs::remove(world.folder / "lib.tar.gz");
  fs::remove_all(target());
  world.offline = true;
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "below/file.txt"), "hello");
}

TEST_F(SourcesTest, ADamagedDownloadIsFetchedAgain) {
  const auto source = archive("lib", "hello");
  ASSERT_OK(fetch({source}));
  const fs::path kept = world.home.downloads() / source.sha256.substr(0, 2) / source.sha256;
  write_text(kept, "damaged");
  fs::remove_all(target());
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(sha256_hex(test::read_text(kept)), source.sha256);
  EXPECT_NE(world.events.of<Warning>().at(0).message.find("damaged"), std::string::npos);
}

TEST_F(SourcesTest, AFileThatIsNotUnpackedGetsTheNameOfItsUrl) {
  write_text(world.folder / "model.bin", "weights");
  auto source = source_of(world.folder / "model.bin");
  source.unpack = false;
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "model.bin"), "weights");
  source.urls = {"file://" + (world.folder / "model.bin").string() + "/.."};
  EXPECT_ERROR(fetch({source}), invalid, "does not end with a file name");
}

TEST_F(SourcesTest, AWrongHashIsAnErrorThatNamesTheSource) {
  auto source = archive("lib", "hello");
  source.sha256 = std::string(64, 'a');
  const auto done = fetch({source});
  EXPECT_ERROR(done, verification, "lib.tar.gz");
  EXPECT_ERROR(done, verification, "package:x");
  EXPECT_FALSE(fs::exists(world.home.downloads() / "aa" / source.sha256));
}

TEST_F(SourcesTest, WhatIsNoArchiveSaysHowToKeepItWhole) {
  write_text(world.folder / "model.bin", "weights");
  EXPECT_ERROR(fetch({source_of(world.folder / "model.bin")}), invalid, "\"unpack\": false");
}

TEST_F(SourcesTest, AnArchiveThatClimbsOutIsRefused) {
  write_text(world.folder / "in/evil", "x");
  const fs::path file = world.folder / "evil.tar";
  ASSERT_EQ(run_command({"tar", "-C", (world.folder / "in").string(), "-cf", file,
                         "--transform=s,^,../../,", "evil"})
                .code,
            0);
  EXPECT_ERROR(fetch({source_of(file)}), denied, "evil");
  EXPECT_FALSE(fs::exists(world.folder.path().parent_path() / "evil"));
}

TEST_F(SourcesTest, ALinkFromAnEarlierSourceDoesNotLeadTheNextOneOut) {
  fs::create_directories(world.folder / "elsewhere");
  ASSERT_OK(fetch({}));
  fs::create_directory_symlink(world.folder / "elsewhere", target() / "out");
  world.package_file("x", "a.c", "a");
  EXPECT_ERROR(fetch({model::FilesSource{"a.c", "out/deeper"}}), denied, "out");
  EXPECT_TRUE(fs::is_empty(world.folder / "elsewhere"));
}

TEST_F(SourcesTest, OfflineSaysWhatWouldHaveBeenFetched) {
  world.offline = true;
  model::UrlSource url;
  url.urls = {"https://example.invalid/lib.tar.gz"};
  url.sha256 = std::string(64, 'b');
  EXPECT_ERROR(fetch({url}), network, "nothing may be fetched");
  model::DebianSource debian{"some-package", "1.0", std::string(64, 'c'), {}, ""};
  EXPECT_ERROR(fetch({debian}), network, "some-package");
  model::GitSource git{"https://example.invalid/x.git", std::string(40, 'd'), ""};
  EXPECT_ERROR(fetch({git}), network, "nothing may be fetched");
}

TEST_F(SourcesTest, AGitCommitIsExportedOnceAndKept) {
  const fs::path remote = world.folder / "remote";
  write_text(remote / "file.txt", "committed");
  const test::Variables author{{"GIT_AUTHOR_NAME", "a"},
                               {"GIT_AUTHOR_EMAIL", "a@b"},
                               {"GIT_COMMITTER_NAME", "a"},
                               {"GIT_COMMITTER_EMAIL", "a@b"},
                               {"GIT_CONFIG_GLOBAL", "/dev/null"}};
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"git", "init", "-q"}, {"git", "add", "."}, {"git", "commit", "-qm", "one"}}) {
    ASSERT_EQ(run_command(arguments, remote, author).code, 0);
  }
  std::string commit = run_command({"git", "rev-parse", "HEAD"}, remote).output;
  commit.resize(40);
  const model::GitSource source{"file://" + remote.string(), commit, "src"};
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "src/file.txt"), "committed");
  EXPECT_FALSE(fs::exists(target() / "src/.git"));

  fs::remove_all(remote);
  fs::remove_all(target());
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "src/file.txt"), "committed");
}

TEST_F(SourcesTest, IsInterruptedBetweenSources) {
  const auto component = world.find("package:x");
  auto& context = world.context();
  world.cancel.request();
  EXPECT_ERROR(fetch_sources({model::FilesSource{".", ""}}, *component, target(), context),
               interrupted, "");
}

/// A Debian repository in a folder, and an apt that knows nothing else.
class DebianSourcesTest : public SourcesTest {
 protected:
  void SetUp() override {
    for (const auto* tool : {"apt-get", "dpkg-deb", "dpkg-scanpackages"}) {
      if (test::find_program(tool).empty()) GTEST_SKIP() << "this machine has no " << tool;
    }
    const fs::path tree = world.folder / "tree";
    write_text(tree / "DEBIAN/control",
               "Package: ck-sample\nVersion: 1.2-3\nArchitecture: all\n"
               "Maintainer: Nobody <nobody@example.invalid>\nDescription: a sample\n");
    write_text(tree / "usr/share/ck-sample/data.txt", "data");
    write_text(tree / "usr/share/doc/ck-sample/copyright", "free");
    fs::permissions(tree / "DEBIAN", fs::perms(0755));
    fs::create_directories(archive_folder());
    ASSERT_EQ(run_command({"dpkg-deb", "--root-owner-group", "-b", tree.string(),
                           (archive_folder() / "ck-sample_1.2-3_all.deb").string()})
                  .code,
              0);
    const auto index =
        run_command({"sh", "-c", "dpkg-scanpackages . 2>/dev/null > Packages"}, archive_folder());
    ASSERT_EQ(index.code, 0);
    configure_apt();
    world.host_variables.emplace_back("APT_CONFIG", (apt() / "apt.conf").string());
    source.sha256 = sha256_hex(test::read_text(archive_folder() / "ck-sample_1.2-3_all.deb"));
  }

  fs::path archive_folder() const { return world.folder / "debian"; }
  fs::path apt() const { return world.folder / "apt"; }

  void configure_apt() const {
    for (const auto* folder : {"state/lists/partial", "cache/archives/partial", "etc"})
      fs::create_directories(apt() / folder);
    write_text(apt() / "status", "");
    write_text(apt() / "etc/sources.list",
               "deb [trusted=yes] file:" + archive_folder().string() + " ./\n");
    const std::string root = apt().string();
    // The lists of this apt alone; its download user could not enter a folder of mode 0700.
    write_text(apt() / "apt.conf", "Dir::State \"" + root + "/state\";\nDir::State::status \"" +
                                       root + "/status\";\nDir::Cache \"" + root +
                                       "/cache\";\nDir::Etc \"" + root +
                                       "/etc\";\nAPT::Sandbox::User \"root\";\n");
  }
  void update_apt() const {
    const auto update =
        run_command({"apt-get", "update"}, "/", {{"APT_CONFIG", (apt() / "apt.conf").string()}});
    ASSERT_EQ(update.code, 0) << update.output;
  }

  model::DebianSource source{"ck-sample", "1.2-3", "", {"usr/share/ck-sample/*"}, "deb"};
};

TEST_F(DebianSourcesTest, APackageIsDownloadedVerifiedUnpackedAndKept) {
  update_apt();
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "deb/usr/share/ck-sample/data.txt"), "data");
  EXPECT_FALSE(fs::exists(target() / "deb/usr/share/doc"));
  EXPECT_EQ(world.names_in(world.home.staging()), std::vector<std::string>());

  // Now apt is not needed any more.
  fs::remove_all(archive_folder());
  fs::remove_all(apt());
  fs::remove_all(target());
  ASSERT_OK(fetch({source}));
}

TEST_F(DebianSourcesTest, WithoutListsItSaysHowToBringThem) {
  EXPECT_ERROR(fetch({source}), not_found, "apt-get update");
}

TEST_F(DebianSourcesTest, AVersionThatIsGoneNamesTheOneThereIs) {
  update_apt();
  source.version = "0.9-1";
  const auto done = fetch({source});
  EXPECT_ERROR(done, not_found, "no version 0.9-1");
  EXPECT_ERROR(done, not_found, "it has 1.2-3");
}

TEST_F(DebianSourcesTest, AnotherContentIsRefused) {
  update_apt();
  source.sha256 = std::string(64, 'e');
  EXPECT_ERROR(fetch({source}), verification, "has sha256");
  EXPECT_FALSE(fs::exists(world.home.downloads() / "ee" / source.sha256));
}

TEST_F(DebianSourcesTest, APatternThatKeepsNothingIsAMistake) {
  update_apt();
  source.paths.emplace_back("usr/lib/nothing/*");
  EXPECT_ERROR(fetch({source}), not_found, "usr/lib/nothing/*");
}

}  // namespace
}  // namespace ck::install
