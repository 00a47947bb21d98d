#include "sys/sandbox.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>
#include "base/json.hpp"
#include "base/strings.hpp"
#include "support/temporary_home.hpp"
#include "sys/companion.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"

namespace ck::sys {
namespace {

using std::chrono::milliseconds;
using test::read_text;
using test::TemporaryHome;
using test::write_text;

/// A server that counts who knocks. Nobody has to answer: the kernel completes connections.
class Listener {
 public:
  Listener(int family, int type, const sockaddr* address, socklen_t size)
      : socket_(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(::bind(socket_.get(), address, size), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(socket_.get(), 8), 0);
    }
  }
  int port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  bool was_reached() const {
    char byte = 0;
    const Descriptor connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return connection || ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT) >= 0;
  }

 private:
  Descriptor socket_;
};

Listener on_loopback(int type) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return {AF_INET, type, reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

Listener on_path(const std::string& path, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path + (abstract ? 1 : 0), sizeof address.sun_path - 2);
  const auto size = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  return {AF_UNIX, SOCK_STREAM, reinterpret_cast<const sockaddr*>(&address),
          static_cast<socklen_t>(size)};
}

/// Processes whose command line holds the text; none for an empty one, which every line holds:
/// what is found here is killed.
std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> found;
  if (text.empty()) return found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(text) != std::string::npos && std::stoi(name) != ::getpid())
      found.push_back(std::stoi(name));
  }
  return found;
}

bool soon(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(5));
  return holds();
}

bool gone_soon(const std::string& text) {
  return soon([&] { return processes_with(text).empty(); });
}

/// One that others started may not be executing its program yet.
bool there_soon(const std::string& text) {
  return soon([&] { return !processes_with(text).empty(); });
}

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"work", "outside", "home/.ssh"}) fs::create_directories(root_ / name);
    write_text(root_ / "outside/file", "untouched");
    write_text(root_ / "outside/other", "untouched");
    write_text(root_ / "home/.ssh/id", "PRIVATE KEY");
    auto probe = shell("true");
    probe.sandbox = strict();
    const auto result = run(probe);
    if (!result && result.error().code == ErrorCode::unsupported)
      GTEST_SKIP() << "this machine has no namespaces for us: " << result.error().message;
    ASSERT_OK(result);
  }

  /// What the profile `untrusted` asks for.
  Sandbox strict() const {
    Sandbox sandbox;
    sandbox.network = Sandbox::Network::none;
    sandbox.demanded = true;
    sandbox.writable = {root_ / "work"};
    sandbox.readable = {root_ / "outside"};
    sandbox.hidden = {root_ / "home"};
    sandbox.scratch = {"/tmp", "/var/tmp", "/dev/shm"};
    return sandbox;
  }

  ProcessSpec command(std::vector<std::string> argv) const {
    ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.variables = {{"PATH", "/usr/bin:/bin"}};
    spec.directory = root_ / "work";
    return spec;
  }
  ProcessSpec shell(const std::string& script) const { return command({"sh", "-c", script}); }

  static Result<ProcessResult> run(const ProcessSpec& spec, const Cancel& cancel = {}) {
    return SystemProcesses().run(spec, cancel);
  }
  ProcessResult in_sandbox(const std::string& script) const {
    auto spec = shell(script);
    spec.sandbox = strict();
    auto result = run(spec);
    EXPECT_OK(result);
    return result ? std::move(*result) : ProcessResult();
  }

  TemporaryHome root_;
};

int exit_code_of(const ProcessResult& result) {
  const auto* exited = std::get_if<Exited>(&result.ending);
  return exited != nullptr ? exited->code : -1;
}

// What a program may change without changing anything.

using ChangesSetAside = SandboxTest;

TEST_F(ChangesSetAside, AreSeenByTheProgramAlone) {
  fs::create_directories(root_ / "changes, of:it");
  auto spec =
      shell("cd ../outside && echo new >made && echo more >>file && rm other && ls && cat file");
  spec.sandbox = strict();
  spec.sandbox->set_aside = {{root_ / "outside", root_ / "changes, of:it"}};
  const auto result = run(spec);
  ASSERT_OK(result);
  ASSERT_TRUE(result->isolation);
  const std::string refused = "changes to repositories set aside";
  for (const auto& missing : result->isolation->missing) {
    if (missing.what == refused) GTEST_SKIP() << missing.why;
  }
  EXPECT_EQ(exit_code_of(*result), 0) << result->err;
  EXPECT_EQ(result->out, "file\nmade\nuntouchedmore\n");
  EXPECT_EQ(read_text(root_ / "outside/file"), "untouched");
  EXPECT_TRUE(fs::exists(root_ / "outside/other"));
  EXPECT_FALSE(fs::exists(root_ / "outside/made"));
  EXPECT_EQ(read_text(root_ / "changes, of:it/upper/made"), "new\n");
  EXPECT_TRUE(std::ranges::find(result->isolation->enforced, refused) !=
              result->isolation->enforced.end());
  EXPECT_OK(remove_tree(root_ / "changes, of:it"));
}

TEST_F(ChangesSetAside, ReachNothingBesideTheFolder) {
  fs::create_directories(root_ / "changes");
  auto spec =
      shell("echo x >../work/file; echo x >../home/.ssh/id; echo x >../changes/upper/y; true");
  spec.sandbox = strict();
  spec.sandbox->set_aside = {{root_ / "outside", root_ / "changes"}};
  ASSERT_OK(run(spec));
  EXPECT_TRUE(fs::exists(root_ / "work/file"));
  EXPECT_EQ(read_text(root_ / "home/.ssh/id"), "PRIVATE KEY");
  EXPECT_FALSE(fs::exists(root_ / "changes/upper/y"));
}

TEST_F(ChangesSetAside, CannotBeWhereThereIsNoPlaceForThem) {
  auto spec = shell("echo x >../outside/made");
  spec.sandbox = strict();
  spec.sandbox->set_aside = {{root_ / "outside", root_ / "nowhere"}};
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_NE(exit_code_of(*result), 0) << "read-only instead";
  ASSERT_TRUE(result->isolation);
  ASSERT_EQ(result->isolation->missing.size(), 1U);
  EXPECT_EQ(result->isolation->missing.front().what, "changes to repositories set aside");
  EXPECT_FALSE(fs::exists(root_ / "outside/made"));
}

// What strangers' code tries, with and without.

class HostileProgram : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    if (IsSkipped()) return;
    mark_ = "ck-hostile-" + std::to_string(::getpid());
    sleep_ = "98765." + std::to_string(::getpid());
    fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/support/hostile.py",
                  root_ / "outside/hostile.py");
    tcp_.emplace(on_loopback(SOCK_STREAM));
    udp_.emplace(on_loopback(SOCK_DGRAM));
    unix_.emplace(on_path((root_ / "server").string(), false));
    abstract_.emplace(on_path(mark_, true));
    victim_ = ::fork();
    if (victim_ == 0) {
      ::pause();
      ::_exit(0);
    }
    write_text(root_ / "outside/given.json",
               to_text(Json{{"outside", (root_ / "outside").string()},
                            {"work", (root_ / "work").string()},
                            {"secret", (root_ / "home/.ssh/id").string()},
                            {"tcp", tcp_->port()},
                            {"udp", udp_->port()},
                            {"unix", (root_ / "server").string()},
                            {"abstract", mark_},
                            {"victim", victim_},
                            {"watched", ::getpid()},
                            {"mark", mark_},
                            {"sleep", sleep_}}));
  }
  void TearDown() override {
    if (sleep_.empty()) return;  // skipped: nothing was started
    if (victim_ > 0) ::kill(victim_, SIGKILL);
    if (victim_ > 0) ::waitpid(victim_, nullptr, 0);
    for (const pid_t left : processes_with("sleep\0" + sleep_)) ::kill(left, SIGKILL);
    for (const pid_t left : processes_with(sleep_)) ::kill(left, SIGKILL);
    fs::remove("/dev/shm/" + mark_);
  }

  /// The names of the attempts that got through.
  std::set<std::string> attempts_that_work(const std::optional<Sandbox>& sandbox) {
    auto spec = command({"python3", (root_ / "outside/hostile.py").string(),
                         (root_ / "outside/given.json").string()});
    spec.sandbox = sandbox;
    const auto result = run(spec);
    EXPECT_OK(result);
    if (!result) return {};
    EXPECT_EQ(exit_code_of(*result), 0) << result->err;
    printed_ = result->out;
    std::set<std::string> worked;
    for (const auto& line : split(result->out, '\n')) {
      const auto blank = line.find(' ');
      if (line.substr(blank + 1) == "yes") worked.insert(line.substr(0, blank));
    }
    return worked;
  }

  std::string state_outside() const {
    std::string state;
    for (const auto& entry : fs::directory_iterator(root_ / "outside")) {
      struct stat status {};
      ::stat(entry.path().c_str(), &status);
      state += entry.path().filename().string() + " " + std::to_string(status.st_mode) + " " +
               std::to_string(status.st_mtim.tv_sec) + " " +
               std::to_string(status.st_mtim.tv_nsec) + " " + hash_file(entry.path()).value_or("") +
               "\n";
    }
    return state;
  }

  std::string mark_, sleep_, printed_;
  std::optional<Listener> tcp_, udp_, unix_, abstract_;
  pid_t victim_ = -1;
};

TEST_F(HostileProgram, GetsNowhere) {
  const auto before = state_outside();
  const auto worked = attempts_that_work(strict());
  // It may write to its own /dev/shm, and look at itself.
  EXPECT_EQ(worked, (std::set<std::string>{"outlive", "shm", "status"})) << printed_;
  EXPECT_EQ(state_outside(), before);
  EXPECT_FALSE(tcp_->was_reached());
  EXPECT_FALSE(udp_->was_reached());
  EXPECT_FALSE(unix_->was_reached());
  EXPECT_FALSE(abstract_->was_reached());
  EXPECT_EQ(::waitpid(victim_, nullptr, WNOHANG), 0);
  EXPECT_FALSE(fs::exists("/dev/shm/" + mark_));
  EXPECT_TRUE(processes_with(sleep_).empty());
  EXPECT_NE(printed_.find("status:CapEff 0000000000000000\n"), std::string::npos) << printed_;
  EXPECT_NE(printed_.find("status:CapBnd 0000000000000000\n"), std::string::npos) << printed_;
  EXPECT_NE(printed_.find("status:NoNewPrivs 1\n"), std::string::npos) << printed_;
  EXPECT_NE(printed_.find("status:Seccomp 2\n"), std::string::npos) << printed_;
}

/// The negative control: the same program does all of it when nobody keeps it from it.
TEST_F(HostileProgram, GetsEverywhereWithoutASandbox) {
  const auto worked = attempts_that_work(std::nullopt);
  for (const auto* name : {"write", "append", "chmod", "utime", "rename", "secret", "tcp", "udp",
                           "unix", "abstract", "kill", "look", "shm", "setuid", "outlive"})
    EXPECT_TRUE(worked.contains(name)) << name << "\n" << printed_;
  EXPECT_TRUE(tcp_->was_reached());
  EXPECT_TRUE(udp_->was_reached());
  EXPECT_TRUE(unix_->was_reached());
  EXPECT_TRUE(abstract_->was_reached());
  EXPECT_TRUE(there_soon(sleep_));
}

TEST_F(HostileProgram, GetsNowhereAsAnOrdinaryUserEither) {
  if (::geteuid() != 0) GTEST_SKIP() << "the tests run as an ordinary user anyway";
  const fs::path self = fs::read_symlink("/proc/self/exe");
  auto spec = command({"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", self.string(),
                       "--gtest_filter=HostileProgram.GetsNowhere:SandboxTest.*"});
  auto reachable = spec;
  reachable.argv.resize(4);
  reachable.argv.insert(reachable.argv.end(), {"test", "-x", self.string()});
  const auto can = run(reachable);
  if (!can || !can->ok()) GTEST_SKIP() << "other users cannot reach " << self;
  spec.directory = "/tmp";
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_TRUE(result->ok()) << result->out << result->err;
}

// What honest programs need.

TEST_F(SandboxTest, CoversWhatAReadablePlaceWouldShow) {
  write_text(root_ / "outside/.git/config", "PRIVATE KEY");
  write_text(root_ / "outside/linked", "PRIVATE KEY");
  write_text(root_ / "work/.git/config", "PRIVATE KEY");
  const std::string outside = (root_ / "outside").string();
  auto spec = shell("cat " + outside + "/file " + outside + "/.git/config " + outside +
                    "/linked .git/config; touch .git/new; test -d .git && ls -A .git " + outside +
                    "/.git | grep -c config");
  spec.sandbox = strict();
  spec.sandbox->covered = {root_ / "outside/.git", root_ / "outside/linked", root_ / "work/.git",
                           root_ / "outside/missing", root_ / "home/.ssh"};
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->out, "untouched0\n") << result->err;
  EXPECT_FALSE(fs::exists(root_ / "work/.git/new"));
}

TEST_F(SandboxTest, PassesOnTheExitCode) {
  EXPECT_EQ(exit_code_of(in_sandbox("exit 37")), 37);
  EXPECT_EQ(exit_code_of(in_sandbox("true")), 0);
}

TEST_F(SandboxTest, PassesOnTheSignal) {
  const auto result = in_sandbox("kill -SEGV $$");
  ASSERT_TRUE(std::holds_alternative<Signaled>(result.ending)) << result.ending_text();
  EXPECT_EQ(std::get<Signaled>(result.ending).signal, SIGSEGV);
}

TEST_F(SandboxTest, PassesOnStreams) {
  auto spec = shell("cat; echo wrong >&2");
  spec.stdin_text = "some text";
  spec.sandbox = strict();
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->out, "some text");
  EXPECT_EQ(result->err, "wrong\n");
}

TEST_F(SandboxTest, LetsWriteInTheWritablePlaceAndShowsTheReadableOne) {
  EXPECT_EQ(exit_code_of(in_sandbox("echo mine > own && cat ../outside/file >> own")), 0);
  EXPECT_EQ(read_text(root_ / "work/own"), "mine\nuntouched");
}

TEST_F(SandboxTest, AWritablePlaceInAReadableOneStaysWritable) {
  fs::create_directories(root_ / "outside/inner");
  auto spec = shell("echo x > ../outside/inner/x; ! echo x > ../outside/x");
  spec.sandbox = strict();
  spec.sandbox->writable.push_back(root_ / "outside/inner");
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_TRUE(result->ok()) << result->err;
  EXPECT_TRUE(fs::exists(root_ / "outside/inner/x"));
}

TEST_F(SandboxTest, ShowsAPlaceByALinkThatLeadsToIt) {
  fs::create_directory_symlink(root_ / "outside", root_ / "link");
  auto spec = shell("cat ../link/file");
  spec.sandbox = strict();
  spec.sandbox->readable = {root_ / "link"};
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->out, "untouched") << result->err;
}

TEST_F(SandboxTest, TellsWhatIsEnforced) {
  const auto result = in_sandbox("true");
  ASSERT_TRUE(result.isolation);
  const auto& enforced = result.isolation->enforced;
  for (const auto* name : {"no network", "no privileges", "filtered system calls"})
    EXPECT_NE(std::ranges::find(enforced, name), enforced.end()) << name;
}

TEST_F(SandboxTest, MeasuresMemoryFromItsOwnSmallStart) {
  const std::vector<char> large(64u << 20, 'x');
  const auto result = in_sandbox("true");
  EXPECT_LT(result.max_rss_bytes, 16u << 20) << large.size();
  EXPECT_LT(result.max_rss_floor_bytes, 4u << 20);
}

TEST_F(SandboxTest, LeavesNothingRunningWhenTheProgramEnds) {
  const std::string mark = "43210." + std::to_string(::getpid());
  const auto result = in_sandbox("setsid sleep " + mark + " & sleep " + mark + " & exit 5");
  EXPECT_EQ(exit_code_of(result), 5);
  EXPECT_TRUE(processes_with(mark).empty());
}

TEST_F(SandboxTest, LeavesNothingRunningWhenTheEngineIsKilled) {
  const std::string mark = "43211." + std::to_string(::getpid());
  const pid_t engine = ::fork();
  if (engine == 0) {
    auto spec = shell("setsid sleep " + mark + " & echo > started; sleep " + mark);
    spec.sandbox = strict();
    static_cast<void>(run(spec));
    ::_exit(0);
  }
  while (!fs::exists(root_ / "work/started")) std::this_thread::sleep_for(milliseconds(5));
  ::kill(engine, SIGKILL);
  ::waitpid(engine, nullptr, 0);
  EXPECT_TRUE(gone_soon(mark));
}

TEST_F(SandboxTest, EndsAfterItsTime) {
  auto spec = shell("sleep 100 & sleep 100");
  spec.sandbox = strict();
  spec.limits.wall_time = milliseconds(50);
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->killed_for, KilledFor::wall_time);
}

TEST_F(SandboxTest, PassesACancellationOnOnce) {
  // Without a child, which the shell could have just made and which would have its trap. It stays a
  // while after it was asked to end, for a second request to be seen.
  auto spec = shell(
      "trap 'echo ended; asked=1' TERM; echo ready; until [ $asked ]; do :; done; "
      "i=0; until [ $i = 30000 ]; do i=$((i + 1)); done");
  for (const bool sandboxed : {true, false}) {
    const Cancel cancel;
    if (sandboxed)
      spec.sandbox = strict();
    else
      spec.sandbox.reset();
    spec.out.tee = [&](std::string_view) { cancel.request(); };
    const auto result = run(spec, cancel);
    ASSERT_OK(result);
    EXPECT_EQ(result->killed_for, KilledFor::cancelled);
    EXPECT_EQ(result->out, "ready\nended\n") << sandboxed;
  }
}

TEST_F(SandboxTest, StopsATreeThatTakesTooMuchMemory) {
  auto spec = command({"python3", "-c",
                       "import os, time\n"
                       "os.fork()\n"
                       "x = b'x' * (40 << 20)\n"
                       "time.sleep(20)"});
  spec.sandbox = strict();
  spec.sandbox->tree_memory_bytes = 60u << 20;
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->killed_for, KilledFor::memory) << result->ending_text() << result->err;
}

TEST_F(SandboxTest, StopsATreeOfTooManyProcesses) {
  auto spec = shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 20 & done; wait");
  spec.sandbox = strict();
  spec.sandbox->tree_processes = 6;
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->killed_for, KilledFor::processes) << result->ending_text();
}

TEST_F(SandboxTest, StopsWhoFillsTheDiskPastTheLimit) {
  auto spec = shell("i=0; while :; do i=$((i + 1)); head -c 1000000 /dev/zero > f$i; done");
  spec.sandbox = strict();
  spec.sandbox->disk_bytes = 20u << 20;
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_EQ(result->killed_for, KilledFor::disk) << result->ending_text();
}

TEST_F(SandboxTest, BoundsWhatGoesIntoScratchFolders) {
  auto spec = shell("head -c 3000000 /dev/zero > /tmp/x");
  spec.sandbox = strict();
  spec.sandbox->scratch_bytes = 1u << 20;
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_NE(result->err.find("No space left"), std::string::npos) << result->err;
}

TEST_F(SandboxTest, LimitsHoldForTheProgram) {
  auto spec = shell("head -c 3000000 /dev/zero > large");
  spec.sandbox = strict();
  spec.limits.file_bytes = 1u << 20;
  const auto result = run(spec);
  ASSERT_OK(result);
  EXPECT_FALSE(result->ok());
  EXPECT_LE(fs::file_size(root_ / "work/large"), 1u << 20);
}

TEST_F(SandboxTest, SaysWhenTheProgramIsHidden) {
  write_text(root_ / "home/program", "#!/bin/sh\nexit 0\n");
  fs::permissions(root_ / "home/program", fs::perms::owner_all);
  auto spec = command({(root_ / "home/program").string()});
  spec.sandbox = strict();
  EXPECT_ERROR(run(spec), io, "hides");
}

TEST_F(SandboxTest, NamesAMissingProgramAsEver) {
  auto spec = command({"no-such-program"});
  spec.sandbox = strict();
  EXPECT_ERROR(run(spec), not_found, "no-such-program");
}

TEST_F(SandboxTest, ACompanionTalksFromInside) {
  CompanionSpec spec;
  spec.argv = {"sh", "-c", "while read -r line <&3; do echo \"<$line>\" >&4; done"};
  spec.variables = {{"PATH", "/usr/bin:/bin"}};
  spec.directory = root_ / "work";
  spec.sandbox = strict();
  auto companion = Companion::start(std::move(spec));
  ASSERT_OK(companion);
  companion->send("hello");
  const auto received = companion->receive(milliseconds(10'000), {});
  ASSERT_OK(received);
  EXPECT_EQ(received->line, "<hello>");
  EXPECT_TRUE(companion->isolation());
}

}  // namespace
}  // namespace ck::sys
