#include "sys/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/strings.hpp"
#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::read_text;
using test::TemporaryHome;
using test::write_text;

constexpr const char* kPath = "/usr/bin:/bin";

ProcessSpec command(std::vector<std::string> argv) {
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.variables = {{"PATH", kPath}};
  spec.directory = "/";
  return spec;
}

ProcessSpec shell(const std::string& script) { return command({"sh", "-c", script}); }

Result<ProcessResult> run(const ProcessSpec& spec, const Cancel& cancel = {}) {
  return SystemProcesses().run(spec, cancel);
}

/// The result of a program that must at least start.
ProcessResult result_of(const ProcessSpec& spec, const Cancel& cancel = {}) {
  auto result = run(spec, cancel);
  EXPECT_OK(result);
  return result ? std::move(*result) : ProcessResult();
}

int exit_code_of(const ProcessResult& result) {
  const auto* exited = std::get_if<Exited>(&result.ending);
  EXPECT_NE(exited, nullptr) << result.ending_text();
  return exited != nullptr ? exited->code : -1;
}

int signal_of(const ProcessResult& result) {
  const auto* signaled = std::get_if<Signaled>(&result.ending);
  EXPECT_NE(signaled, nullptr) << result.ending_text();
  return signaled != nullptr ? signaled->signal : -1;
}

bool is_alive(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto state = text.rfind(") ");
  return state != std::string::npos && text[state + 2] != 'Z';
}

bool dies_soon(pid_t process) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (is_alive(process) && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  return !is_alive(process);
}

/// Numbers in a text, one a line: what `echo $!` leaves.
std::vector<pid_t> process_ids(const std::string& text) {
  std::vector<pid_t> ids;
  for (const auto& line : split(text, '\n')) {
    if (const auto number = parse_integer(line)) ids.push_back(static_cast<pid_t>(*number));
  }
  return ids;
}

/// Waits until a file of the program exists and holds something.
std::string wait_for_text(const fs::path& file) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (steady_clock::now() < deadline) {
    std::ifstream stream(file);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (text.ends_with('\n')) return text;
    std::this_thread::sleep_for(milliseconds(1));
  }
  ADD_FAILURE() << "no " << file;
  return {};
}

TEST(Process, TellsExitsFromSignals) {
  EXPECT_EQ(exit_code_of(result_of(shell("exit 9"))), 9);
  const auto killed = result_of(shell("kill -9 $$"));
  EXPECT_EQ(signal_of(killed), SIGKILL);
  EXPECT_EQ(killed.killed_for, KilledFor::nothing);
  EXPECT_FALSE(killed.ok());
  EXPECT_TRUE(result_of(command({"true"})).ok());
  EXPECT_FALSE(result_of(command({"false"})).ok());
}

TEST(Process, SaysInWordsHowItEnded) {
  EXPECT_EQ(result_of(shell("exit 3")).ending_text(), "exited with 3");
  EXPECT_EQ(result_of(shell("kill -SEGV $$")).ending_text(), "killed by signal 11 (SIGSEGV)");
  ProcessResult result;
  result.wall_ns = 10'000'000'000;
  result.killed_for = KilledFor::wall_time;
  EXPECT_EQ(result.ending_text(), "stopped after 10.0 s");
  result.killed_for = KilledFor::output;
  EXPECT_EQ(result.ending_text(), "stopped for too much output");
  result.killed_for = KilledFor::cancelled;
  EXPECT_EQ(result.ending_text(), "cancelled");
  result.killed_for = KilledFor::nothing;
  result.ending = Signaled{40};
  EXPECT_EQ(result.ending_text(), "killed by signal 40");
}

TEST(Process, SeparatesTheStreams) {
  const auto result = result_of(shell("echo out; echo err >&2"));
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_FALSE(result.out_truncated || result.err_truncated);
}

TEST(Process, GetsExactlyItsArgumentsVariablesAndFolder) {
  const TemporaryHome home;
  const auto arguments = result_of(command({"printf", "%s|", "a b", "", "$HOME", "new\nline"}));
  EXPECT_EQ(arguments.out, "a b||$HOME|new\nline|");
  auto spec = command({"env"});
  spec.variables.emplace_back("EMPTY", "");
  EXPECT_EQ(result_of(spec).out, "PATH=/usr/bin:/bin\nEMPTY=\n");
  spec = command({"/bin/pwd"});
  spec.directory = home.path();
  EXPECT_EQ(result_of(spec).out, home.path().native() + "\n");
}

TEST(Process, StartsWithStandardSignals) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto result = result_of(command({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}));
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(result.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Process, IsLookedUpInItsOwnPath) {
  const TemporaryHome home;
  write_text(home / "bin/tool", "#!/bin/sh\necho tool\n");
  fs::permissions(home / "bin/tool", fs::perms(0755));
  auto spec = command({"tool"});
  spec.variables = {{"PATH", (home / "bin").native()}};
  EXPECT_EQ(result_of(spec).out, "tool\n");
  spec.directory = home.path();
  spec.variables = {{"PATH", "/nowhere:bin"}};
  EXPECT_EQ(result_of(spec).out, "tool\n") << "relative folders count from the working directory";
  spec.argv = {"bin/tool"};
  EXPECT_EQ(result_of(spec).out, "tool\n") << "and so do relative programs";
}

TEST(Process, NamesAMissingProgramAndWhereItWasSought) {
  EXPECT_ERROR(run(command({"no-such-tool"})), not_found,
               "'no-such-tool' not found in PATH '/usr/bin:/bin'");
  EXPECT_ERROR(run(command({"/no/such/tool"})), not_found, "/no/such/tool' does not exist");
  auto spec = command({"true"});
  spec.variables.clear();
  EXPECT_ERROR(run(spec), not_found, "no PATH");
}

TEST(Process, SaysWhyAFileIsNoProgram) {
  const TemporaryHome home;
  write_text(home / "data", "no program");
  EXPECT_ERROR(run(command({(home / "data").native()})), io, "make it executable");
  fs::permissions(home / "data", fs::perms(0755));
  EXPECT_ERROR(run(command({(home / "data").native()})), io, "neither a binary");
  write_text(home / "data", "#! /no/interpreter -x\n");
  EXPECT_ERROR(run(command({(home / "data").native()})), io, "interpreter '/no/interpreter'");
}

TEST(Process, NamesAMissingWorkingDirectory) {
  auto spec = command({"true"});
  spec.directory = "/no/such/folder";
  EXPECT_ERROR(run(spec), io, "working directory '/no/such/folder'");
  spec.argv = {"./tool"};
  EXPECT_ERROR(run(spec), io, "working directory '/no/such/folder'");
}

TEST(Process, RefusesWhatNoProgramCanGet) {
  EXPECT_ERROR(run(command({})), invalid, "without a name");
  EXPECT_ERROR(run(command({""})), invalid, "without a name");
  EXPECT_ERROR(run(command({"echo", std::string("a\0b", 3)})), invalid, "NUL");
  for (const auto& variable : {std::pair<std::string, std::string>{"", "x"}, {"A=B", "x"}}) {
    auto spec = command({"true"});
    spec.variables.push_back(variable);
    EXPECT_ERROR(run(spec), invalid, "no valid name");
  }
  auto spec = command({"true"});
  spec.variables.emplace_back("A", std::string("\0", 1));
  EXPECT_ERROR(run(spec), invalid, "'A' contains a NUL");
}

TEST(Process, LeavesNoZombieBehindWhenItCannotStart) {
  const TemporaryHome home;
  write_text(home / "data", "no program");
  EXPECT_FALSE(run(command({(home / "data").native()})));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Process, ReadsNothingUnlessToldTo) { EXPECT_EQ(result_of(command({"cat"})).out, ""); }

TEST(Process, ReadsATextLargerThanAPipe) {
  auto spec = command({"cat"});
  spec.stdin_text = std::string(1'000'000, 'x') + "end";
  EXPECT_EQ(result_of(spec).out, spec.stdin_text);
  spec = command({"true"});
  spec.stdin_text = std::string(1'000'000, 'x');
  EXPECT_TRUE(result_of(spec).ok()) << "and need not read it";
}

TEST(Process, WritesTenMegabytesToBothStreams) {
  const auto result =
      result_of(shell("head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2; "
                      "head -c 1000000 /dev/zero & head -c 1000000 /dev/zero >&2; wait"));
  EXPECT_EQ(result.out.size(), 11'000'000u);
  EXPECT_EQ(result.err.size(), 11'000'000u);
}

TEST(Process, HandsPiecesOverAsTheyArrive) {
  auto spec = shell("echo one; read answer < fifo; echo two");
  const TemporaryHome home;
  spec.directory = home.path();
  ASSERT_EQ(::mkfifo((home / "fifo").c_str(), 0600), 0);
  std::string seen;
  spec.out.keep_bytes = 5;
  spec.out.tee = [&](std::string_view piece) {
    // The program goes on only after its first line was seen.
    if (seen.empty()) write_text(home / "fifo", "go\n");
    seen += piece;
  };
  const auto result = result_of(spec);
  EXPECT_EQ(seen, "one\ntwo\n");
  EXPECT_EQ(result.out, "one\nt");
  EXPECT_TRUE(result.out_truncated);
}

TEST(Process, KillsTheProgramWhenATeeThrows) {
  const TemporaryHome home;
  auto spec = shell("echo $$ > id; echo; exec sleep 100");
  spec.directory = home.path();
  spec.out.tee = [](std::string_view) { throw std::runtime_error("tee"); };
  EXPECT_THROW(static_cast<void>(run(spec)), std::runtime_error);
  EXPECT_FALSE(is_alive(process_ids(read_text(home / "id")).at(0)));
}

TEST(Process, DiscardsOutput) {
  auto spec = shell("echo out; head -c 1000000 /dev/zero >&2");
  spec.out.to = OutputTarget::To::discard;
  spec.err.to = OutputTarget::To::discard;
  const auto result = result_of(spec);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.out + result.err, "");
}

TEST(Process, PassesOwnStreamsOnWhenInherited) {
  const TemporaryHome home;
  write_text(home / "in", "hello\n");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open((home / "in").c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open((home / "out").c_str(), O_CREAT | O_WRONLY, 0600), STDOUT_FILENO);
    ::dup2(::open((home / "err").c_str(), O_CREAT | O_WRONLY, 0600), STDERR_FILENO);
    auto spec = shell("cat; echo err >&2");
    spec.inherit_stdin = true;
    spec.out.to = OutputTarget::To::inherit;
    spec.err.to = OutputTarget::To::inherit;
    const auto result = run(spec);
    ::_exit(result && result->ok() && result->out.empty() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_text(home / "out"), "hello\n");
  EXPECT_EQ(read_text(home / "err"), "err\n");
}

TEST(Process, WorksInAProcessWithoutStandardStreams) {
  const TemporaryHome home;
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {0, 1, 2}) ::close(number);
    auto spec = shell("cat; echo err >&2");
    spec.stdin_text = "in";
    const auto result = run(spec);
    ::_exit(result && result->out == "in" && result->err == "err\n" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Process, GetsTheTerminalWithInheritedStdin) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    auto spec = shell("read line; test \"$line\" = hello");
    spec.inherit_stdin = true;
    spec.limits.wall_time = milliseconds(10'000);
    const auto result = run(spec);
    const bool ours_again = ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    ::_exit(result && result->ok() && ours_again ? 0 : 1);
  }
  ASSERT_EQ(::write(terminal, "hello\n", 6), 6);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  ::close(terminal);
}

TEST(Process, HasNoDescriptorsBesidesItsStreams) {
  const int leaky = ::open("/dev/null", O_RDONLY);
  const int high = ::fcntl(leaky, F_DUPFD, 700);
  const auto result = result_of(command({"ls", "/proc/self/fd"}));
  // 3 is the folder that ls reads.
  EXPECT_EQ(result.out, "0\n1\n2\n3\n");
  ::close(leaky);
  ::close(high);
}

TEST(Process, DoesNotHoldThePipesOfASibling) {
  // A reader that sees the end only when every copy of the writer's descriptor is closed.
  std::thread long_lived([] {
    auto spec = command({"sleep", "0.4"});
    result_of(spec);
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 25; ++round) {
        const auto result = result_of(shell("ls /proc/self/fd | tr '\\n' ' '"));
        EXPECT_EQ(result.out, "0 1 2 3 ");
        EXPECT_LT(result.wall_ns, 350'000'000);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  long_lived.join();
}

TEST(Process, StartsAProgramThatWasWrittenAMomentAgo) {
  const TemporaryHome home;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&home, i] {
      for (int round = 0; round < 20; ++round) {
        const fs::path file = home / std::to_string(i * 100 + round);
        write_text(file, "#!/bin/sh\nexit 7\n");
        fs::permissions(file, fs::perms(0755));
        EXPECT_EQ(exit_code_of(result_of(command({file.native()}))), 7);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Process, TakesItsWholeGroupWithItWhenTimeIsUp) {
  auto spec = shell(
      "trap '' TERM; sleep 100 & echo $!; (trap '' TERM; sleep 101 & echo $!; wait) & "
      "echo $!; wait");
  spec.limits.wall_time = milliseconds(50);
  const auto result = result_of(spec);
  EXPECT_EQ(result.killed_for, KilledFor::wall_time);
  EXPECT_EQ(signal_of(result), SIGKILL);
  EXPECT_GE(result.wall_ns, 50'000'000);
  EXPECT_LT(result.wall_ns, 1'500'000'000);
  const auto ids = process_ids(result.out);
  EXPECT_EQ(ids.size(), 3u);
  for (const pid_t id : ids) EXPECT_FALSE(is_alive(id)) << id;
}

TEST(Process, LeavesNoBackgroundChildrenWhenItExits) {
  const auto result = result_of(shell("trap '' TERM; sleep 100 & echo $!; (sleep 101 & echo $!)"));
  EXPECT_TRUE(result.ok());
  EXPECT_LT(result.wall_ns, 2'000'000'000);
  const auto ids = process_ids(result.out);
  EXPECT_EQ(ids.size(), 2u);
  for (const pid_t id : ids) EXPECT_FALSE(is_alive(id)) << id;
}

TEST(Process, DoesNotWaitForTheStreamsOfAProcessThatLeftTheGroup) {
  const auto result = result_of(shell("setsid sleep 20 & echo $!; sleep 0.02"));
  EXPECT_TRUE(result.ok());
  EXPECT_LT(result.wall_ns, 5'000'000'000);
  for (const pid_t id : process_ids(result.out)) {
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
  }
}

TEST(Process, IsStoppedWhenItWritesTooMuch) {
  auto spec = command({"yes"});
  spec.limits.output_bytes = 100'000;
  auto result = result_of(spec);
  EXPECT_EQ(result.killed_for, KilledFor::output);
  EXPECT_EQ(result.out.size(), 100'000u);

  spec.out.to = OutputTarget::To::discard;
  EXPECT_EQ(result_of(spec).killed_for, KilledFor::output) << "also when nobody reads it";

  spec = shell("printf 123456; printf 7890 >&2");
  spec.limits.output_bytes = 10;
  EXPECT_TRUE(result_of(spec).ok()) << "as much as allowed";
  spec.limits.output_bytes = 9;
  result = result_of(spec);
  EXPECT_EQ(result.killed_for, KilledFor::output) << "even when it had ended by then";
  EXPECT_EQ(result.out.size() + result.err.size(), 9u);
}

TEST(Process, IsBoundByResourceLimits) {
  const TemporaryHome home;
  auto spec = shell("ulimit -St; ulimit -Ht; ulimit -f; ulimit -d; ulimit -p");
  spec.limits.cpu_seconds = 5;
  spec.limits.file_bytes = 512 * 1000;
  spec.limits.memory_bytes = 64 << 20;
  spec.limits.processes = 1000;
  EXPECT_EQ(result_of(spec).out, "5\n6\n1000\n65536\n1000\n");

  spec = command({"dd", "if=/dev/zero", "of=large", "bs=1000", "count=10"});
  spec.directory = home.path();
  spec.limits.file_bytes = 5000;
  EXPECT_EQ(signal_of(result_of(spec)), SIGXFSZ);
  EXPECT_EQ(fs::file_size(home / "large"), 5000u);

  spec = shell("x=x; while true; do x=$x$x; done");
  spec.limits.memory_bytes = 32 << 20;
  EXPECT_FALSE(result_of(spec).ok());
}

TEST(Process, CountsTheResourcesOfEachChildAlone) {
  // tail keeps its input: a process of at least this size.
  auto large = shell("head -c 60000000 /dev/zero | tail -c 60000000 > /dev/null");
  large.out.to = OutputTarget::To::discard;
  const auto big = result_of(large);
  const auto small = result_of(command({"true"}));
  EXPECT_GT(big.max_rss_bytes, 60'000'000u);
  EXPECT_LT(big.max_rss_bytes, 400'000'000u);
  EXPECT_LT(small.max_rss_bytes,
            std::max<std::uint64_t>(small.max_rss_floor_bytes, 8 << 20) + (1 << 20));
  EXPECT_GT(big.user_ns + big.system_ns, small.user_ns + small.system_ns);
  EXPECT_GT(small.max_rss_floor_bytes, 0u);
  EXPECT_GT(result_of(command({"sleep", "0.01"})).voluntary_switches, 0u);
  EXPECT_GE(result_of(command({"sleep", "0.01"})).wall_ns, 10'000'000);
}

TEST(Process, EndsWithinTheGraceWhenCancelled) {
  const TemporaryHome home;
  auto spec =
      shell("trap 'echo cleaned; exit 4' TERM; echo ready > ready; while :; do sleep 0.01; done");
  spec.directory = home.path();
  const Cancel cancel;
  std::thread canceller([&] {
    wait_for_text(home / "ready");
    cancel.request();
  });
  const auto result = result_of(spec, cancel);
  canceller.join();
  EXPECT_EQ(result.killed_for, KilledFor::cancelled);
  EXPECT_EQ(exit_code_of(result), 4);
  EXPECT_EQ(result.out, "cleaned\n");
  EXPECT_LT(result.wall_ns, 1'500'000'000);
}

TEST(Process, LetsTheWholeGroupUseTheGrace) {
  const TemporaryHome home;
  // The leader dies of SIGTERM at once, its child cleans up first.
  auto spec = shell(
      "(trap 'sleep 0.03; echo cleaned > done; exit' TERM; echo ready > ready; "
      "while :; do sleep 0.01; done) & wait");
  spec.directory = home.path();
  const Cancel cancel;
  std::thread canceller([&] {
    wait_for_text(home / "ready");
    cancel.request();
  });
  EXPECT_EQ(signal_of(result_of(spec, cancel)), SIGTERM);
  canceller.join();
  EXPECT_EQ(read_text(home / "done"), "cleaned\n");
}

TEST(Process, IsKilledAfterTheGraceWhenItIgnoresTheRequest) {
  const TemporaryHome home;
  auto spec = shell("trap '' TERM; echo ready > ready; sleep 100 & echo $!; wait; sleep 100");
  spec.directory = home.path();
  const Cancel cancel;
  std::thread canceller([&] {
    wait_for_text(home / "ready");
    cancel.request();
  });
  const auto result = result_of(spec, cancel);
  canceller.join();
  EXPECT_EQ(result.killed_for, KilledFor::cancelled);
  EXPECT_EQ(signal_of(result), SIGKILL);
  EXPECT_GE(result.wall_ns, 2'000'000'000);
  for (const pid_t id : process_ids(result.out)) EXPECT_FALSE(is_alive(id)) << id;
}

TEST(Process, DoesNotStartWhenCancelledBefore) {
  const Cancel cancel;
  cancel.request();
  EXPECT_ERROR(run(command({"true"}), cancel), interrupted, "");
}

TEST(Process, DiesWithTheProcessThatStartedIt) {
  const TemporaryHome home;
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto spec = shell("echo $$ > id; exec sleep 100");
    spec.directory = home.path();
    static_cast<void>(run(spec));
    ::_exit(0);
  }
  const auto ids = process_ids(wait_for_text(home / "id"));
  ASSERT_EQ(ids.size(), 1u);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(dies_soon(ids.front()));
}

TEST(Process, KeepsEndingsAlthoughTheStarterIgnoresItsChildren) {
  ::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(exit_code_of(result_of(shell("exit 5"))), 5);
}

TEST(Process, StartsQuickly) {
  const auto began = steady_clock::now();
  for (int i = 0; i < 20; ++i) result_of(command({"true"}));
  const auto each = (steady_clock::now() - began) / 20;
  // About 1 ms on an idle machine; the bound only catches mistakes of another order.
  EXPECT_LT(std::chrono::duration_cast<milliseconds>(each).count(), 50);
}

}  // namespace
}  // namespace ck::sys
