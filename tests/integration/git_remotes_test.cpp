// Git over http, https and ssh on the loopback.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/git_remote.hpp"
#include "support/http_server.hpp"
#include "support/ssh_server.hpp"
#include "support/transfer_services.hpp"
#include "sys/git.hpp"

namespace ck::test {
namespace {

class GitRemotesTest : public testing::Test {
 protected:
  GitRemotesTest() {
    remote.write("f", "1");
    hash = remote.commit("first");
  }
  Result<sys::GitState> clone(const std::string& url) {
    return services.git().clone(url, {}, folder, events, cancel);
  }
  /// The bare repository, where the server finds it.
  void publish(const HttpServer& server) const {
    fs::create_directory_symlink(remote.bare(), server.repositories() / "thing.git");
  }

  TemporaryHome home;
  TransferServices services{home.path()};
  GitRemote remote{home / "remotes"};
  std::string hash;
  fs::path folder = home / "clones" / "thing";
  RecordingEvents events;
  sys::Cancel cancel;
  std::string reason;
};

TEST_F(GitRemotesTest, ClonesAndUpdatesOverHttp) {
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  publish(*server);
  auto state = clone(server->url() + "/git/thing.git");
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);
  remote.write("f", "2");
  const std::string second = remote.commit("second");
  state = services.git().update(folder, {}, events, cancel);
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
  EXPECT_EQ(read_text(folder / "f"), "2");
}

TEST_F(GitRemotesTest, NamesHostAndStatusOfAMissingRepository) {
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  const auto missing = clone(server->url() + "/git/none.git");
  EXPECT_ERROR(missing, network, "404");
  EXPECT_ERROR(missing, network, server->url());
}

TEST_F(GitRemotesTest, TrustsTheConfiguredAuthorityOnly) {
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::on, reason);
  if (!server) GTEST_SKIP() << reason;
  publish(*server);
  const std::string url = server->url() + "/git/thing.git";
  EXPECT_ERROR(clone(url), network, "http.sslCAInfo");
  EXPECT_FALSE(fs::exists(folder));

  ::setenv("SSL_CERT_FILE", server->authority().c_str(), 1);
  EXPECT_OK(clone(url));
  ::unsetenv("SSL_CERT_FILE");
  fs::remove_all(folder);

  run_command({"git", "config", "--file", (home / ".gitconfig").string(), "http.sslCAInfo",
               server->authority().string()});
  const auto state = clone(url);
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);

  ::setenv("GIT_SSL_CAINFO", "/no/such/file", 1);
  fs::remove_all(folder);
  EXPECT_ERROR(clone(url), io, "/no/such/file");
  ::unsetenv("GIT_SSL_CAINFO");
}

TEST_F(GitRemotesTest, UsesCredentialsWithoutShowingOrStoringThem) {
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  publish(*server);
  const std::string host = "127.0.0.1:" + std::to_string(server->port());
  const auto refused = clone("http://tester:wr0ng@" + host + "/private/thing.git");
  EXPECT_ERROR(refused, network, "refused the name or the password");
  EXPECT_EQ(text_of(refused.error()).find("wr0ng"), std::string::npos);
  EXPECT_ERROR(clone("http://" + host + "/private/thing.git"), network, "credential.helper");

  const auto state = clone("http://tester:s3cret%2Fword@" + host + "/private/thing.git");
  ASSERT_OK(state);
  EXPECT_EQ(state->url, "http://" + host + "/private/thing.git");
  EXPECT_EQ(read_text(folder / ".git/config").find("s3cret"), std::string::npos);
}

TEST_F(GitRemotesTest, AsksTheUsersCredentialHelpers) {
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  publish(*server);
  const std::string host = "127.0.0.1:" + std::to_string(server->port());
  write_text(home / ".gitconfig", "[credential]\n\thelper = store\n");
  write_text(home / ".git-credentials", "http://tester:s3cret%2Fword@" + host + "\n");
  const auto state = clone("http://" + host + "/private/thing.git");
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);
  remote.commit("second");
  EXPECT_OK(services.git().update(folder, {}, events, cancel));
}

TEST_F(GitRemotesTest, CancelEndsAConnectionThatHangs) {
  std::atomic<bool> asked = false;
  ScriptedServer server([&](const std::string&) {
    asked = true;
    return ScriptedServer::Reply{"", ScriptedServer::Reply::End::hang};
  });
  std::thread user([&] {
    while (!asked) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    cancel.request();
  });
  EXPECT_ERROR(clone(server.url() + "/thing.git"), interrupted, "");
  user.join();
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(GitRemotesTest, CancelEndsAnSshConnectionThatHangs) {
  const LeaksOfSshAllowed leaks;
  ScriptedServer server([&](const std::string&) {
    return ScriptedServer::Reply{"", ScriptedServer::Reply::End::hang};
  });
  std::thread user([&] {
    // The server reads until a blank line, which ssh never sends: it hangs from the first moment.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.request();
  });
  EXPECT_ERROR(clone("ssh" + server.url().substr(4) + "/thing.git"), interrupted, "");
  user.join();
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(GitRemotesTest, ASilentServerIsGivenUp) {
  const LeaksOfSshAllowed leaks;
  write_text(home / ".gitconfig", "[http]\n\tlowSpeedTime = 1\n");
  ScriptedServer server([&](const std::string&) {
    return ScriptedServer::Reply{"", ScriptedServer::Reply::End::hang};
  });
  const std::string rest = server.url().substr(4) + "/thing.git";
  EXPECT_ERROR(clone("http" + rest), network, "sent nothing for 1.0 s");
  EXPECT_ERROR(clone("ssh" + rest), network, "sent nothing for 1.0 s");
}

TEST_F(GitRemotesTest, SaysWhichHostCannotBeReached) {
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/thing.git";
  const auto refused = clone(url);
  EXPECT_ERROR(refused, network, url);
  EXPECT_ERROR(refused, network, "refused");
}

TEST_F(GitRemotesTest, ClonesOverSshFromAKnownHost) {
  const LeaksOfSshAllowed leaks;
  const auto server = SshServer::start(home / "server", home.path(), reason);
  if (!server) GTEST_SKIP() << reason;
  write_text(home / ".ssh/known_hosts", server->known_hosts_line());
  auto state = clone(server->url(remote.bare()));
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, hash);
  EXPECT_EQ(state->url, server->url(remote.bare()));
  const std::string second = remote.commit("second");
  state = services.git().update(folder, {}, events, cancel);
  ASSERT_OK(state);
  EXPECT_EQ(state->commit, second);
}

TEST_F(GitRemotesTest, RefusesAnUnknownSshHostAndTellsHowToAddIt) {
  const LeaksOfSshAllowed leaks;
  const auto server = SshServer::start(home / "server", home.path(), reason);
  if (!server) GTEST_SKIP() << reason;
  const auto unknown = clone(server->url(remote.bare()));
  EXPECT_ERROR(unknown, network, "SHA256:");
  EXPECT_ERROR(unknown, network, "ssh-keyscan -p ");
  const std::string fingerprint =
      run_command({"ssh-keygen", "-l", "-f", (home / "server/host_key.pub").string()}).output;
  const std::string shown = fingerprint.substr(fingerprint.find("SHA256:"), 50);
  EXPECT_ERROR(unknown, network, shown) << "as ssh-keygen shows it";
}

TEST_F(GitRemotesTest, SaysThatNoSshKeyWasAccepted) {
  const LeaksOfSshAllowed leaks;
  const auto server = SshServer::start(home / "server", home.path(), reason);
  if (!server) GTEST_SKIP() << reason;
  write_text(home / ".ssh/known_hosts", server->known_hosts_line());
  write_text(home / "server/authorized_keys", "");
  EXPECT_ERROR(clone(server->url(remote.bare())), network, "ssh-add");
}

}  // namespace
}  // namespace ck::test
