#include "sys/companion.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/process_group.hpp"
#include "sys/process_spec.hpp"
#include "sys/process_stream.hpp"

namespace ck::sys {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kPieceBytes = 64u << 10;
constexpr milliseconds kTimeToEnd(100);

/// Both ends of the channel; the second is for the companion.
Result<std::pair<Descriptor, Descriptor>> open_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(system_error("make a channel to a program", errno));
  }
  Descriptor ours(ends[0]);
  const Descriptor low(ends[1]);
  Descriptor theirs(::fcntl(low.get(), F_DUPFD_CLOEXEC, kAnswersDescriptor + 1));
  if (!theirs || ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fail(system_error("make a channel to a program", errno));
  }
  return std::pair(std::move(ours), std::move(theirs));
}

int milliseconds_until(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

/// The end of a text that only grows.
class Tail {
 public:
  explicit Tail(std::size_t limit) : limit_(limit) {}

  void add(std::string_view piece) {
    text_.append(piece);
    // Not at every piece: that would move the text again and again.
    if (text_.size() > 2 * limit_) cut();
  }
  std::string take() {
    cut();
    return std::exchange(text_, {});
  }

 private:
  void cut() {
    if (text_.size() > limit_) text_.erase(0, text_.size() - limit_);
  }

  std::size_t limit_;
  std::string text_;
};

}  // namespace

struct Companion::State {
  explicit State(CompanionSpec spec_)
      : spec(std::move(spec_)),
        printed(spec.keep_output_bytes),
        target{OutputTarget::To::capture, [this](std::string_view piece) { printed.add(piece); },
               0},
        output(target) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  Status start();
  std::optional<std::string> next_line();
  Status wait(int timeout_ms, const Cancel& cancel);
  Status write_requests();
  Status read_answers();
  Error too_long() const;

  CompanionSpec spec;
  Tail printed;
  OutputTarget target;
  Stream output;
  Descriptor channel;  ///< none once it is closed from the other side
  Descriptor leader;   ///< tells that the companion has ended
  std::optional<ProcessGroup> group;
  std::optional<Isolation> isolation;
  std::string ending;
  std::string requests;         ///< not sent yet
  std::string answers;          ///< read, but not handed out yet
  std::size_t searched = 0;     ///< so far there is no "\n" in `answers`
  bool leader_running = false;  ///< or not known to have ended
};

Status Companion::State::start() {
  ProcessSpec process;
  process.argv = spec.argv;
  process.variables = spec.variables;
  process.directory = spec.directory;
  process.limits = spec.limits;
  process.sandbox = spec.sandbox;
  CK_CHECK(check_spec(process));
  CK_TRY(program, find_program(process));
  CK_TRY(in_end, open_input(process));
  CK_TRY(out_end, output.open(false));
  CK_TRY(ends, open_channel());
  CK_TRY(started,
         ProcessGroup::start(process, program,
                             {in_end.get(), out_end.get(), out_end.get(), ends.second.get()}));
  group.emplace(std::move(started));
  isolation = group->isolation();
  channel = std::move(ends.first);
  // By number: glibc 2.36 declares pidfd_open in a way that C++ cannot link.
  leader.reset(static_cast<int>(::syscall(SYS_pidfd_open, group->id(), 0)));
  if (!leader) return fail(system_error("watch a process", errno));
  leader_running = true;
  return {};
}

std::optional<std::string> Companion::State::next_line() {
  const auto end = answers.find('\n', searched);
  if (end == std::string::npos) {
    searched = answers.size();
    return std::nullopt;
  }
  std::string line = answers.substr(0, end);
  answers.erase(0, end + 1);
  searched = 0;
  return line;
}

/// Waits until something happens or the time is over, and moves what can be moved.
Status Companion::State::wait(int timeout_ms, const Cancel& cancel) {
  const auto wanted = static_cast<short>(requests.empty() ? POLLIN : POLLIN | POLLOUT);
  std::array<pollfd, 4> ready{{{channel.get(), wanted, 0},
                               {output.descriptor(), POLLIN, 0},
                               {leader_running ? leader.get() : -1, POLLIN, 0},
                               {cancel.descriptor(), POLLIN, 0}}};
  if (::poll(ready.data(), ready.size(), timeout_ms) < 0) {
    if (errno == EINTR) return {};
    return fail(system_error("wait for a process", errno));
  }
  if (ready[1].revents != 0) output.read(UINT64_MAX);
  if (ready[2].revents != 0) leader_running = false;
  if (ready[0].revents & POLLOUT) CK_CHECK(write_requests());
  if (ready[0].revents & ~POLLOUT) CK_CHECK(read_answers());
  return {};
}

Status Companion::State::write_requests() {
  const auto sent = uninterrupted(
      [&] { return ::send(channel.get(), requests.data(), requests.size(), MSG_NOSIGNAL); });
  if (sent >= 0) {
    requests.erase(0, static_cast<std::size_t>(sent));
  } else if (errno == EPIPE || errno == ECONNRESET) {
    requests.clear();  // Nobody reads them; what was answered before is worth reading still.
  } else if (errno != EAGAIN) {
    return fail(system_error("write to a program", errno));
  }
  return {};
}

Status Companion::State::read_answers() {
  std::array<char, kPieceBytes> buffer;  // NOLINT(*-member-init): 64 KiB need not be zero first
  const auto count =
      uninterrupted([&] { return ::read(channel.get(), buffer.data(), buffer.size()); });
  if (count > 0) {
    answers.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno == ECONNRESET) {
    channel.reset();
  } else if (errno != EAGAIN) {
    return fail(system_error("read from a program", errno));
  }
  return {};
}

Error Companion::State::too_long() const {
  return Error(ErrorCode::invalid, shown(spec.argv.front()) + " sent a line above " +
                                       human_bytes(static_cast<double>(spec.max_line_bytes)));
}

Companion::Companion(std::unique_ptr<State> state) : state_(std::move(state)) {}
Companion::Companion(Companion&&) noexcept = default;
Companion& Companion::operator=(Companion&&) noexcept = default;
Companion::~Companion() = default;

Result<Companion> Companion::start(CompanionSpec spec) {
  auto state = std::make_unique<State>(std::move(spec));
  CK_CHECK(state->start());
  return Companion(std::move(state));
}

void Companion::send(std::string_view line) { state_->requests.append(line).append(1, '\n'); }

Result<Received> Companion::receive(milliseconds timeout, const Cancel& cancel) {
  const auto deadline = SteadyClock::now() + timeout;
  for (bool time_is_over = false;;) {
    CK_CHECK(cancel.check());
    auto line = state_->next_line();
    if ((line ? *line : state_->answers).size() > state_->spec.max_line_bytes) {
      return fail(state_->too_long());
    }
    if (line) return Received{Received::What::line, std::move(*line)};
    if (!state_->channel) return Received{Received::What::end, {}};
    if (time_is_over) return Received{Received::What::timeout, {}};

    const int left = milliseconds_until(deadline);
    time_is_over = left == 0;
    const bool was_running = state_->leader_running;
    const auto size_before = state_->answers.size();
    CK_CHECK(state_->wait(was_running ? left : 0, cancel));
    // Not the end of the channel alone: a child of its own may hold that open for ever.
    const bool all_read = !was_running && state_->answers.size() == size_before;
    if (all_read) return Received{Received::What::end, {}};
  }
}

std::string Companion::take_output() {
  state_->output.drain(UINT64_MAX);
  return state_->printed.take();
}

const std::optional<Isolation>& Companion::isolation() const { return state_->isolation; }

std::string Companion::end() {
  if (!state_->group) return state_->ending;
  pollfd leader{state_->leader.get(), POLLIN, 0};
  ::poll(&leader, 1, static_cast<int>(kTimeToEnd.count()));
  state_->ending = text_of(state_->group->end().how());
  state_->group.reset();
  state_->output.drain(UINT64_MAX);
  return state_->ending;
}

}  // namespace ck::sys
