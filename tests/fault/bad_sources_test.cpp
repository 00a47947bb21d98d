// Sources that cannot be had, are not what the recipe says, or are meant to do harm.

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "support/ck_test.hpp"
#include "support/git_remote.hpp"
#include "support/http_server.hpp"
#include "support/tar_writer.hpp"

namespace ck::test {
namespace {

class BadSources : public CkTest {
 protected:
  BadSources() { import(); }
  ~BadSources() override {
    EXPECT_EQ(environments(), std::vector<std::string>());
    // The next call works.
    components.package("sound", "echo data >\"$1/file\"");
    EXPECT_TRUE(succeeds(ck("install package:sound")));
    expect_clean();
  }

  /// A package of one archive, unpacked as it is.
  void archive(const std::string& name, const std::string& bytes, std::string sha256 = "") {
    const fs::path file = folder / (name + ".tar");
    write_text(file, bytes);
    if (sha256.empty()) sha256 = sha256_hex(bytes);
    source(name, "file://" + file.string(), sha256);
  }

  void source(const std::string& name, const std::string& url, const std::string& sha256) {
    components.component("package", name,
                         R"("build": {"system": "none"}, "sources": [{"url": ")" + url +
                             R"(", "sha256": ")" + sha256 + "\"}]");
  }
};

TEST_F(BadSources, WrongHashIsRefusedAndNothingIsKept) {
  archive("liar", TarWriter().file("a", "b").bytes(), std::string(64, '0'));
  const auto result = ck("install package:liar");
  EXPECT_TRUE(fails(result, 1, "sha256"));
  EXPECT_TRUE(fails(result, 1, std::string(64, '0')));
  EXPECT_TRUE(fails(ck("install package:liar"), 1, "sha256"));  // not believed the second time
}

TEST_F(BadSources, TruncatedArchiveIsRefused) {
  const std::string whole = TarWriter().file("a", std::string(3000, 'x')).bytes();
  archive("cut", whole.substr(0, 1500));
  EXPECT_TRUE(fails(ck("install package:cut"), 1, "cut.tar"));
}

TEST_F(BadSources, ArchiveThatClimbsOutIsRefused) {
  archive("climber", TarWriter().file("ok", "x").file("../../../climbed", "x").bytes());
  EXPECT_TRUE(fails(ck("install package:climber"), 1, ".."));
  archive("absolute", TarWriter().file((folder / "climbed").string(), "x").bytes());
  static_cast<void>(ck("install package:absolute"));
  archive("linker",
          TarWriter().symlink("way", folder.path().string()).file("way/climbed", "x").bytes());
  EXPECT_TRUE(fails(ck("install package:linker"), 1, "way"));
  EXPECT_FALSE(fs::exists(folder / "climbed"));
  EXPECT_FALSE(fs::exists(home() / "climbed"));
}

TEST_F(BadSources, ServerThatDoesNotAnswerIsNamed) {
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/x.tar";
  source("far", url, std::string(64, '0'));
  EXPECT_TRUE(fails(ck("install package:far"), 1, url));
}

TEST_F(BadSources, ServerThatBreaksOffIsAnError) {
  ScriptedServer server([](const std::string&) {
    return ScriptedServer::Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
                                 ScriptedServer::Reply::End::close};
  });
  source("broken", server.url() + "/x.tar", std::string(64, '0'));
  EXPECT_TRUE(fails(ck("install package:broken"), 1, server.url()));
}

TEST_F(BadSources, MissingFileOfTheComponentIsNamed) {
  components.component("package", "hole",
                       R"("build": {"system": "none"}, "sources": [{"files": "nothing.txt"}])");
  EXPECT_TRUE(fails(ck("install package:hole"), 1, "nothing.txt"));
}

TEST_F(BadSources, GitCommitThatIsNotThereIsNamed) {
  const GitRemote remote(folder / "remotes");
  remote.write("a", "b");
  remote.commit("first");
  const std::string commit(40, 'a');
  components.component("package", "gone",
                       R"("build": {"system": "none"}, "sources": [{"git": ")" + remote.url() +
                           R"(", "commit": ")" + commit + "\"}]");
  EXPECT_TRUE(fails(ck("install package:gone"), 1, commit));
}

TEST_F(BadSources, OfflineFetchesNothingAndSaysSo) {
  source("far", "http://127.0.0.1:1/x.tar", std::string(64, '0'));
  EXPECT_TRUE(fails(ck("install package:far --offline"), 1, "offline"));
}

class BadRemotes : public CkTest {
 protected:
  ~BadRemotes() override {
    EXPECT_EQ(names_in("repos"), complete_);
    EXPECT_EQ(json_of(ck("ls repo --json"))["repositories"].size(),
              complete_.size() + 1);  // and the shipped one
    expect_clean();
  }
  std::vector<std::string> complete_;  ///< clones that there have to be
};

TEST_F(BadRemotes, NoServerIsAnErrorThatNamesTheUrl) {
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/x.git";
  EXPECT_TRUE(fails(ck({"pull", "repo", "--url=" + url}), 1, url));
}

TEST_F(BadRemotes, FolderThatIsNoRepositoryIsAnError) {
  EXPECT_TRUE(fails(ck({"pull", "repo", "--url=file://" + folder.path().string()}), 1,
                    folder.path().string()));
  EXPECT_TRUE(fails(ck("pull repo --url=/no/such/folder"), 1, "/no/such/folder"));
}

TEST_F(BadRemotes, UrlOfAnotherKindIsRefused) {
  EXPECT_NE(ck("pull repo --url=ext::sh").code, 0);
  EXPECT_NE(ck("pull repo --url=ftp://example.org/x").code, 0);
}

TEST_F(BadRemotes, BranchTagAndCommitThatDoNotExistAreNamed) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  remote.commit("first");
  const std::string url = "--url=" + remote.url();
  EXPECT_TRUE(fails(ck({"pull", "repo", url, "--branch=mian"}), 1, "mian"));
  EXPECT_TRUE(fails(ck({"pull", "repo", url, "--tag=v9"}), 1, "v9"));
  const std::string commit(40, 'a');
  EXPECT_TRUE(fails(ck({"pull", "repo", url, "--commit=" + commit}), 1, commit));
}

TEST_F(BadRemotes, NeededRepositoryThatCannotBeHadIsNamedAndWhatIsCompleteStays) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far",
                               R"([{"name": "farther", "url": "file:///no/such/repository.git"}])");
  remote.commit("first");
  EXPECT_TRUE(
      fails(ck({"pull", "repo", "--url=" + remote.url()}), 1, "file:///no/such/repository.git"));
  EXPECT_TRUE(fails(ck("pull repo:far"), 1, "file:///no/such/repository.git")) << "not forgotten";
  complete_ = {"far"};
}

TEST_F(BadRemotes, UnknownNameWithoutUrlIsExplained) {
  EXPECT_TRUE(fails(ck("pull repo:nobody-knows-this"), 1, "--url"));
}

}  // namespace
}  // namespace ck::test
