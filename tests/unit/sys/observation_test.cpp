#include "sys/observation.hpp"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/strings.hpp"
#include "support/temporary_home.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"

namespace ck::sys {
namespace {

using test::read_text;
using test::TemporaryHome;
using test::write_text;

bool holds(const std::vector<fs::path>& paths, const fs::path& wanted) {
  return std::ranges::find(paths, wanted) != paths.end();
}

int exit_code_of(const ProcessResult& result) {
  const auto* exited = std::get_if<Exited>(&result.ending);
  return exited != nullptr ? exited->code : -1;
}

class Observation : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "work");
    fs::create_directories(root_ / "data");
    write_text(root_ / "data/input", "input\n");
    const auto result = SystemProcesses().run(shell("true"), {});
    if (!result && result.error().code == ErrorCode::unsupported)
      GTEST_SKIP() << "this machine lets nobody be observed: " << result.error().message;
    ASSERT_OK(result);
  }

  ProcessSpec command(std::vector<std::string> argv) const {
    ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.variables = {{"PATH", "/usr/bin:/bin"}};
    spec.directory = root_ / "work";
    spec.observe = true;
    return spec;
  }
  ProcessSpec shell(const std::string& script) const { return command({"sh", "-c", script}); }

  ProcessResult run(const ProcessSpec& spec) const {
    auto result = SystemProcesses().run(spec, {});
    EXPECT_OK(result);
    if (!result) return {};
    EXPECT_TRUE(result->opened);
    EXPECT_TRUE(result->opened->complete);
    return std::move(*result);
  }

  TemporaryHome root_;
};

TEST_F(Observation, NamesWhatWasReadAndExecutedButNotWhatIsMissing) {
  const auto result = run(shell("cat ../data/input ../data/missing"));
  EXPECT_EQ(exit_code_of(result), 1);
  EXPECT_EQ(result.out, "input\n");
  EXPECT_TRUE(holds(result.opened->read, root_ / "work/../data/input"));
  EXPECT_FALSE(holds(result.opened->read, root_ / "work/../data/missing"));
  EXPECT_TRUE(holds(result.opened->executed, "/usr/bin/sh"));
  EXPECT_TRUE(holds(result.opened->executed, "/usr/bin/cat"));
}

TEST_F(Observation, LeavesOutWhatTheProgramMadeItself) {
  const auto result =
      run(shell("echo 1 > made; cat made; echo 2 > other; mv other moved; cat moved;"
                "echo 3 >> ../data/input; cat /proc/self/stat /dev/null"));
  EXPECT_EQ(exit_code_of(result), 0);
  for (const auto* name : {"work/made", "work/moved", "work/other", "data/input"})
    EXPECT_FALSE(holds(result.opened->read, root_ / name)) << name;
  for (const auto& path : result.opened->read)
    EXPECT_FALSE(path.native().starts_with("/proc/") || path.native().starts_with("/dev/")) << path;
}

TEST_F(Observation, WhatWasReadBeforeItWasWrittenIsAnInput) {
  const auto input = (root_ / "data/input").string();
  const auto result = run(shell("cat " + input + "; echo new > " + input));
  EXPECT_TRUE(holds(result.opened->read, root_ / "data/input"));
}

TEST_F(Observation, FollowsGrandchildrenInTheBackgroundInOtherSessionsAndThreads) {
  for (const auto* name : {"a", "b", "c", "d"}) write_text(root_ / "data" / name, name);
  const auto data = (root_ / "data").string();
  write_text(root_ / "work/threads.py",
             "import os, threading\n"
             "def read(): open('" +
                 data +
                 "/c').read()\n"
                 "all = [threading.Thread(target=read) for _ in range(8)]\n"
                 "[t.start() for t in all]; [t.join() for t in all]\n"
                 "folder = os.open('" +
                 data +
                 "', os.O_RDONLY)\n"
                 "os.read(os.open('d', os.O_RDONLY, dir_fd=folder), 1)\n");
  const auto result = run(shell("(((cat " + data + "/a) & wait) & wait)\nsetsid -w cat " + data +
                                "/b\npython3 -I threads.py"));
  EXPECT_EQ(exit_code_of(result), 0) << result.err;
  for (const auto* name : {"a", "b", "c", "d"})
    EXPECT_TRUE(holds(result.opened->read, root_ / "data" / name)) << name;
}

TEST_F(Observation, NamesEachOfThousandsOfFilesOnce) {
  constexpr int kFiles = 5000;
  for (int i = 0; i < kFiles; ++i)
    std::ofstream(root_ / "data" / ("f" + std::to_string(i))) << i << '\n';
  const auto data = (root_ / "data").string();
  const auto result =
      run(shell("for n in 1 2; do for f in " + data + "/f*; do read x < $f; done; done"));
  EXPECT_EQ(exit_code_of(result), 0);
  EXPECT_EQ(std::ranges::count_if(
                result.opened->read,
                [&](const auto& path) { return path.native().starts_with(data + "/f"); }),
            kFiles);
}

TEST_F(Observation, KnowsTheInterpreterOfAScriptAndTheLoaderOfAProgram) {
  write_text(root_ / "work/script", "#!/bin/sh\nexit 3\n");
  fs::permissions(root_ / "work/script", fs::perms::owner_all);
  const auto result = run(command({(root_ / "work/script").string()}));
  EXPECT_EQ(exit_code_of(result), 3);
  EXPECT_TRUE(holds(result.opened->executed, root_ / "work/script"));
  EXPECT_TRUE(holds(result.opened->executed, "/bin/sh"));
  EXPECT_TRUE(std::ranges::any_of(result.opened->executed, [](const auto& path) {
    return path.filename().native().starts_with("ld-");
  }));
}

TEST_F(Observation, SeesStaticPrograms) {
  write_text(root_ / "work/reader.c",
             "#include <fcntl.h>\n#include <unistd.h>\n"
             "int main(int c, char** v) { char b; return c != 2 || read(open(v[1], O_RDONLY), &b, "
             "1) != 1; }\n");
  auto compile = command({"gcc", "-static", "-o", "reader", "reader.c"});
  compile.observe = false;
  const auto compiled = SystemProcesses().run(compile, {});
  if (!compiled || !compiled->ok()) GTEST_SKIP() << "there is no gcc here";
  const auto result = run(command({"./reader", (root_ / "data/input").string()}));
  EXPECT_EQ(exit_code_of(result), 0);
  EXPECT_EQ(result.opened->read, (std::vector{root_ / "data/input"}));
  EXPECT_EQ(result.opened->executed, (std::vector{root_ / "work/./reader"}));
}

TEST_F(Observation, WorksBehindBarriersAndDoesNotNameWhatIsHidden) {
  write_text(root_ / "home/key", "secret");
  write_text(root_ / "work/own", "own");
  auto spec =
      shell("cat own " + (root_ / "data/input").string() + " " + (root_ / "home/key").string());
  spec.sandbox.emplace();
  spec.sandbox->network = Sandbox::Network::none;
  spec.sandbox->writable = {root_ / "work"};
  spec.sandbox->readable = {root_ / "data"};
  spec.sandbox->hidden = {root_ / "home"};
  spec.sandbox->scratch = {"/tmp", "/var/tmp", "/dev/shm"};
  const auto result = run(spec);
  ASSERT_TRUE(result.isolation);
  if (!result.isolation->missing.empty()) GTEST_SKIP() << "this machine has no namespaces for us";
  EXPECT_EQ(result.out, "owninput\n");
  EXPECT_TRUE(holds(result.opened->read, root_ / "work/own"));
  EXPECT_TRUE(holds(result.opened->read, root_ / "data/input"));
  EXPECT_FALSE(holds(result.opened->read, root_ / "home/key"));
}

TEST_F(Observation, TellsHowTheProgramEnded) {
  EXPECT_EQ(run(shell("kill -SEGV $$")).ending_text(), "killed by signal 11 (SIGSEGV)");
  auto spec = shell("sleep 1000 & sleep 1000");
  spec.limits.wall_time = std::chrono::milliseconds(50);
  EXPECT_EQ(run(spec).killed_for, KilledFor::wall_time);
}

bool is_alive(const fs::path& file_with_id) {
  const std::string id(trim(read_text(file_with_id)));
  return !id.empty() && ::kill(std::stoi(id), 0) == 0;
}

TEST_F(Observation, NothingOutlivesTheProgram) {
  const auto result =
      run(shell("setsid sh -c 'echo $$ > id; exec sleep 1000' & "
                "until [ -s id ]; do sleep 0.01; done"));
  EXPECT_EQ(exit_code_of(result), 0);
  EXPECT_FALSE(is_alive(root_ / "work/id"));
}

TEST_F(Observation, NothingOutlivesAnEngineThatIsKilled) {
  const pid_t engine = ::fork();
  if (engine == 0) {
    const auto ignored = SystemProcesses().run(
        shell("setsid sh -c 'echo $$ > id.new; mv id.new id; exec sleep 1000' & sleep 1000"), {});
    ::_exit(ignored ? 0 : 1);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto wait_until = [&](const auto& condition) {
    while (!condition() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return condition();
  };
  ASSERT_TRUE(wait_until([&] { return fs::exists(root_ / "work/id"); }));
  ::kill(engine, SIGKILL);
  ::waitpid(engine, nullptr, 0);
  EXPECT_TRUE(wait_until([&] { return !is_alive(root_ / "work/id"); }));
  // What the engine left came to this process.
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}

TEST_F(Observation, WhoIsObservedAlreadyIsToldSo) {
  const pid_t observed = ::fork();
  if (observed == 0) {
    std::array<sock_filter, 4> code{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_swapoff, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                  &program) < 0)
      ::_exit(2);
    const auto result = SystemProcesses().run(shell("true"), {});
    const bool told =
        !result && result.error().code == ErrorCode::unsupported &&
        result.error().message.find("observes this process already") != std::string::npos;
    ::_exit(told ? 0 : 1);
  }
  int status = 0;
  ::waitpid(observed, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Notes, ACutNoteIsDroppedAndAMissedOneIsTold) {
  using namespace std::string_view_literals;
  const auto files = opened_files("r/a\0w/b\0x/nowhere/c\0!\0r/cut"sv);
  EXPECT_EQ(files.read, (std::vector<fs::path>{"/a"}));
  EXPECT_EQ(files.executed, (std::vector<fs::path>{"/nowhere/c"}));
  EXPECT_FALSE(files.complete);
  EXPECT_TRUE(opened_files("").complete);
}

}  // namespace
}  // namespace ck::sys
