// Starts one program behind barriers and stays until everything of it is dead. Three processes:
// - the launcher, which the engine started and watches; it makes the namespaces;
// - the first process of the process space, which makes the mounts, starts the program, and reaps;
//   when it ends, the kernel kills whatever is left in there;
// - the program.
// The second dies with the first and the first with the engine, by PR_SET_PDEATHSIG. Without
// barriers there is no process space; then the second kills everything that the program started.
// When files are to be observed, the launcher does it, outside of all barriers.

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <new>

#include "sys/launcher/barriers.hpp"
#include "sys/launcher/observer.hpp"
#include "sys/launcher/options.hpp"
#include "sys/launcher/protocol.hpp"
#include "sys/launcher/tree_watch.hpp"

namespace ck::sys::launcher {
namespace {

constexpr int kNeverStarted = 127;
constexpr long kLookEveryNs = 50'000'000;
/// Tells the second process that the first is gone, where that must not kill it at once.
constexpr int kAbandoned = SIGPWR;

/// What is known of the barriers so far, and where to tell it.
class Launch {
 public:
  explicit Launch(const Options& wanted) : options(wanted) {
    report_.launched = true;
    report_.barriers.fill(kNotAskedFor);
  }

  /// Notes how a barrier came out; ends the launch when it is demanded and refused.
  void note(Barrier barrier, int error) {
    report_.barriers[static_cast<std::size_t>(barrier)] = error;
    // Landlock is the second line: where it is missing, the first still stands. What cannot be set
    // aside cannot be changed either.
    if (error == 0 || !options.demanded || barrier == Barrier::rules || barrier == Barrier::changes)
      return;
    fail_barrier(barrier, error);
  }
  [[noreturn]] void fail_barrier(Barrier barrier, int error) {
    report_.failed = barrier;
    fail(LaunchStep::barrier, error);
  }
  bool stands(Barrier barrier) const {
    return report_.barriers[static_cast<std::size_t>(barrier)] == 0;
  }

  [[noreturn]] void fail(LaunchStep step, int error) {
    report_.step = step;
    report_.error = error;
    tell();
    ::_exit(kNeverStarted);
  }
  void ready() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    report_.max_rss_kib = usage.ru_maxrss;
    tell();
  }
  FailedPlace& place() { return report_.place; }

  const Options& options;

 private:
  void tell() const {
    // Smaller than PIPE_BUF: written whole or not at all.
    [[maybe_unused]] const auto written = ::write(options.report, &report_, sizeof report_);
  }

  LaunchReport report_;
};

/// Closes everything but the standard streams and those given; -1 for none.
template <std::size_t Count>
void close_all_but(std::array<int, Count> kept) {
  std::sort(kept.begin(), kept.end());
  int next = 3;
  for (const int one : kept) {
    if (one > next) ::close_range(static_cast<unsigned>(next), static_cast<unsigned>(one) - 1, 0);
    next = std::max(next, one + 1);
  }
  ::close_range(static_cast<unsigned>(next), ~0U, 0);
}

/// As execve of the engine itself: again for a while when a sibling still has the file open.
void execute(const Options& options) {
  for (long wait_ms = 1; wait_ms <= 64; wait_ms *= 2) {
    ::execve(options.program, options.argv, environ);
    if (errno != ETXTBSY) return;
    const timespec pause{0, wait_ms * 1'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

std::int64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// When the program began and what its process had used by then: the making of barriers, which
/// takes longer than some programs do. The process itself writes it down, into shared memory.
struct Start {
  std::int64_t at_ns = 0;
  rusage usage{};

  void note_now() {
    ::getrusage(RUSAGE_SELF, &usage);
    at_ns = now_ns();
  }
};

/// Whether the program is in the launcher's group, which the engine sends its signals to: without a
/// process space, the engine reaches everything by that group.
bool in_launchers_group(const Launch& launch) {
  return !launch.options.terminal && !launch.stands(Barrier::processes);
}

/// `group`: the launcher's.
[[noreturn]] void become_program(Launch& launch, Start& start, int observer, pid_t group) {
  const Options& options = launch.options;
  if (options.terminal) {
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
  } else if (in_launchers_group(launch)) {
    ::setpgid(0, group);
  } else {
    ::setsid();
  }
  if (::chdir(options.directory) != 0) launch.fail(LaunchStep::directory, errno);
  for (const auto& limit : options.limits) {
    if (::setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &limit.value) != 0)
      launch.fail(LaunchStep::limits, errno);
  }
  if (options.barriers) {
    launch.note(Barrier::rules, restrict_rules(options, launch.stands(Barrier::places)));
    launch.note(Barrier::calls, restrict_calls(options, launch.stands(Barrier::processes) &&
                                                            launch.stands(Barrier::identity)));
  }
  if (observer >= 0) {
    if (const int error = become_observed(observer); error != 0)
      launch.fail(LaunchStep::observation, error);
  }
  launch.ready();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  start.note_now();
  execute(options);
  launch.fail(LaunchStep::exec, errno);
}

/// `later` less `earlier`, but never below nothing.
timeval between(const timeval& earlier, const timeval& later) {
  timeval result{};
  if (timercmp(&later, &earlier, >)) timersub(&later, &earlier, &result);
  return result;
}

/// Whether a signal asks the program for something, to be passed on to it.
bool concerns_program(int signal) {
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT ||
         signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGCONT;
}

/// The next signal, or 0 when it is time to look at the limits. All signals are blocked.
int next_signal(bool look) {
  sigset_t all;
  sigfillset(&all);
  const timespec pause{0, kLookEveryNs};
  const int signal = look ? ::sigtimedwait(&all, nullptr, &pause) : ::sigwaitinfo(&all, nullptr);
  return std::max(signal, 0);
}

/// Kills what descends from this process, where no process space does. Orphans come to it, since it
/// is their reaper.
void kill_descendants() {
  do {
    const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (list < 0) return;
    std::array<char, 4096> text{};
    const ssize_t size = ::read(list, text.data(), text.size() - 1);
    ::close(list);
    const char* next = text.data();
    const char* const end = next + std::max<ssize_t>(size, 0);
    for (pid_t child = 0; next < end; ++next) {
      const auto [after, error] = std::from_chars(next, end, child);
      // A number that the room cut off is for the next round.
      if (error == std::errc() && after < end) ::kill(child, SIGKILL);
      next = after;
    }
  } while (::waitpid(-1, nullptr, 0) > 0);
}

/// The second process, once the program runs.
class First {
 public:
  First(Launch& launch, pid_t program, const Start& start, TreeWatch& watch)
      : launch_(launch), program_(program), start_(start), watch_(watch), alone_(::getpid() == 1) {}

  LaunchEnding until_all_is_over() {
    const bool look = alone_ && launch_.stands(Barrier::process_list) && watch_.wanted();
    while (!over()) {
      const int signal = next_signal(look && ending_.limit == TreeLimit::none);
      if (signal == SIGCHLD) reap();
      if (signal == kAbandoned) break;
      if (concerns_program(signal)) pass_on(signal);
      if (signal == 0 && look) enforce(watch_.check());
    }
    if (!program_ended_) ending_.status = SIGKILL;
    if (!launch_.options.barriers) {
      kill_descendants();
      ending_.teller = ::getpid();
    }
    ::getrusage(RUSAGE_CHILDREN, &ending_.usage);
    ending_.usage.ru_utime = between(start_.usage.ru_utime, ending_.usage.ru_utime);
    ending_.usage.ru_stime = between(start_.usage.ru_stime, ending_.usage.ru_stime);
    return ending_;
  }

 private:
  /// What was asked to end may take its time; else the program's end is the end of all.
  bool over() const { return program_ended_ && (nobody_left_ || !asked_to_end_); }

  void reap() {
    int status = 0;
    pid_t child = 0;
    while ((child = ::waitpid(-1, &status, WNOHANG)) > 0) {
      if (child != program_) continue;
      program_ended_ = true;
      ending_.wall_ns = now_ns() - start_.at_ns;
      ending_.status = status;
    }
    nobody_left_ = child < 0 && errno == ECHILD;
  }

  void pass_on(int signal) {
    if (signal == SIGTERM) asked_to_end_ = true;
    // Who is in the launcher's group got it already.
    if (in_launchers_group(launch_)) return;
    // Outside of a process space -1 would be every process of the user.
    ::kill(alone_ ? -1 : program_, signal);
  }

  void enforce(TreeLimit limit) {
    if (limit == TreeLimit::none) return;
    ending_.limit = limit;
    ::kill(-1, SIGKILL);
  }

  Launch& launch_;
  pid_t program_;
  const Start& start_;
  TreeWatch& watch_;
  bool alone_;
  bool program_ended_ = false;
  bool nobody_left_ = false;
  bool asked_to_end_ = false;
  LaunchEnding ending_;
};

/// `parent` ends with the launcher: the signal of its death may have come before it was asked for.
void end_with(int parent, int signal) {
  ::prctl(PR_SET_PDEATHSIG, signal);
  pollfd gone{parent, 0, 0};
  if (::poll(&gone, 1, 0) > 0) ::_exit(kNeverStarted);
}

void raise_barriers(Launch& launch) {
  const PlacesResult places = enter_places(launch.options, launch.place());
  if (places.half_done) launch.fail_barrier(Barrier::places, places.error);
  launch.note(Barrier::places, places.error);
  if (launch.options.set_aside.size() > 0)
    launch.note(Barrier::changes, places.error != 0 ? places.error : places.changes);
  if (launch.stands(Barrier::processes) && launch.stands(Barrier::places))
    launch.note(Barrier::process_list, enter_process_list());
  launch.note(Barrier::privileges, drop_privileges());
}

[[noreturn]] void become_first(Launch& launch, int parent, int observer) {
  const Options& options = launch.options;
  // Without barriers it must outlive the group that the engine kills: it kills what left the group.
  const pid_t group = ::getpgrp();
  if (!options.barriers) ::setpgid(0, 0);
  const int signal = options.barriers ? SIGKILL : kAbandoned;
  end_with(parent, signal);
  if (options.barriers) raise_barriers(launch);
  // Changing who one is takes the wish back.
  end_with(parent, signal);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  TreeWatch watch(options);
  watch.begin();
  void* const shared =
      ::mmap(nullptr, sizeof(Start), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) launch.fail(LaunchStep::group, errno);
  Start& start = *new (shared) Start;
  start.at_ns = now_ns();  // should it end before it is executed
  const pid_t program = ::fork();
  if (program < 0) launch.fail(LaunchStep::group, errno);
  if (program == 0) become_program(launch, start, observer, group);
  close_all_but(std::array{options.ending});
  const LaunchEnding ending = First(launch, program, start, watch).until_all_is_over();
  [[maybe_unused]] const auto told = ::write(options.ending, &ending, sizeof ending);
  ::_exit(0);
}

void enter_spaces(Launch& launch) {
  launch.note(Barrier::identity, enter_identity());
  launch.note(Barrier::processes, enter_space(CLONE_NEWPID));
  launch.note(Barrier::messages, enter_space(CLONE_NEWIPC));
  if (!launch.options.network) launch.note(Barrier::network, enter_space(CLONE_NEWNET));
}

/// The next signal; meanwhile those who are observed are served.
int next_signal(int signals, Observer& observer) {
  for (;;) {
    std::array<pollfd, 2> ready{{{signals, POLLIN, 0}, {observer.descriptor(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[1].revents != 0) observer.serve((ready[1].revents & POLLIN) != 0);
    signalfd_siginfo signal{};
    if (ready[0].revents != 0 && ::read(signals, &signal, sizeof signal) == sizeof signal)
      return static_cast<int>(signal.ssi_signo);
  }
}

/// `hears_nothing`: the first process is not in the launcher's group; what the engine sends to that
/// group reaches it through the launcher, and must reach nobody twice.
template <typename NextSignal>
int wait_for(pid_t first, bool hears_nothing, NextSignal next) {
  for (;;) {
    const int signal = next();
    if (hears_nothing && concerns_program(signal)) ::kill(first, signal);
    int status = 0;
    if (signal != SIGCHLD || ::waitpid(first, &status, WNOHANG) != first) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kNeverStarted;
  }
}

int observe(pid_t first, bool hears_nothing, int channel, int notes) {
  sigset_t all;
  sigfillset(&all);
  const int signals = ::signalfd(-1, &all, SFD_CLOEXEC);
  Observer observer(channel, notes);
  return wait_for(first, hears_nothing, [&] { return next_signal(signals, observer); });
}

int run(const Options& options) {
  for (const int own : {options.report, options.ending, options.notes}) {
    if (own >= 0) ::fcntl(own, F_SETFD, FD_CLOEXEC);
  }
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);

  Launch launch(options);
  const pid_t engine = ::getppid();
  if (options.barriers) enter_spaces(launch);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != engine) return kNeverStarted;
  std::array<int, 2> life{};
  if (::pipe2(life.data(), O_CLOEXEC) != 0) launch.fail(LaunchStep::streams, errno);
  std::array<int, 2> channel{-1, -1};
  if (options.notes >= 0 &&
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0)
    launch.fail(LaunchStep::streams, errno);
  const pid_t first = ::fork();
  if (first < 0) launch.fail(LaunchStep::group, errno);
  if (first == 0) {
    ::close(life[1]);
    become_first(launch, life[0], channel[1]);
  }
  close_all_but(std::array{life[1], channel[0], options.notes});
  const bool hears_nothing = !options.barriers;
  if (options.notes >= 0) return observe(first, hears_nothing, channel[0], options.notes);
  return wait_for(first, hears_nothing, [] { return next_signal(false); });
}

}  // namespace
}  // namespace ck::sys::launcher

int main(int argc, char** argv) {
  ck::sys::launcher::Options options;
  if (!ck::sys::launcher::read_options(argc, argv, options)) return 125;
  return ck::sys::launcher::run(options);
}
