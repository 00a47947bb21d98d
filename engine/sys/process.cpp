// Starting programs, with fork-and-exec of our own and not with Boost.Process 1.74, because that
// one
// - returns from a failed start without the child's id, so that every missing program leaves a
//   zombie behind;
// - makes its pipes without O_CLOEXEC and closes them later, so that two threads that start
// programs
//   at once hand their pipes to each other's children;
// - copies the address space (fork): 1.7 ms a start for a parent of 10 MB, 18 ms for one of 250 MB,
//   where vfork takes 0.9 ms for both; its vfork cannot run code of ours before exec;
// - builds error texts (std::string, so malloc) in the child of a process that may have threads.
// Reading the streams, waiting, limits and rusage would be ours in any case.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <span>

#include "sys/descriptor.hpp"
#include "sys/launch.hpp"
#include "sys/observation.hpp"
#include "sys/process_group.hpp"
#include "sys/process_limits.hpp"

namespace ck::sys {
namespace {

/// Everything the child needs, made beforehand: between vfork and exec it must not allocate.
struct ChildPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* variables = nullptr;
  const char* directory = nullptr;
  StandardStreams streams;
  std::span<const ResourceLimit> limits;
  pid_t parent = -1;
  int report = -1;
  int ending = -1;  ///< where the launcher tells the end; -1 without one
  int notes = -1;   ///< where it writes what is opened; -1 for nowhere
  bool take_terminal = false;
};

void tell(int pipe, const LaunchReport& report) {
  // Smaller than PIPE_BUF: written whole or not at all.
  [[maybe_unused]] const auto written = ::write(pipe, &report, sizeof report);
}

/// Handlers go with exec, but what this process ignores would stay ignored in the program.
void reset_signals(bool keep_terminal_stop_ignored) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  if (keep_terminal_stop_ignored) {
    // Nobody is there to continue a program that Ctrl-Z stopped.
    standard.sa_handler = SIG_IGN;
    ::sigaction(SIGTSTP, &standard, nullptr);
  }
}

bool connect(int from, int to) { return from < 0 || ::dup2(from, to) >= 0; }

bool connect_streams(const StandardStreams& streams) {
  return connect(streams.in, STDIN_FILENO) && connect(streams.out, STDOUT_FILENO) &&
         connect(streams.err, STDERR_FILENO);
}

bool connect_channel(int channel) {
  return connect(channel, kRequestsDescriptor) && connect(channel, kAnswersDescriptor);
}

bool stays_open(int descriptor) { return ::fcntl(descriptor, F_SETFD, 0) == 0; }

bool apply_limits(std::span<const ResourceLimit> limits) {
  return std::all_of(limits.begin(), limits.end(), [](const ResourceLimit& limit) {
    return ::setrlimit(limit.resource, &limit.value) == 0;
  });
}

/// execve, again for a while when the file is open for writing: a thread of ours may have written
/// it a moment ago while another one started a program, whose child still held the descriptor.
void execute(const ChildPlan& plan) {
  for (long wait_ms = 1; wait_ms <= 64; wait_ms *= 2) {
    ::execve(plan.program, plan.argv, plan.variables);
    if (errno != ETXTBSY) return;
    const timespec pause{0, wait_ms * 1'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

/// In the child, in the parent's memory: only async-signal-safe calls, nothing allocated or
/// changed.
LaunchStep prepare_and_execute(const ChildPlan& plan) {
  // The signal comes when the *thread* that started the child ends; it waits for the child.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return LaunchStep::die_with_parent;
  if (::getppid() != plan.parent) ::_exit(127);
  if (::setpgid(0, 0) != 0) return LaunchStep::group;
  if (plan.take_terminal) ::tcsetpgrp(STDIN_FILENO, ::getpid());
  reset_signals(plan.take_terminal);
  if (!connect_streams(plan.streams)) return LaunchStep::streams;
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return LaunchStep::descriptors;
  if (!connect_channel(plan.streams.channel)) return LaunchStep::streams;
  // The launcher writes to them, and closes them before the program starts.
  if (plan.ending >= 0 && !(stays_open(plan.report) && stays_open(plan.ending)))
    return LaunchStep::descriptors;
  if (plan.notes >= 0 && !stays_open(plan.notes)) return LaunchStep::descriptors;
  if (::chdir(plan.directory) != 0) return LaunchStep::directory;
  if (!apply_limits(plan.limits)) return LaunchStep::limits;

  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  LaunchReport ready;
  ready.max_rss_kib = usage.ru_maxrss;
  tell(plan.report, ready);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  execute(plan);
  return LaunchStep::exec;
}

[[noreturn]] void become_program(const ChildPlan& plan) {
  const LaunchStep failed = prepare_and_execute(plan);
  LaunchReport report;
  report.step = failed;
  report.error = errno;
  tell(plan.report, report);
  ::_exit(127);
}

/// Holds back signals of the calling thread: none may run a handler of ours in the child.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

pid_t start_child(const ChildPlan& plan) {
  const SignalsBlocked blocked;
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): the reason stands at the top
  const pid_t child = ::vfork();
  // NOLINTNEXTLINE(clang-analyzer-unix.Vfork): only system calls, and it never returns; see there
  if (child == 0) become_program(plan);
  return child;
}

/// Pointers as execve wants them, into texts that stay alive.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// The interpreter a script names, if it is a script.
std::string interpreter_of(const fs::path& program) {
  std::ifstream file(program, std::ios::binary);
  std::array<char, 256> start{};
  file.read(start.data(), start.size());
  const std::string_view text(start.data(), static_cast<std::size_t>(file.gcount()));
  if (!text.starts_with("#!")) return {};
  const auto from = text.find_first_not_of(" \t", 2);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_first_of(" \t\r\n", from) - from));
}

Error exec_error(const std::string& program, const fs::path& directory, int error_number) {
  Error error = system_error("start " + shown(program), error_number);
  error.code = ErrorCode::io;
  switch (error_number) {
    case EACCES:
      return std::move(error).hint("make it executable (chmod +x), if it is a program at all");
    case ENOEXEC:
      return std::move(error).hint(
          "it is neither a binary for this machine nor a script that begins with #!");
    case ENOENT:
      break;
    default:
      return error;
  }
  // The file was there when it was looked up.
  const std::string interpreter = interpreter_of(directory / program);
  const std::string missing =
      interpreter.empty() ? "the loader it asks for" : "its interpreter " + shown(interpreter);
  return Error(ErrorCode::io, "cannot start " + shown(program) + ": " + missing + " is missing");
}

Error start_error(const ProcessSpec& spec, const std::string& program, const LaunchReport& report) {
  const std::string what = "start " + shown(program) + ": ";
  const auto step_error = [&](const std::string& step) {
    Error error = system_error(what + "cannot " + step, report.error);
    error.code = ErrorCode::io;
    return error;
  };
  switch (report.step) {
    case LaunchStep::directory:
      return step_error("enter its working directory " + shown(spec.directory));
    case LaunchStep::limits:
      return step_error("set its limits");
    case LaunchStep::streams:
      return step_error("connect its standard streams");
    case LaunchStep::descriptors:
      return step_error("close other descriptors (Linux 5.11 or later is needed)");
    case LaunchStep::barrier:
      return barrier_error(report, program);
    case LaunchStep::observation:
      return observation_error(report.error, program);
    case LaunchStep::ready:
    case LaunchStep::die_with_parent:
    case LaunchStep::group:
      return step_error("prepare its process group");
    case LaunchStep::exec:
      break;
  }
  std::error_code missing;
  if (spec.sandbox && report.launched && report.error == ENOENT &&
      fs::exists(spec.directory / program, missing)) {
    return Error(ErrorCode::io, "cannot start " + shown(program) +
                                    ": it, its interpreter or its loader lies in a place that the "
                                    "profile hides")
        .hint("--profile=host runs it without a sandbox");
  }
  return exec_error(program, spec.directory, report.error);
}

/// Whether the program should be the one that the terminal on stdin belongs to while it runs: as a
/// background group it would be stopped when it reads.
bool terminal_is_ours(const ProcessSpec& spec) {
  return spec.inherit_stdin && ::isatty(STDIN_FILENO) == 1 &&
         ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

/// What came through the pipe: the last report, and the size from the first. In a sandbox the one
/// that counts is the program's own, whose past is the launcher.
LaunchReport read_reports(int pipe) {
  LaunchReport last;
  long max_rss_kib = 0;
  for (LaunchReport report;;) {
    const auto size = uninterrupted([&] { return ::read(pipe, &report, sizeof report); });
    if (size != static_cast<ssize_t>(sizeof report)) break;
    if (report.max_rss_kib != 0) max_rss_kib = report.max_rss_kib;
    last = report;
  }
  last.max_rss_kib = max_rss_kib;
  return last;
}

struct ReportPipe {
  Descriptor read;
  Descriptor write;
};

/// A pipe from the child, at numbers that what the program gets for its channel cannot replace.
Result<ReportPipe> open_report() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("make a pipe", errno));
  ReportPipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  if (pipe.write.get() > kAnswersDescriptor) return pipe;
  pipe.write.reset(::fcntl(pipe.write.get(), F_DUPFD_CLOEXEC, kAnswersDescriptor + 1));
  if (!pipe.write) return fail(system_error("make a pipe", errno));
  return pipe;
}

Error launcher_error() {
  return Error(ErrorCode::io, "the launcher of programs, " + shown(default_launcher()) +
                                  ", does not answer as it should")
      .hint("install ck again: it must be of the same version as ck");
}

/// A parent of ours that ignores SIGCHLD makes us do so too, and then the system throws endings
/// away.
void stop_ignoring_children() {
  struct sigaction action {};
  ::sigaction(SIGCHLD, nullptr, &action);
  if (action.sa_handler != SIG_IGN) return;
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
}

}  // namespace

Result<ProcessGroup> ProcessGroup::start(const ProcessSpec& spec, const std::string& program,
                                         const StandardStreams& streams) {
  // Processes of the group whose parent is gone become our children, so that `end` can wait for
  // them and knows when they are dead. The same for every thread, hence harmless to repeat.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  stop_ignoring_children();

  CK_TRY(reports, open_report());
  std::optional<ReportPipe> ending;
  Descriptor notes;
  const bool launched = spec.sandbox || spec.observe;
  const bool take_terminal = terminal_is_ours(spec);
  auto argv = spec.argv;
  std::string executable = program;
  if (spec.observe) {
    CK_TRY(opened, open_notes(kAnswersDescriptor + 1));
    notes = std::move(opened);
  }
  if (launched) {
    CK_TRY(opened, open_report());
    ending.emplace(std::move(opened));
    argv = launcher_arguments(
        spec, program, {reports.write.get(), ending->write.get(), notes.get()}, take_terminal);
    executable = argv.front();
  }
  std::vector<std::string> variables;
  variables.reserve(spec.variables.size());
  for (const auto& [name, value] : spec.variables) {
    variables.emplace_back(name).append(1, '=').append(value);
  }
  const auto argv_pointers = pointers_to(argv);
  const auto variable_pointers = pointers_to(variables);
  // The launcher would have to live with them too.
  const auto limits = launched ? std::vector<ResourceLimit>() : resource_limits(spec.limits);
  const ChildPlan plan{executable.c_str(),
                       argv_pointers.data(),
                       variable_pointers.data(),
                       spec.directory.c_str(),
                       streams,
                       limits,
                       ::getpid(),
                       reports.write.get(),
                       ending ? ending->write.get() : -1,
                       notes.get(),
                       take_terminal};

  const pid_t child = start_child(plan);
  if (child < 0) return fail(system_error("start " + shown(program) + ": cannot fork", errno));
  ProcessGroup group(child, take_terminal);
  reports.write.reset();
  if (ending) {
    ending->write.reset();
    group.ending_report_ = std::move(ending->read);
  }
  const LaunchReport report = read_reports(reports.read.get());
  if (report.step != LaunchStep::ready) return fail(start_error(spec, program, report));
  if (launched && !report.launched) return fail(launcher_error());
  if (spec.sandbox) group.isolation_ = isolation_of(report, *spec.sandbox);
  group.notes_ = std::move(notes);
  group.memory_floor_bytes_ = static_cast<std::uint64_t>(report.max_rss_kib) * 1024;
  return group;
}

ProcessGroup::ProcessGroup(ProcessGroup&& other) noexcept
    : leader_(std::exchange(other.leader_, -1)),
      leader_reaped_(other.leader_reaped_),
      has_terminal_(std::exchange(other.has_terminal_, false)),
      memory_floor_bytes_(other.memory_floor_bytes_),
      isolation_(std::move(other.isolation_)),
      ending_report_(std::move(other.ending_report_)),
      notes_(std::move(other.notes_)),
      ending_(other.ending_) {}

ProcessGroup::~ProcessGroup() { end(); }

void ProcessGroup::signal(int number) const {
  if (leader_ > 0) ::kill(-leader_, number);
}

void ProcessGroup::reap_leader() {
  if (std::exchange(leader_reaped_, true)) return;
  uninterrupted([&] { return ::wait4(leader_, &ending_.status, 0, &ending_.usage); });
}

bool ProcessGroup::others_alive() {
  reap_leader();
  for (;;) {
    const pid_t reaped = ::waitpid(-leader_, nullptr, WNOHANG);
    if (reaped == 0) return true;
    if (reaped < 0 && errno != EINTR) return false;
  }
}

/// What the launcher told; nothing when it was killed itself, and its own ending stands for all.
void ProcessGroup::read_ending() {
  LaunchEnding told;
  if (!ending_report_) return;
  const auto size = uninterrupted([&] { return ::read(ending_report_.get(), &told, sizeof told); });
  if (size == static_cast<ssize_t>(sizeof told))
    ending_ = {told.status, told.usage, told.limit, told.wall_ns};
  if (told.teller > 0) uninterrupted([&] { return ::waitpid(told.teller, nullptr, 0); });
  ending_report_.reset();
}

Ending ProcessGroup::end() {
  if (leader_ < 0) return ending_;
  // Before the leader is reaped where possible: until then nobody else can get its id.
  signal(SIGKILL);
  reap_leader();
  // One of them may have been the parent of the next, so until there are none.
  while (uninterrupted([&] { return ::waitpid(-leader_, nullptr, 0); }) > 0) {
  }
  leader_ = -1;
  read_ending();
  if (std::exchange(has_terminal_, false)) {
    // From the background this raises SIGTTOU, which would stop us.
    const SignalsBlocked blocked;
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  }
  return ending_;
}

}  // namespace ck::sys
