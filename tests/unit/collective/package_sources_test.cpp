#include "collective/package_sources.hpp"

#include "base/sha256.hpp"
#include "support/git_remote.hpp"
#include "support/http_server.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

class PackageSources : public WorkbenchTest {
 protected:
  void SetUp() override {
    WorkbenchTest::SetUp();
    fs::create_directories(target());
  }

  fs::path target() const { return world.folder / "target"; }

  Result<std::vector<PackageSource>> fetch(const install::Variables& values,
                                           const std::vector<PackageSource>& required = {}) {
    return fetch_package_sources({"package:x", required, bench().wishes().sources}, environment,
                                 values, target(), bench());
  }

  Json environment = Json::object();
};

class FilesOfPackages : public PackageSources {
 protected:
  void SetUp() override {
    PackageSources::SetUp();
    std::string reason;
    server = test::HttpServer::start(world.folder / "server", test::HttpServer::Tls::off, reason);
    if (!server) GTEST_SKIP() << reason;
    put("data.bin", "first");
  }

  void put(const std::string& name, const std::string& text) const {
    test::write_text(server->files() / name, text);
  }

  Result<std::vector<PackageSource>> file(const std::vector<PackageSource>& required = {}) {
    return fetch(
        {{"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", server->url()}, {"PACKAGE_NAME", "data.bin"}},
        required);
  }

  void forget(const std::string& content) const {
    const auto hash = sha256_hex(content);
    fs::remove(world.home.downloads() / hash.substr(0, 2) / hash);
  }

  std::unique_ptr<test::HttpServer> server;
};

TEST_F(FilesOfPackages, AreNotedAtFirstSightWithAWarning) {
  const auto sources = file();
  ASSERT_OK(sources);
  ASSERT_EQ(sources->size(), 1U);
  EXPECT_EQ(sources->front().url, server->url() + "/data.bin");
  EXPECT_EQ(sources->front().sha256, sha256_hex("first"));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "first");
  EXPECT_EQ(environment["PACKAGE_WGET"], "NO") << "the script must not fetch it again";
  const auto warnings = world.events.of<Warning>();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].message.find(sha256_hex("first")), std::string::npos);
  EXPECT_EQ(to_json(sources_from_json(to_json(*sources))), to_json(*sources));
}

TEST_F(FilesOfPackages, ComeFromTheCacheTheSecondTimeEvenOffline) {
  ASSERT_OK(file());
  put("data.bin", "other");
  world.offline = true;
  reopen();
  ASSERT_OK(file());
  EXPECT_EQ(test::read_text(target() / "data.bin"), "first");
  EXPECT_EQ(world.events.of<Warning>().size(), 1U);
}

TEST_F(FilesOfPackages, ThatChangedSinceAreRefused) {
  ASSERT_OK(file());
  forget("first");
  put("data.bin", "other");
  const auto changed = file();
  EXPECT_ERROR(changed, verification, server->url() + "/data.bin");
  EXPECT_ERROR(changed, verification, "it changed since it was first seen");
  EXPECT_ERROR(changed, verification, sha256_hex("first"));
}

TEST_F(FilesOfPackages, ThatALockDemandsAreTakenOrRefused) {
  EXPECT_OK(file({{server->url() + "/data.bin", sha256_hex("first"), ""}}));
  EXPECT_EQ(world.events.of<Warning>().size(), 0U);
  EXPECT_ERROR(file({{server->url() + "/data.bin", sha256_hex("locked"), ""}}), verification,
               sha256_hex("locked"));
}

TEST_F(FilesOfPackages, WithoutANameAreToldSo) {
  EXPECT_ERROR(fetch({{"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", "http://127.0.0.1:1/"}}), invalid,
               "PACKAGE_NAME is not set");
}

TEST_F(FilesOfPackages, ThatAreGoneNameTheUrlAndTheWayOut) {
  const auto gone = fetch({{"PACKAGE_WGET", "YES"},
                           {"PACKAGE_URL", server->url() + "/status/404"},
                           {"PACKAGE_NAME", "x.zip"}});
  ASSERT_FALSE(gone);
  const auto said = test::text_of(gone.error());
  EXPECT_NE(said.find(server->url() + "/status/404/x.zip"), std::string::npos) << said;
  EXPECT_NE(said.find("--source=PATH"), std::string::npos) << said;
  EXPECT_NE(said.find("--source=URL=PATH"), std::string::npos) << said;
  EXPECT_NE(said.find("config.json"), std::string::npos) << said;
  world.offline = true;
  reopen();
  EXPECT_ERROR(file(), network, "nothing may be fetched");
}

TEST_F(FilesOfPackages, MayBeGivenByTheUser) {
  test::write_text(world.folder / "mine", "mine");
  wishes.sources.any = (world.folder / "mine").string();
  world.offline = true;
  const auto given = file();
  ASSERT_OK(given);
  EXPECT_EQ(given->front().sha256, sha256_hex("mine"));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "mine");
  EXPECT_EQ(server->log(), "");
}

TEST_F(FilesOfPackages, AreReplacedByOneFileOnlyOnce) {
  test::write_text(world.folder / "mine", "mine");
  wishes.sources.any = (world.folder / "mine").string();
  ASSERT_OK(file());
  ASSERT_OK(file()) << "the same URL again";
  put("other.bin", "other");
  const auto second = fetch(
      {{"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", server->url()}, {"PACKAGE_NAME", "other.bin"}});
  EXPECT_ERROR(second, usage, server->url() + "/data.bin");
  EXPECT_ERROR(second, usage, server->url() + "/other.bin");
  EXPECT_ERROR(second, usage, "--source=URL=PATH");
  EXPECT_FALSE(fs::exists(target() / "other.bin"));
}

TEST_F(FilesOfPackages, AreReplacedByTheirUrls) {
  test::write_text(world.folder / "mine", "mine");
  wishes.sources.of_urls[server->url() + "/folder/data.bin"] = (world.folder / "mine").string();
  ASSERT_OK(file());
  EXPECT_EQ(test::read_text(target() / "data.bin"), "first");
  ASSERT_OK(fetch({{"PACKAGE_WGET", "YES"},
                   {"PACKAGE_URL", server->url() + "/folder/"},
                   {"PACKAGE_NAME", "data.bin"}}));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "mine");
}

TEST_F(FilesOfPackages, GoWhereWgetIsToldToPutThem) {
  const install::Variables asked = {
      {"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", server->url()}, {"PACKAGE_NAME", "data.bin"}};
  const auto told = [&](const std::string& extra) {
    auto values = asked;
    values.emplace_back("PACKAGE_WGET_EXTRA", extra);
    return fetch(values);
  };
  ASSERT_OK(told("--no-cookies -O model.pt"));
  EXPECT_EQ(test::read_text(target() / "model.pt"), "first");
  EXPECT_FALSE(fs::exists(target() / "data.bin"));
  ASSERT_OK(told("-P in/here"));
  EXPECT_EQ(test::read_text(target() / "in/here/data.bin"), "first");
  EXPECT_ERROR(told("-O ../out"), invalid, "is no name of a file");
  EXPECT_ERROR(told("--post-file=x"), usage, "--post-file");
}

TEST_F(PackageSources, SendTheHeaderThatIsAskedFor) {
  const test::ScriptedServer server([](const std::string&) {
    return test::ScriptedServer::Reply{
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfirst"};
  });
  ASSERT_OK(fetch({{"PACKAGE_WGET", "YES"},
                   {"PACKAGE_URL", server.url()},
                   {"PACKAGE_NAME", "data.bin"},
                   {"PACKAGE_WGET_HEADER", "Cookie: licence=accepted; more"}}));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "first");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_NE(server.requests()[0].find("\r\nCookie: licence=accepted; more\r\n"), std::string::npos);
}

TEST_F(PackageSources, WithHeadersSayNothingAboutTheUrlAlone) {
  int asked = 0;
  const test::ScriptedServer server([&](const std::string&) {
    const std::string body = ++asked == 1 ? "with" : "bare";
    return test::ScriptedServer::Reply{
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n" + body};
  });
  const install::Variables variables{
      {"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", server.url()}, {"PACKAGE_NAME", "data.bin"}};
  install::Variables with_header = variables;
  with_header.emplace_back("PACKAGE_WGET_HEADER", "Cookie: variant=a");
  ASSERT_OK(fetch(with_header));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "with");
  ASSERT_OK(fetch(variables));
  EXPECT_EQ(test::read_text(target() / "data.bin"), "bare");
}

TEST_F(PackageSources, DoNotTakeATokenToWhereverTheyAreSent) {
  const test::ScriptedServer server([](const std::string&) {
    return test::ScriptedServer::Reply{
        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/x\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"};
  });
  EXPECT_ERROR(fetch({{"PACKAGE_WGET", "YES"},
                      {"PACKAGE_URL", server.url()},
                      {"PACKAGE_NAME", "data.bin"},
                      {"PACKAGE_WGET_HEADER", "X-Auth-Token: sekrit"}}),
               network, "redirect");
}

TEST_F(FilesOfPackages, TakeTheNamesForThisSystem) {
  put("linux.bin", "for linux");
  ASSERT_OK(fetch({{"PACKAGE_WGET", "YES"},
                   {"PACKAGE_DETECT_VARS", "YES"},
                   {"PACKAGE_URL", server->url()},
                   {"PACKAGE_NAME", "data.bin"},
                   {"PACKAGE_NAME_LINUX", "linux.bin"},
                   {"PACKAGE_NAME_MACOS", "mac.bin"}}));
  EXPECT_EQ(test::read_text(target() / "linux.bin"), "for linux");
}

TEST_F(FilesOfPackages, NeverLeaveTheFolder) {
  EXPECT_ERROR(
      fetch({{"PACKAGE_WGET", "YES"}, {"PACKAGE_URL", server->url()}, {"PACKAGE_NAME", "a/.."}}),
      invalid, "is no name of a file");
  EXPECT_ERROR(
      fetch(
          {{"PACKAGE_GIT", "YES"}, {"PACKAGE_URL", server->url()}, {"PACKAGE_SUB_DIR", "../out"}}),
      denied, "../out");
}

class RepositoriesOfPackages : public PackageSources {
 protected:
  RepositoriesOfPackages() {
    remote.write("a.txt", "one");
    first = remote.commit("one");
    remote.git({"tag", "v1"});
    remote.git({"branch", "side"});
    remote.write("a.txt", "two");
    second = remote.commit("two");
  }

  /// The commit that was taken, for what is asked for.
  std::string taken(const install::Variables& more,
                    const std::vector<PackageSource>& required = {}) {
    install::Variables values = {
        {"PACKAGE_GIT", "YES"}, {"PACKAGE_URL", remote.url()}, {"PACKAGE_SUB_DIR", "src"}};
    values.insert(values.end(), more.begin(), more.end());
    EXPECT_OK(sys::remove_tree(target() / "src"));
    const auto sources = fetch(values, required);
    if (!sources) return "error: " + test::text_of(sources.error());
    EXPECT_EQ(environment["PACKAGE_GIT"], "NO");
    EXPECT_TRUE(fs::exists(target() / "src/a.txt"));
    return sources->front().commit;
  }

  test::GitRemote remote{world.folder.path()};
  std::string first, second;
};

TEST_F(RepositoriesOfPackages, AreClonedAtWhatIsAskedFor) {
  EXPECT_EQ(taken({}), second);
  EXPECT_EQ(taken({{"PACKAGE_GIT_CHECKOUT", "v1"}}), first);
  EXPECT_EQ(taken({{"PACKAGE_GIT_CHECKOUT", "side"}}), first);
  EXPECT_EQ(taken({{"PACKAGE_GIT_CHECKOUT", first}}), first);
  EXPECT_EQ(taken({{"PACKAGE_GIT_CHECKOUT", first.substr(0, 8)}}), first);
  EXPECT_EQ(taken({{"PACKAGE_GIT_CLONE_FLAGS", "--depth 1 -b side"}}), first);
  EXPECT_EQ(test::read_text(target() / "src/a.txt"), "one");
}

TEST_F(RepositoriesOfPackages, AreTakenAtTheLockedCommit) {
  EXPECT_EQ(taken({}, {{remote.url(), "", first}}), first);
}

TEST_F(RepositoriesOfPackages, ThatAreGoneNameTheUrl) {
  const auto said = taken({{"PACKAGE_GIT_CHECKOUT", "no-such"}});
  EXPECT_NE(said.find(remote.url()), std::string::npos) << said;
  EXPECT_NE(said.find("no-such"), std::string::npos) << said;
  fs::remove_all(remote.bare());
  EXPECT_NE(taken({}).find(remote.url()), std::string::npos);
  world.offline = true;
  reopen();
  EXPECT_NE(taken({}).find("nothing may be fetched"), std::string::npos);
}

TEST_F(RepositoriesOfPackages, MayBeGivenByTheUser) {
  wishes.sources.of_urls[remote.url()] = remote.work().string();
  world.offline = true;
  EXPECT_EQ(taken({}), second);
}

}  // namespace
}  // namespace ck::collective
