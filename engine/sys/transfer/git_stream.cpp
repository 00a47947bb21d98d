#include "sys/transfer/git_stream.hpp"

#include <fcntl.h>
#include <git2.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace ck::sys {
namespace {

constexpr int kConnectMilliseconds = 30'000;
constexpr int kSilenceMilliseconds = 60'000;

// libgit2's factory of sockets takes no argument of ours, so the running operation leaves its
// Cancel here; each thread has its own.
thread_local const Cancel* current_cancel = nullptr;

struct Socket : git_stream {
  std::string host;
  std::string port;
  Cancel cancel;
  int descriptor = -1;
};

Socket* socket_of(git_stream* stream) { return static_cast<Socket*>(stream); }

int net_error(const std::string& message) {
  git_error_set_str(GIT_ERROR_NET, message.c_str());
  return -1;
}

/// Waits until the socket is ready; negative, with the error set, when it is not.
int wait_for(const Socket& socket, short events, int milliseconds) {
  pollfd watched[] = {{socket.descriptor, events, 0}, {socket.cancel.descriptor(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(watched, 2, milliseconds);
  } while (ready < 0 && errno == EINTR && !socket.cancel.requested());
  if (socket.cancel.requested()) return net_error("interrupted");
  if (ready == 0) {
    return net_error("no answer from " + socket.host + " for " +
                     std::to_string(milliseconds / 1000) + " s");
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
  return net_error("connect to " + socket.host + " port " + socket.port + ": " +
                   std::strerror(reason));
}

int close_socket(git_stream* stream) {
  Socket& socket = *socket_of(stream);
  if (socket.descriptor >= 0) ::close(socket.descriptor);
  socket.descriptor = -1;
  return 0;
}

int connect_socket(git_stream* stream) {
  Socket& socket = *socket_of(stream);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(socket.host.c_str(), socket.port.c_str(), &hints, &found);
  if (failed != 0) return net_error("look up " + socket.host + ": " + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    if (connect_to(socket, *address) == 0) return 0;
    close_socket(stream);
    if (socket.cancel.requested()) break;
  }
  return -1;
}

ssize_t read_socket(git_stream* stream, void* data, size_t size) {
  const Socket& socket = *socket_of(stream);
  if (wait_for(socket, POLLIN, kSilenceMilliseconds) < 0) return -1;
  const ssize_t received = ::recv(socket.descriptor, data, size, 0);
  if (received < 0) return net_error(std::string("receive: ") + std::strerror(errno));
  return received;
}

ssize_t write_socket(git_stream* stream, const char* data, size_t size, int flags) {
  const Socket& socket = *socket_of(stream);
  if (wait_for(socket, POLLOUT, kSilenceMilliseconds) < 0) return -1;
  const ssize_t sent = ::send(socket.descriptor, data, size, flags | MSG_NOSIGNAL);
  if (sent < 0) return net_error(std::string("send: ") + std::strerror(errno));
  return sent;
}

void free_socket(git_stream* stream) {
  close_socket(stream);
  delete socket_of(stream);
}

int new_socket(git_stream** out, const char* host, const char* port) {
  auto socket = std::make_unique<Socket>();
  socket->version = GIT_STREAM_VERSION;
  socket->connect = connect_socket;
  socket->read = read_socket;
  socket->write = write_socket;
  socket->close = close_socket;
  socket->free = free_socket;
  socket->host = host;
  socket->port = port;
  if (current_cancel != nullptr) socket->cancel = *current_cancel;
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

StoppableSockets::StoppableSockets(const Cancel& cancel) : outer_(current_cancel) {
  current_cancel = &cancel;
  set_factory(true);
}

StoppableSockets::~StoppableSockets() {
  current_cancel = outer_;
  if (outer_ == nullptr) set_factory(false);
}

}  // namespace ck::sys
