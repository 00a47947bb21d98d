#include "sys/local_channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <thread>

#include "sys/descriptor.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kMaxQuestion = 1u << 20;
constexpr std::size_t kMaxAnswer = 64u << 20;
constexpr std::size_t kMaxFiles = 64;
constexpr int kPatienceMs = 10'000;  // for somebody who connected and says nothing

/// An address that fits whatever the length of the path: through a descriptor of its folder.
struct Address {
  Descriptor folder;
  sockaddr_un name{};
};

Result<Address> address_of(const fs::path& socket) {
  Address address{open_folder(folder_of(socket)), {}};
  if (!address.folder) return fail(system_error("open the folder of " + shown(socket), errno));
  const std::string name =
      "/proc/self/fd/" + std::to_string(address.folder.get()) + "/" + socket.filename().string();
  if (name.size() >= sizeof address.name.sun_path)
    return fail(ErrorCode::invalid, "the name of " + shown(socket) + " is too long");
  address.name.sun_family = AF_UNIX;
  name.copy(address.name.sun_path, name.size());
  return address;
}

const sockaddr* plain(const sockaddr_un& name) { return reinterpret_cast<const sockaddr*>(&name); }

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count =
        uninterrupted([&] { return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Everything up to the end of the stream; nothing when it is too much or does not come.
std::optional<std::string> receive_all(int socket, std::size_t limit, int stop) {
  std::string text;
  std::array<char, 65536> piece;  // NOLINT(*-member-init): need not be zero first
  for (;;) {
    std::array<pollfd, 2> ready{{{socket, POLLIN, 0}, {stop, POLLIN, 0}}};
    if (uninterrupted([&] { return ::poll(ready.data(), ready.size(), kPatienceMs); }) <= 0)
      return std::nullopt;
    if (ready[1].revents != 0) return std::nullopt;
    const auto count = uninterrupted([&] { return ::recv(socket, piece.data(), piece.size(), 0); });
    if (count < 0 || text.size() > limit) return std::nullopt;
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

union Control {
  cmsghdr header;
  std::array<char, CMSG_SPACE(kMaxFiles * sizeof(int))> bytes;
};

/// One byte with the descriptors; before the text, so that what follows is a plain stream.
bool send_files(int socket, const std::vector<Descriptor>& files) {
  char byte = static_cast<char>(files.size());
  iovec part{&byte, 1};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!files.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(files.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(files.size() * sizeof(int));
    for (std::size_t i = 0; i < files.size(); ++i) {
      const int number = files[i].get();
      std::memcpy(CMSG_DATA(header) + i * sizeof number, &number, sizeof number);
    }
  }
  return uninterrupted([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); }) == 1;
}

std::optional<std::vector<int>> receive_files(int socket) {
  char byte = 0;
  iovec part{&byte, 1};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = sizeof control.bytes;
  if (uninterrupted([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); }) != 1)
    return std::nullopt;
  std::vector<int> files;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
      files.push_back(number);
    }
  }
  return files;
}

}  // namespace

struct LocalServer::State {
  ~State() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(stop.get(), &one, sizeof one);
    if (thread.joinable()) thread.join();
  }

  void serve() {
    for (;;) {
      std::array<pollfd, 2> ready{{{listener.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}}};
      uninterrupted([&] { return ::poll(ready.data(), ready.size(), -1); });
      if (ready[1].revents != 0) return;
      const Descriptor peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (peer) answer(peer.get());
    }
  }

  void answer(int peer) const {
    const auto question = receive_all(peer, kMaxQuestion, stop.get());
    if (!question) return;
    const LocalAnswer answer = handler(*question);
    std::vector<Descriptor> files;
    for (const auto& file : answer.files) {
      Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
      if (!opened || files.size() == kMaxFiles) return;
      files.push_back(std::move(opened));
    }
    if (send_files(peer, files)) send_all(peer, answer.text);
  }

  Handler handler;
  Descriptor listener, stop;
  std::thread thread;
};

Result<LocalServer> LocalServer::start(const fs::path& socket, Handler handler) {
  auto state = std::make_unique<State>();
  state->handler = std::move(handler);
  state->listener.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  state->stop.reset(::eventfd(0, EFD_CLOEXEC));
  CK_TRY(address, address_of(socket));
  const bool listening =
      state->listener && state->stop &&
      ::bind(state->listener.get(), plain(address.name), sizeof address.name) == 0 &&
      ::listen(state->listener.get(), SOMAXCONN) == 0;
  if (!listening) return fail(system_error("listen at " + shown(socket), errno));
  state->thread = std::thread([serving = state.get()] { serving->serve(); });
  return LocalServer(std::move(state));
}

LocalServer::LocalServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
LocalServer::LocalServer(LocalServer&&) noexcept = default;
LocalServer& LocalServer::operator=(LocalServer&&) noexcept = default;
LocalServer::~LocalServer() = default;

ReceivedAnswer::ReceivedAnswer(std::string text, std::vector<int> descriptors)
    : text_(std::move(text)), descriptors_(std::move(descriptors)) {}
ReceivedAnswer::ReceivedAnswer(ReceivedAnswer&& other) noexcept
    : text_(std::move(other.text_)), descriptors_(std::exchange(other.descriptors_, {})) {}
ReceivedAnswer::~ReceivedAnswer() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

fs::path ReceivedAnswer::file(std::size_t index) const {
  return "/proc/self/fd/" + std::to_string(descriptors_.at(index));
}

Result<ReceivedAnswer> ask_local(const fs::path& socket, const std::string& question) {
  const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CK_TRY(address, address_of(socket));
  if (!connection || ::connect(connection.get(), plain(address.name), sizeof address.name) != 0)
    return fail(system_error("reach the engine at " + shown(socket), errno));
  if (!send_all(connection.get(), question) || ::shutdown(connection.get(), SHUT_WR) != 0)
    return fail(system_error("ask the engine", errno));
  auto files = receive_files(connection.get());
  if (!files) return fail(ErrorCode::io, "the engine outside of the sandbox did not answer");
  ReceivedAnswer received({}, std::move(*files));
  std::string& text = received.text_;
  std::array<char, 65536> piece;  // NOLINT(*-member-init): need not be zero first
  for (;;) {
    const auto count =
        uninterrupted([&] { return ::recv(connection.get(), piece.data(), piece.size(), 0); });
    if (count < 0 || text.size() > kMaxAnswer)
      return fail(ErrorCode::io, "the engine's answer did not arrive whole");
    if (count == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return received;
}

}  // namespace ck::sys
