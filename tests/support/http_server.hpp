#pragma once
/// HTTP on the loopback: nginx for what real servers do, a scripted socket for what they do wrong.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/command.hpp"

namespace ck::test {

/// nginx as an ordinary user on a free port. Serves `files()` at "/", and:
///   /git/…        the bare repositories in `repositories()`, by git-http-backend
///   /private/…    the same, for user "tester" with password "s3cret/word"
///   /moved/X      redirect to /X;  /to-file  redirect to a file:// URL;  /loop  to itself
///   /status/NNN   that status, for 403, 404, 429, 500 and 503
class HttpServer {
 public:
  /// expired: with a certificate that was valid until yesterday; other_name: for another host.
  enum class Tls { off, on, expired, other_name };

  /// Nothing when it cannot run here; `reason` then says why, for GTEST_SKIP.
  static std::unique_ptr<HttpServer> start(const fs::path& folder, Tls tls, std::string& reason);

  std::string url() const;  ///< "http://127.0.0.1:1234"; https on "localhost"
  fs::path files() const { return folder_ / "files"; }
  fs::path repositories() const { return folder_ / "repositories"; }
  fs::path authority() const { return folder_ / "authority.pem"; }  ///< certificate to trust
  int port() const { return port_; }
  /// One line a request: method, path, status, range. nginx writes it after its answer, so this
  /// waits (at most five seconds) until so many lines are there.
  std::string log(std::size_t lines = 0) const;

 private:
  HttpServer(fs::path folder, Tls tls) : folder_(std::move(folder)), tls_(tls) {}
  std::string configuration() const;
  std::string launch();
  std::string make_certificates() const;

  fs::path folder_;
  Tls tls_;
  int port_ = 0;
  std::unique_ptr<BackgroundProgram> cgi_;
  std::unique_ptr<BackgroundProgram> nginx_;
};

/// Answers each connection by a function of the request's text, then closes it.
class ScriptedServer {
 public:
  /// What to send, and how to end: normally, by a reset, or never (until the test is over).
  struct Reply {
    enum class End { close, reset, hang };
    std::string bytes;
    End end = End::close;
  };
  using Script = std::function<Reply(const std::string& request)>;

  explicit ScriptedServer(Script script);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() const;

 private:
  void serve();
  void answer(int client);

  Script script_;
  int listener_ = -1;
  int stop_pipe_[2] = {-1, -1};
  int port_ = 0;
  std::vector<int> hanging_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace ck::test
