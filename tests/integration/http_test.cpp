// Downloads from nginx, and from servers that misbehave.
#include "sys/http.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/sha256.hpp"
#include "support/http_server.hpp"
#include "support/transfer_services.hpp"

namespace ck::test {
namespace {

using Reply = ScriptedServer::Reply;

/// A response without a body.
Reply status(const std::string& line, const std::string& headers = "") {
  return {"HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n" + headers + "\r\n", Reply::End::close};
}

/// Text that is different everywhere, so that a misplaced piece shows.
std::string content_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 7919) + "\n";
  text.resize(size);
  return text;
}

std::string header(const std::string& request, const std::string& name) {
  const auto start = request.find("\r\n" + name + ": ");
  if (start == std::string::npos) return "";
  const auto value = start + name.size() + 4;
  return request.substr(value, request.find("\r\n", value) - value);
}

std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}

class HttpTest : public testing::Test {
 protected:
  Status download(std::vector<std::string> urls, const std::string& sha256,
                  std::optional<std::uint64_t> size = {}) {
    return services.http().download({std::move(urls), file, sha256, size}, events, cancel);
  }
  fs::path part() const { return file.string() + ".part"; }
  fs::path validator() const { return file.string() + ".part.etag"; }
  void expect_nothing_but_the_file() const {
    EXPECT_FALSE(fs::exists(part()));
    EXPECT_FALSE(fs::exists(validator()));
  }
  /// As a server that keeps its promises: ranges, ETag.
  static Reply serve(const std::string& request, const std::string& content,
                     const std::string& etag) {
    const std::string range = header(request, "Range");
    if (!range.starts_with("bytes=") || header(request, "If-Range") != etag) {
      return {ok(content, "ETag: " + etag + "\r\n"), Reply::End::close};
    }
    const std::size_t from = std::stoul(range.substr(6));
    const std::string rest = content.substr(from);
    return {"HTTP/1.1 206 Partial Content\r\nContent-Length: " + std::to_string(rest.size()) +
                "\r\nETag: " + etag + "\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                std::to_string(content.size() - 1) + "/" + std::to_string(content.size()) +
                "\r\n\r\n" + rest,
            Reply::End::close};
  }

  TemporaryHome home;
  TransferServices services{home.path()};
  fs::path file = home / "downloads" / "thing.tar.gz";
  RecordingEvents events;
  sys::Cancel cancel;
  const std::string content = content_of(600'000);
  const std::string hash = sha256_hex(content);
};

class NginxTest : public HttpTest {
 protected:
  void SetUp() override {
    server = HttpServer::start(home / "server", HttpServer::Tls::off, reason);
    if (!server) GTEST_SKIP() << reason;
    write_text(server->files() / "thing", content);
  }
  std::string reason;
  std::unique_ptr<HttpServer> server;
};

TEST_F(NginxTest, DownloadsAndVerifies) {
  ASSERT_OK(download({server->url() + "/thing"}, hash, content.size()));
  EXPECT_EQ(read_text(file), content);
  expect_nothing_but_the_file();
  const auto progress = events.of<Progress>();
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().done, content.size());
  EXPECT_EQ(progress.back().total, content.size());
  EXPECT_EQ(progress.back().unit, "bytes");
}

TEST_F(NginxTest, AsksNobodyForWhatIsThere) {
  write_text(file, content);
  ASSERT_OK(download({server->url() + "/thing"}, hash));
  EXPECT_EQ(server->log(), "");
}

TEST_F(NginxTest, ReplacesAFileWithOtherContent) {
  write_text(file, "old");
  ASSERT_OK(download({server->url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
}

TEST_F(NginxTest, FollowsRedirectsOnTheWebOnly) {
  ASSERT_OK(download({server->url() + "/moved/thing"}, hash));
  fs::remove(file);
  write_text(server->files() / "hidden", content);
  const auto refused = download({server->url() + "/to-file"}, hash);
  EXPECT_ERROR(refused, network, "127.0.0.1");
  EXPECT_ERROR(download({server->url() + "/loop"}, hash), network, "redirect");
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(NginxTest, NamesHostAndStatus) {
  const auto missing = download({server->url() + "/none?token=s3cret"}, hash);
  EXPECT_ERROR(missing, network,
               "127.0.0.1:" + std::to_string(server->port()) + ": HTTP status 404");
  EXPECT_EQ(text_of(missing.error()).find("s3cret"), std::string::npos);
  EXPECT_EQ(server->log(1), "GET /none 404 -\n") << "asked once";
  expect_nothing_but_the_file();
}

TEST_F(NginxTest, TriesAgainWhenItMayHelp) {
  EXPECT_ERROR(download({server->url() + "/status/503"}, hash), network, "HTTP status 503");
  EXPECT_EQ(server->log(3),
            "GET /status/503 503 -\nGET /status/503 503 -\nGET /status/503 503 -\n");
}

TEST_F(NginxTest, TriesMirrorsInOrder) {
  ASSERT_OK(download(
      {server->url() + "/none", server->url() + "/status/403", server->url() + "/thing"}, hash));
  EXPECT_EQ(server->log(3), "GET /none 404 -\nGET /status/403 403 -\nGET /thing 200 -\n");
  EXPECT_EQ(read_text(file), content);
}

TEST_F(NginxTest, ShowsEveryMirrorsAnswer) {
  write_text(server->files() / "wrong", "something else");
  const auto failed = download({server->url() + "/none", server->url() + "/wrong"}, hash);
  EXPECT_ERROR(failed, verification, "HTTP status 404");
  EXPECT_ERROR(failed, verification, sha256_hex("something else"));
  EXPECT_ERROR(failed, verification, hash);
  EXPECT_FALSE(fs::exists(file));
  expect_nothing_but_the_file();
}

TEST_F(NginxTest, AWrongMirrorDoesNotSpoilTheNext) {
  write_text(server->files() / "wrong", "something else");
  ASSERT_OK(download({server->url() + "/wrong", server->url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
}

TEST_F(NginxTest, ContinuesAfterItsProcessWasKilled) {
  class KillAtHalf final : public EventSink {
    void on(const Event& event) override {
      const auto* progress = std::get_if<Progress>(&event);
      if (progress != nullptr && progress->done < *progress->total) ::raise(SIGKILL);
    }
  };
  const pid_t child = ::fork();
  if (child == 0) {
    KillAtHalf killer;
    static_cast<void>(
        services.http().download({{server->url() + "/thing"}, file, hash, {}}, killer, cancel));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto had = fs::file_size(part());
  ASSERT_GT(had, 0u);
  ASSERT_LT(had, content.size());
  ASSERT_OK(download({server->url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
  EXPECT_NE(server->log(2).find("GET /thing 206 bytes=" + std::to_string(had) + "-"),
            std::string::npos);
  expect_nothing_but_the_file();
}

TEST_F(NginxTest, FinishesAPartThatWasWhole) {
  ASSERT_OK(download({server->url() + "/thing"}, hash));
  fs::rename(file, part());
  // nginx's own form of ETag: modification time and size, both hexadecimal.
  const auto listing = run_command({"stat", "-c", "%Y", (server->files() / "thing").string()});
  char text[64];
  std::snprintf(text, sizeof text, "\"%lx-%zx\"", std::stol(listing.output), content.size());
  write_text(validator(), text);
  ASSERT_OK(download({server->url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
  EXPECT_NE(server->log(2).find(" 416 "), std::string::npos);
}

TEST_F(HttpTest, DownloadsOverTlsFromATrustedServerOnly) {
  std::string reason;
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::on, reason);
  if (!server) GTEST_SKIP() << reason;
  write_text(server->files() / "thing", content);
  EXPECT_ERROR(download({server->url() + "/thing"}, hash), network, "certificate");
  ::setenv("SSL_CERT_FILE", server->authority().c_str(), 1);
  EXPECT_OK(download({server->url() + "/thing"}, hash));
  ::unsetenv("SSL_CERT_FILE");
}

TEST_F(HttpTest, ContinuesWhereACutConnectionEnded) {
  std::atomic<int> count = 0;
  ScriptedServer server([&](const std::string& request) {
    Reply reply = serve(request, content, "\"one\"");
    if (count++ == 0) reply.bytes.resize(reply.bytes.size() / 2);
    return reply;
  });
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(header(requests[1], "If-Range"), "\"one\"");
  EXPECT_EQ(header(requests[0], "Range"), "");
  EXPECT_NE(header(requests[1], "Range"), "");
}

TEST_F(HttpTest, BeginsAnewWhenTheContentHasChanged) {
  write_text(part(), "beginning of an older version");
  write_text(validator(), "\"old\"");
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"new\""); });
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, GivesASpoiltPartOneWholeTry) {
  write_text(part(), "not what it should be");
  write_text(validator(), "\"one\"");
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_EQ(read_text(file), content);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(HttpTest, DropsAPartThatNobodyVouchesFor) {
  write_text(part(), content.substr(0, 1000));
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_EQ(header(server.requests().at(0), "Range"), "");
}

TEST_F(HttpTest, WeakETagsDoNotContinueAnything) {
  std::atomic<int> count = 0;
  ScriptedServer server([&](const std::string&) {
    std::string bytes = ok(content, "ETag: W/\"weak\"\r\n");
    if (count++ == 0) bytes.resize(bytes.size() / 2);
    return Reply{bytes, Reply::End::close};
  });
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_EQ(header(server.requests().at(1), "Range"), "");
}

TEST_F(HttpTest, RefusesAnotherRangeThanAskedFor) {
  write_text(part(), content.substr(0, 1000));
  write_text(validator(), "\"one\"");
  ScriptedServer server([&](const std::string&) {
    return Reply{
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nContent-Range: bytes "
        "5-7/600000\r\n\r\nxyz",
        Reply::End::close};
  });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash), network, "another part");
}

TEST_F(HttpTest, TriesThreeTimesAfterResets) {
  ScriptedServer server([&](const std::string&) { return Reply{"", Reply::End::reset}; });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash), network, "127.0.0.1");
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(HttpTest, RefusesAnotherSizeBeforeReadingIt) {
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash, 12345), verification, "12345");
  expect_nothing_but_the_file();
}

TEST_F(HttpTest, StopsAServerThatNeverStopsSending) {
  ScriptedServer server([&](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\n\r\n" + content_of(2'000'000), Reply::End::close};
  });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash, 1000), verification, "more than the 1000");
  expect_nothing_but_the_file();
}

TEST_F(HttpTest, CancelEndsAServerThatHangs) {
  ScriptedServer server([&](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"x\"\r\n\r\nabc",
                 Reply::End::hang};
  });
  std::thread user([&] {
    while (server.requests().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    cancel.request();
  });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash), interrupted, "");
  user.join();
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(HttpTest, GoesThroughTheProxyOfTheEnvironment) {
  ScriptedServer proxy([&](const std::string& r) { return serve(r, content, "\"one\""); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  const auto status = download({"http://example.invalid/thing"}, hash);
  ::unsetenv("http_proxy");
  ASSERT_OK(status);
  EXPECT_TRUE(proxy.requests().at(0).starts_with("GET http://example.invalid/thing"));
}

TEST_F(HttpTest, NeverShowsCredentials) {
  const auto failed = download({"http://joe:s3cret@127.0.0.1:1/thing?key=hidden"}, hash);
  EXPECT_ERROR(failed, network, "127.0.0.1:1");
  EXPECT_EQ(text_of(failed.error()).find("s3cret"), std::string::npos);
  EXPECT_EQ(text_of(failed.error()).find("hidden"), std::string::npos);
}

TEST_F(HttpTest, ReadsFilesOfThisMachine) {
  write_text(home / "source", content);
  ASSERT_OK(download({"file://" + (home / "source").string()}, hash));
  EXPECT_EQ(read_text(file), content);
  fs::remove(file);
  EXPECT_ERROR(download({"file:///no/such/file"}, hash), network, "this machine");
}

TEST_F(HttpTest, DownloadsAnEmptyFile) {
  ScriptedServer server([&](const std::string&) { return Reply{ok(""), Reply::End::close}; });
  ASSERT_OK(download({server.url() + "/thing"}, sha256_hex("")));
  EXPECT_EQ(read_text(file), "");
}

TEST_F(HttpTest, SaysThatTheDiskIsTooSmall) {
  EXPECT_ERROR(download({"http://127.0.0.1:1/thing"}, hash, std::uint64_t{1} << 60), io,
               "not enough disk space");
}

TEST_F(HttpTest, SaysWhatIsWrongWithACertificate) {
  std::string reason;
  const auto server = HttpServer::start(home / "server", HttpServer::Tls::on, reason);
  if (!server) GTEST_SKIP() << reason;
  const auto unknown = download({server->url() + "/thing"}, hash);
  EXPECT_ERROR(unknown, network, "an authority that this machine does not trust");
  EXPECT_ERROR(unknown, network, "SSL_CERT_FILE");
  constexpr std::pair<HttpServer::Tls, const char*> kFaults[] = {
      {HttpServer::Tls::expired, "its TLS certificate has expired"},
      {HttpServer::Tls::other_name, "its TLS certificate is for another name"}};
  for (const auto& [fault, words] : kFaults) {
    const auto faulty = HttpServer::start(
        home / (fault == HttpServer::Tls::expired ? "expired" : "other"), fault, reason);
    ASSERT_NE(faulty, nullptr) << reason;
    ::setenv("SSL_CERT_FILE", faulty->authority().c_str(), 1);
    EXPECT_ERROR(download({faulty->url() + "/thing"}, hash), network, words);
    ::unsetenv("SSL_CERT_FILE");
  }
}

TEST_F(HttpTest, SaysThatAnHtmlPageIsNotTheFile) {
  const std::string page = "\n<!DOCTYPE html><html>Please log in</html>";
  ScriptedServer server([&](const std::string&) { return Reply{ok(page), Reply::End::close}; });
  const auto wrong = download({server.url() + "/thing"}, hash);
  EXPECT_ERROR(wrong, verification, std::to_string(page.size()) + " bytes, an HTML page");
  EXPECT_ERROR(wrong, verification, "asks for a login");
}

TEST_F(HttpTest, WaitsAsLongAsTheServerAsks) {
  std::atomic<int> count = 0;
  ScriptedServer server([&](const std::string& r) {
    return count++ == 0 ? status("429 Too Many Requests", "Retry-After: 1\r\n")
                        : serve(r, content, "\"one\"");
  });
  const auto start = std::chrono::steady_clock::now();
  ASSERT_OK(download({server.url() + "/thing"}, hash));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900));
}

TEST_F(HttpTest, DoesNotWaitForHours) {
  ScriptedServer server([&](const std::string&) {
    return status("503 Service Unavailable", "Retry-After: 7200\r\n");
  });
  EXPECT_ERROR(download({server.url() + "/thing"}, hash), network, "come back in 2 h");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, AsksOnceForWhatIsGone) {
  for (const char* line : {"403 Forbidden", "404 Not Found", "410 Gone"}) {
    ScriptedServer server([&](const std::string&) { return status(line); });
    EXPECT_ERROR(download({server.url() + "/thing"}, hash), network, std::string(line, 3));
    EXPECT_EQ(server.requests().size(), 1u) << line;
  }
}

TEST_F(HttpTest, ASilentServerIsGivenUpAndResumedElsewhere) {
  ScriptedServer silent([&](const std::string& r) {
    Reply reply = serve(r, content, "\"one\"");
    reply.bytes.resize(reply.bytes.size() / 2);
    reply.end = Reply::End::hang;
    return reply;
  });
  ScriptedServer good([&](const std::string& r) { return serve(r, content, "\"one\""); });
  sys::DownloadRequest request{{silent.url() + "/thing", good.url() + "/thing"}, file, hash, {}};
  request.silence = std::chrono::milliseconds(200);
  ASSERT_OK(services.http().download(request, events, cancel));
  EXPECT_EQ(silent.requests().size(), 3u);
  EXPECT_NE(header(good.requests().at(0), "Range"), "") << "what came is kept";
  EXPECT_EQ(read_text(file), content);
  ASSERT_FALSE(events.of<Note>().empty());
  EXPECT_NE(events.of<Note>()[0].message.find("sent nothing for 200"), std::string::npos);
}

TEST_F(HttpTest, SeveralFilesComeAtOnce) {
  // Nobody gets an answer before all have asked.
  std::atomic<int> waiting = 0;
  const auto answer = [&](const std::string& r) {
    ++waiting;
    while (waiting < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return serve(r, content, "\"one\"");
  };
  ScriptedServer one(answer), two(answer), three(answer);
  std::vector<sys::DownloadRequest> requests;
  for (const auto* server : {&one, &two, &three}) {
    const std::string name = "file" + std::to_string(requests.size());
    requests.push_back({{server->url() + "/" + name}, home / name, hash, content.size()});
  }
  const auto results = services.http().download_all(requests, events, cancel);
  for (const auto& result : results) EXPECT_OK(result);
  for (const auto& request : requests) EXPECT_EQ(read_text(request.file), content);
  const auto progress = events.of<Progress>();
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().what, "downloading 3 files");
  EXPECT_EQ(progress.back().done, 3 * content.size());
  EXPECT_EQ(progress.back().total, 3 * content.size());
  EXPECT_GT(progress.back().per_second.value_or(0), 0);
}

TEST_F(HttpTest, AFailureOfOneFileDoesNotTouchTheOthers) {
  ScriptedServer server([&](const std::string& r) {
    return r.starts_with("GET /good") ? serve(r, content, "\"one\"") : status("404 Not Found");
  });
  const auto results =
      services.http().download_all({{{server.url() + "/bad"}, home / "bad", hash, {}},
                                    {{server.url() + "/good"}, home / "good", hash, {}},
                                    {{}, home / "nothing", hash, {}}},
                                   events, cancel);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_ERROR(results[0], network, "HTTP status 404");
  EXPECT_OK(results[1]);
  EXPECT_ERROR(results[2], invalid, "no URL");
}

TEST_F(HttpTest, ProxiesAreNotAskedForHostsThatNeedNone) {
  ScriptedServer proxy([&](const std::string&) { return status("502 Bad Gateway"); });
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("no_proxy", "127.0.0.1", 1);
  const auto status = download({server.url() + "/thing"}, hash);
  ::unsetenv("no_proxy");
  ::unsetenv("http_proxy");
  EXPECT_OK(status);
  EXPECT_EQ(proxy.requests().size(), 0u);
}

TEST_F(HttpTest, RewriteRulesLeadElsewhere) {
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  const auto transfer = sys::make_transfer(
      CK_TRANSFER_MODULE, {{"https://example.invalid/", "http://nowhere.invalid/"},
                           {"https://example.invalid/files/", server.url() + "/mirror/"}});
  const auto http = transfer->http();
  ASSERT_OK(http);
  ASSERT_OK((*http)->download({{"https://example.invalid/files/a/thing"}, file, hash, {}}, events,
                              cancel));
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /mirror/a/thing "));
}

TEST_F(HttpTest, AsksConfiguredMirrorsBeforeThePlaceThatIsMeant) {
  ScriptedServer empty([](const std::string&) { return status("404 Not Found"); });
  ScriptedServer wrong([&](const std::string& r) { return serve(r, "other", "\"two\""); });
  ScriptedServer origin([&](const std::string& r) { return serve(r, content, "\"one\""); });
  const auto transfer =
      sys::make_transfer(CK_TRANSFER_MODULE, {{origin.url() + "/", empty.url() + "/a/", true},
                                              {origin.url() + "/", wrong.url() + "/b/", true}});
  const auto http = transfer->http();
  ASSERT_OK(http);
  ASSERT_OK((*http)->download({{origin.url() + "/thing"}, file, hash, {}}, events, cancel));
  EXPECT_TRUE(empty.requests().at(0).starts_with("GET /a/thing "));
  EXPECT_TRUE(wrong.requests().at(0).starts_with("GET /b/thing "));
  EXPECT_EQ(origin.requests().size(), 1u);
  expect_nothing_but_the_file();
}

TEST_F(HttpTest, RefusesRequestsThatMakeNoSense) {
  EXPECT_ERROR(download({}, hash), invalid, "no URL");
  EXPECT_ERROR(download({"http://127.0.0.1:1/"}, "ABC"), invalid, "sha256");
  EXPECT_ERROR(download({"ftp://example.org/thing"}, hash), unsupported, "ftp://example.org");
  EXPECT_ERROR(download({"/etc/passwd"}, hash), unsupported, "file://");
}

TEST_F(HttpTest, TwoAtOnceFetchOnce) {
  ScriptedServer server([&](const std::string& r) { return serve(r, content, "\"one\""); });
  std::thread other([&] {
    RecordingEvents mine;
    EXPECT_OK(services.http().download({{server.url() + "/thing"}, file, hash, {}}, mine, cancel));
  });
  EXPECT_OK(download({server.url() + "/thing"}, hash));
  other.join();
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(read_text(file), content);
  expect_nothing_but_the_file();
}

}  // namespace
}  // namespace ck::test
