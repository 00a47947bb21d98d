#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"
#include "sys/observation.hpp"
#include "sys/process_group.hpp"
#include "sys/process_spec.hpp"
#include "sys/process_stream.hpp"

namespace ck::sys {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// From SIGTERM to SIGKILL after a cancellation.
constexpr milliseconds kGrace(2000);
/// How often the rest of a cancelled group is looked at once its leader is gone.
constexpr milliseconds kGroupCheck(5);

/// Watches a running group until its leader has ended, by itself or by us.
class Watch {
 public:
  Watch(const ProcessSpec& spec, const Cancel& cancel, Stream& out, Stream& err)
      : limits_(spec.limits), cancel_(cancel), out_(out), err_(err) {}

  /// Begins the wall time; call it right before the start.
  void begin();
  Status until_leader_ends(const ProcessGroup& group);
  /// Gives the rest of a cancelled group what is left of its grace.
  void until_group_ends(ProcessGroup& group);
  /// Reads what is left once the group is dead.
  void drain();

  KilledFor killed_for() const { return killed_for_; }
  nanoseconds wall_time() const { return ended_ - began_; }

 private:
  void check_request(const ProcessGroup& group);
  void check_time(const ProcessGroup& group);
  void check_output(const ProcessGroup& group);
  int wait_ms() const;
  std::uint64_t allowance() const;
  void read_ready(const pollfd& ready, Stream& stream);

  const ProcessLimits& limits_;
  const Cancel& cancel_;
  Stream& out_;
  Stream& err_;
  KilledFor killed_for_ = KilledFor::nothing;
  std::optional<SteadyClock::time_point> kill_at_;
  SteadyClock::time_point began_;
  SteadyClock::time_point ended_;
  std::uint64_t output_bytes_ = 0;
};

void Watch::begin() {
  began_ = SteadyClock::now();
  if (limits_.wall_time) kill_at_ = began_ + *limits_.wall_time;
}

std::uint64_t Watch::allowance() const {
  if (!limits_.output_bytes) return UINT64_MAX;
  return *limits_.output_bytes - std::min(*limits_.output_bytes, output_bytes_);
}

void Watch::read_ready(const pollfd& ready, Stream& stream) {
  if (ready.revents != 0) output_bytes_ += stream.read(allowance());
}

int Watch::wait_ms() const {
  if (!kill_at_) return -1;
  // Rounded up: waking a little early would only mean to wait again.
  const auto left = std::chrono::ceil<milliseconds>(*kill_at_ - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

void Watch::check_request(const ProcessGroup& group) {
  if (killed_for_ != KilledFor::nothing || !cancel_.requested()) return;
  killed_for_ = KilledFor::cancelled;
  group.signal(SIGTERM);
  // A stopped process would see SIGTERM only when somebody continues it.
  group.signal(SIGCONT);
  kill_at_ = SteadyClock::now() + kGrace;
}

void Watch::check_time(const ProcessGroup& group) {
  if (!kill_at_ || SteadyClock::now() < *kill_at_) return;
  if (killed_for_ == KilledFor::nothing) killed_for_ = KilledFor::wall_time;
  group.signal(SIGKILL);
  kill_at_.reset();
}

void Watch::check_output(const ProcessGroup& group) {
  if (killed_for_ == KilledFor::output || !limits_.output_bytes) return;
  if (output_bytes_ <= *limits_.output_bytes) return;
  if (killed_for_ == KilledFor::nothing) killed_for_ = KilledFor::output;
  group.signal(SIGKILL);
}

Status Watch::until_leader_ends(const ProcessGroup& group) {
  // By number: glibc 2.36 declares pidfd_open in a way that C++ cannot link.
  const Descriptor leader(static_cast<int>(::syscall(SYS_pidfd_open, group.id(), 0)));
  if (!leader) return fail(system_error("watch a process", errno));
  for (;;) {
    // Once it is being cancelled, its descriptor would only wake us for ever.
    const int request = killed_for_ == KilledFor::nothing ? cancel_.descriptor() : -1;
    std::array<pollfd, 4> ready{{{leader.get(), POLLIN, 0},
                                 {request, POLLIN, 0},
                                 {out_.descriptor(), POLLIN, 0},
                                 {err_.descriptor(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), wait_ms()) < 0) {
      if (errno == EINTR) continue;
      return fail(system_error("wait for a process", errno));
    }
    if (ready[0].revents != 0) {
      ended_ = SteadyClock::now();
      return {};
    }
    read_ready(ready[2], out_);
    read_ready(ready[3], err_);
    check_output(group);
    check_request(group);
    check_time(group);
  }
}

void Watch::until_group_ends(ProcessGroup& group) {
  if (killed_for_ != KilledFor::cancelled) return;
  while (kill_at_ && group.others_alive()) {
    drain();
    ::poll(nullptr, 0, static_cast<int>(kGroupCheck.count()));
    check_time(group);
  }
}

void Watch::drain() {
  output_bytes_ += out_.drain(allowance());
  output_bytes_ += err_.drain(allowance());
  // A program that ended before anybody could kill it gets no other verdict.
  const bool too_much = limits_.output_bytes && output_bytes_ > *limits_.output_bytes;
  if (too_much && killed_for_ == KilledFor::nothing) killed_for_ = KilledFor::output;
}

std::int64_t nanoseconds_of(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
}

void describe(const Ending& ending, ProcessResult& result) {
  result.ending = ending.how();
  const rusage& usage = ending.usage;
  result.user_ns = nanoseconds_of(usage.ru_utime);
  result.system_ns = nanoseconds_of(usage.ru_stime);
  result.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  result.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
  result.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
  result.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
}

KilledFor reason_of(TreeLimit limit) {
  switch (limit) {
    case TreeLimit::memory:
      return KilledFor::memory;
    case TreeLimit::processes:
      return KilledFor::processes;
    case TreeLimit::disk:
      return KilledFor::disk;
    case TreeLimit::none:
      break;
  }
  return KilledFor::nothing;
}

}  // namespace

std::variant<Exited, Signaled> Ending::how() const {
  if (WIFSIGNALED(status)) return Signaled{WTERMSIG(status)};
  return Exited{WEXITSTATUS(status)};
}

std::string text_of(const std::variant<Exited, Signaled>& ending) {
  if (const auto* exited = std::get_if<Exited>(&ending)) {
    return "exited with " + std::to_string(exited->code);
  }
  const int signal = std::get<Signaled>(ending).signal;
  const char* name = ::sigabbrev_np(signal);
  return "killed by signal " + std::to_string(signal) +
         (name != nullptr ? " (SIG" + std::string(name) + ")" : "");
}

bool ProcessResult::ok() const {
  const auto* exited = std::get_if<Exited>(&ending);
  return killed_for == KilledFor::nothing && exited != nullptr && exited->code == 0;
}

std::string ProcessResult::ending_text() const {
  switch (killed_for) {
    case KilledFor::wall_time:
      return "stopped after " + human_duration_ns(static_cast<double>(wall_ns));
    case KilledFor::output:
      return "stopped for too much output";
    case KilledFor::cancelled:
      return "cancelled";
    case KilledFor::memory:
      return "stopped for too much memory";
    case KilledFor::processes:
      return "stopped for too many processes";
    case KilledFor::disk:
      return "stopped for filling its folders past the limit";
    case KilledFor::nothing:
      break;
  }
  return text_of(ending);
}

Result<ProcessResult> SystemProcesses::run(const ProcessSpec& spec, const Cancel& cancel) {
  CK_CHECK(cancel.check());
  CK_CHECK(check_spec(spec));
  CK_TRY(program, find_program(spec));
  Stream out(spec.out);
  Stream err(spec.err);
  const bool counted = spec.limits.output_bytes.has_value();
  CK_TRY(in_end, open_input(spec));
  CK_TRY(out_end, out.open(counted));
  CK_TRY(err_end, err.open(counted));

  Watch watch(spec, cancel, out, err);
  watch.begin();
  CK_TRY(group, ProcessGroup::start(spec, program, {in_end.get(), out_end.get(), err_end.get()}));
  // Ours would keep the pipes open after the program's are closed.
  out_end.reset();
  err_end.reset();
  CK_CHECK(watch.until_leader_ends(group));

  watch.until_group_ends(group);
  ProcessResult result;
  const Ending ending = group.end();
  describe(ending, result);
  watch.drain();
  result.killed_for = watch.killed_for();
  if (result.killed_for == KilledFor::nothing) result.killed_for = reason_of(ending.limit);
  result.isolation = group.isolation();
  if (group.notes()) {
    CK_TRY(opened, read_notes(group.notes()));
    result.opened = std::move(opened);
  }
  result.wall_ns = ending.wall_ns.value_or(watch.wall_time().count());
  result.max_rss_floor_bytes = group.memory_floor_bytes();
  result.out = out.take_text();
  result.err = err.take_text();
  result.out_truncated = out.truncated();
  result.err_truncated = err.truncated();
  return result;
}

}  // namespace ck::sys
