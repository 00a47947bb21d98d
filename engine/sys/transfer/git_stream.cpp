#include "sys/transfer/git_stream.hpp"

#include <fcntl.h>
#include <git2.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

namespace ck::sys {
namespace {

constexpr int kConnectMilliseconds = 30'000;

// libgit2's factory of sockets takes no argument of ours, so the running operation leaves what it
// knows here; each thread has its own.
thread_local SocketRules* current_rules = nullptr;

/// Ends a connection that somebody else reads from: libssh2 waits for the server by itself, and for
/// ever. Shut down, the socket has something to read at once: its end.
class Watch {
 public:
  Watch(int descriptor, SocketRules& rules)
      : stop_(::eventfd(0, EFD_CLOEXEC)), thread_([this, descriptor, &rules] {
          while (waits(rules)) {
            const bool silent = silent_ms(descriptor) > rules.silence.count();
            if (!silent && !rules.cancel.requested()) continue;
            rules.silent = silent;
            ::shutdown(descriptor, SHUT_RDWR);
            return;
          }
        }) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(stop_);
  }

 private:
  /// False when the connection is closed.
  bool waits(const SocketRules& rules) const {
    constexpr std::int64_t kTurn = 500;
    pollfd watched[] = {{stop_, POLLIN, 0}, {rules.cancel.descriptor(), POLLIN, 0}};
    ::poll(watched, 2, static_cast<int>(std::min<std::int64_t>(kTurn, rules.silence.count() / 2)));
    return watched[0].revents == 0;
  }

  static std::int64_t silent_ms(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    return info.tcpi_last_data_recv;
  }

  int stop_;
  std::thread thread_;
};

/// libgit2 1.5 takes the stream of an ssh connection for its own structure, of which it reads the
/// descriptor: the first three members are those.
struct Socket : git_stream {
  const char* host = nullptr;
  const char* port = nullptr;
  int descriptor = -1;
  std::string host_text;
  std::string port_text;
  SocketRules* rules = nullptr;
  std::unique_ptr<Watch> watch;
};

Socket* socket_of(git_stream* stream) { return static_cast<Socket*>(stream); }

int net_error(const std::string& message) {
  git_error_set_str(GIT_ERROR_NET, message.c_str());
  return -1;
}

/// Waits until the socket is ready; negative, with the error set, when it is not.
int wait_for(const Socket& socket, short events, int milliseconds) {
  const Cancel& cancel = socket.rules->cancel;
  pollfd watched[] = {{socket.descriptor, events, 0}, {cancel.descriptor(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(watched, 2, milliseconds);
  } while (ready < 0 && errno == EINTR && !cancel.requested());
  if (cancel.requested()) return net_error("interrupted");
  if (ready == 0) {
    socket.rules->silent = true;
    return net_error("no answer from " + socket.host_text);
  }
  if (ready < 0) return net_error(std::string("poll: ") + std::strerror(errno));
  return 0;
}

/// One address of a host; negative with the error set.
int connect_to(Socket& socket, const addrinfo& address) {
  socket.descriptor =
      ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  if (socket.descriptor < 0) return net_error(std::string("socket: ") + std::strerror(errno));
  int reason = 0;
  if (::connect(socket.descriptor, address.ai_addr, address.ai_addrlen) != 0) {
    reason = errno;
    if (reason == EINPROGRESS) {
      if (wait_for(socket, POLLOUT, kConnectMilliseconds) < 0) return -1;
      socklen_t size = sizeof reason;
      ::getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &reason, &size);
    }
  }
  if (reason == 0) return 0;
  return net_error("connect to " + socket.host_text + " port " + socket.port_text + ": " +
                   std::strerror(reason));
}

int close_socket(git_stream* stream) {
  Socket& socket = *socket_of(stream);
  socket.watch.reset();
  if (socket.descriptor >= 0) ::close(socket.descriptor);
  socket.descriptor = -1;
  return 0;
}

int connect_socket(git_stream* stream) {
  Socket& socket = *socket_of(stream);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(socket.host, socket.port, &hints, &found);
  if (failed != 0) return net_error("look up " + socket.host_text + ": " + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    if (connect_to(socket, *address) == 0) {
      if (socket.rules->watched)
        socket.watch = std::make_unique<Watch>(socket.descriptor, *socket.rules);
      return 0;
    }
    close_socket(stream);
    if (socket.rules->cancel.requested()) break;
  }
  return -1;
}

ssize_t read_socket(git_stream* stream, void* data, size_t size) {
  const Socket& socket = *socket_of(stream);
  if (wait_for(socket, POLLIN, static_cast<int>(socket.rules->silence.count())) < 0) return -1;
  const ssize_t received = ::recv(socket.descriptor, data, size, 0);
  if (received < 0) return net_error(std::string("receive: ") + std::strerror(errno));
  return received;
}

ssize_t write_socket(git_stream* stream, const char* data, size_t size, int flags) {
  const Socket& socket = *socket_of(stream);
  if (wait_for(socket, POLLOUT, static_cast<int>(socket.rules->silence.count())) < 0) return -1;
  const ssize_t sent = ::send(socket.descriptor, data, size, flags | MSG_NOSIGNAL);
  if (sent < 0) return net_error(std::string("send: ") + std::strerror(errno));
  return sent;
}

void free_socket(git_stream* stream) {
  close_socket(stream);
  delete socket_of(stream);
}

int new_socket(git_stream** out, const char* host, const char* port) {
  if (current_rules == nullptr) return net_error("a connection that nobody asked for");
  auto socket = std::make_unique<Socket>();
  socket->version = GIT_STREAM_VERSION;
  socket->connect = connect_socket;
  socket->read = read_socket;
  socket->write = write_socket;
  socket->close = close_socket;
  socket->free = free_socket;
  socket->host_text = host;
  socket->port_text = port;
  socket->host = socket->host_text.c_str();
  socket->port = socket->port_text.c_str();
  socket->rules = current_rules;
  *out = socket.release();
  return 0;
}

void set_factory(bool ours) {
  git_stream_registration registration{};
  registration.version = GIT_STREAM_VERSION;
  registration.init = new_socket;
  git_stream_register(GIT_STREAM_STANDARD, ours ? &registration : nullptr);
}

}  // namespace

StoppableSockets::StoppableSockets(const Cancel& cancel, std::chrono::milliseconds silence,
                                   bool watched)
    : rules_(std::make_unique<SocketRules>(cancel, silence, watched)), outer_(current_rules) {
  current_rules = rules_.get();
  set_factory(true);
}

StoppableSockets::~StoppableSockets() {
  current_rules = outer_;
  if (outer_ == nullptr) set_factory(false);
}

}  // namespace ck::sys
