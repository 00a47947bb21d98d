#include "support/http_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

constexpr const char* kBackend = "/usr/lib/git-core/git-http-backend";

/// "tester:s3cret/word" as htpasswd writes it, without the tool.
constexpr const char* kPasswords = "tester:{PLAIN}s3cret/word\n";

std::string git_location(const fs::path& folder, const std::string& prefix, bool is_private) {
  std::string text = "location ~ ^/" + prefix + "(/.*)$ {\n";
  if (is_private) {
    text += "auth_basic tests; auth_basic_user_file " + (folder / "passwords").string() + ";\n";
  }
  const std::pair<const char*, std::string> parameters[] = {
      {"SCRIPT_FILENAME", kBackend},
      {"GIT_PROJECT_ROOT", (folder / "repositories").string()},
      {"GIT_HTTP_EXPORT_ALL", "1"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_CONFIG_SYSTEM", "/dev/null"},
      {"PATH_INFO", "$1"},
      {"QUERY_STRING", "$query_string"},
      {"REQUEST_METHOD", "$request_method"},
      {"CONTENT_TYPE", "$content_type"},
      {"CONTENT_LENGTH", "$content_length"},
      {"REMOTE_USER", "$remote_user"},
      {"HTTP_CONTENT_ENCODING", "$http_content_encoding"},
      {"GIT_PROTOCOL", "$http_git_protocol"},
  };
  for (const auto& [name, value] : parameters) {
    text += std::string("fastcgi_param ") + name + " \"" + value + "\";\n";
  }
  return text + "fastcgi_pass unix:" + (folder / "cgi.socket").string() + ";\n}\n";
}

}  // namespace

std::string HttpServer::url() const {
  return (tls_ != Tls::off ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::string HttpServer::log(std::size_t lines) const {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text = read_text(folder_ / "access.log");
    if (static_cast<std::size_t>(std::ranges::count(text, '\n')) >= lines) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return text;
}

std::string HttpServer::configuration() const {
  const std::string at = folder_.string();
  std::string text = "daemon off; master_process off; pid " + at + "/nginx.pid;\nerror_log " + at +
                     "/error.log;\nevents { worker_connections 64; }\nhttp {\n"
                     "log_format short '$request_method $uri $status $http_range';\n"
                     "access_log " +
                     at + "/access.log short;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string(kind) + "_temp_path " + at + "/temporary;\n";
  }
  text += "server {\nlisten 127.0.0.1:" + std::to_string(port_) +
          (tls_ != Tls::off ? " ssl;\nssl_certificate " + at +
                                  "/server.pem;\nssl_certificate_key " + at + "/server.key;\n"
                            : ";\n");
  text += "root " + at + "/files;\nclient_max_body_size 0;\n";
  text += git_location(folder_, "git", false) + git_location(folder_, "private", true);
  text +=
      "rewrite ^/moved/(.*)$ /$1 redirect;\nrewrite ^/loop$ /loop redirect;\n"
      "location = /to-file { return 302 file://" +
      at + "/files/hidden; }\n";
  for (const char* status : {"403", "404", "429", "500", "503"}) {
    text += std::string("location = /status/") + status + " { return " + status + "; }\n";
  }
  return text + "}\n}\n";
}

std::string HttpServer::make_certificates() const {
  if (find_program("openssl").empty()) return "openssl is not installed";
  const std::string subject = "-subj";
  const std::vector<std::vector<std::string>> commands = {
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
       "-nodes", "-days", "2", subject, "/CN=Test Authority", "-keyout", "authority.key", "-out",
       "authority.pem"},
      {"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       subject, "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"},
      {"openssl", "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey",
       "authority.key", "-CAcreateserial", "-days", tls_ == Tls::expired ? "-1" : "2", "-extfile",
       "names.cnf", "-out", "server.pem"},
  };
  write_text(folder_ / "names.cnf", tls_ == Tls::other_name
                                        ? "subjectAltName=DNS:elsewhere.invalid\n"
                                        : "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  for (const auto& command : commands) {
    const CommandResult result = run_command(command, folder_);
    if (result.code != 0) return "openssl failed: " + result.output;
  }
  return "";
}

std::string HttpServer::launch() {
  if (find_program("nginx").empty()) return "nginx is not installed";
  if (find_program("fcgiwrap").empty()) return "fcgiwrap is not installed";
  fs::create_directories(files());
  fs::create_directories(repositories());
  fs::create_directories(folder_ / "temporary");
  write_text(folder_ / "passwords", kPasswords);
  if (tls_ != Tls::off) {
    if (std::string problem = make_certificates(); !problem.empty()) return problem;
  }
  cgi_ = std::make_unique<BackgroundProgram>(
      std::vector<std::string>{"fcgiwrap", "-s", "unix:" + (folder_ / "cgi.socket").string()},
      folder_, folder_ / "cgi.log");
  for (int attempt = 0; attempt < 3; ++attempt) {
    port_ = free_port();
    write_text(folder_ / "nginx.conf", configuration());
    nginx_ = std::make_unique<BackgroundProgram>(
        std::vector<std::string>{"nginx", "-p", folder_.string(), "-e",
                                 (folder_ / "error.log").string(), "-c",
                                 (folder_ / "nginx.conf").string()},
        folder_, folder_ / "nginx.log");
    if (wait_for_port(port_, *nginx_)) return "";
  }
  return "nginx does not start: " + read_text(folder_ / "nginx.log");
}

std::unique_ptr<HttpServer> HttpServer::start(const fs::path& folder, Tls tls,
                                              std::string& reason) {
  std::unique_ptr<HttpServer> server(new HttpServer(folder, tls));
  fs::create_directories(folder);
  reason = server->launch();
  return reason.empty() ? std::move(server) : nullptr;
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool listening =
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(listener_, 16) == 0 &&
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
      ::pipe2(stop_pipe_, O_CLOEXEC) == 0;
  EXPECT_TRUE(listening) << "no listening socket on the loopback";
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  EXPECT_EQ(::write(stop_pipe_[1], "x", 1), 1);
  thread_.join();
  for (const int client : hanging_) ::close(client);
  ::close(stop_pipe_[0]);
  ::close(stop_pipe_[1]);
  ::close(listener_);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard guard(mutex_);
  return requests_;
}

void ScriptedServer::serve() {
  while (true) {
    pollfd watched[] = {{listener_, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 || watched[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) answer(client);
  }
}

void ScriptedServer::answer(int client) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    request.append(buffer, static_cast<std::size_t>(count));
  }
  {
    const std::lock_guard guard(mutex_);
    requests_.push_back(request);
  }
  const Reply reply = script_(request);
  for (std::size_t sent = 0; sent < reply.bytes.size();) {
    const ssize_t count =
        ::send(client, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  if (reply.end == Reply::End::hang) {
    hanging_.push_back(client);
    return;
  }
  if (reply.end == Reply::End::reset) {
    const linger at_once{1, 0};
    ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(client);
}

}  // namespace ck::test
