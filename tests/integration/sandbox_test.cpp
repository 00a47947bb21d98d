// Strangers' code under the profiles: an install script, a hook and a program that try to get out;
// and the secrets of whoever runs them.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/strings.hpp"
#include "collective_fixture.hpp"
#include "support/http_server.hpp"

namespace ck::test {
namespace {

/// A listener on loopback that nobody should reach.
class Trap {
 public:
  Trap() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Trap(const Trap&) = delete;
  Trap& operator=(const Trap&) = delete;
  ~Trap() { ::close(socket_); }

  int port() const { return port_; }
  bool was_reached() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection >= 0) ::close(connection);
    return connection >= 0;
  }

 private:
  int socket_;
  int port_ = 0;
};

class Sandboxed : public CollectiveTest {
 protected:
  void SetUp() override {
    CollectiveTest::SetUp();
    if (IsSkipped()) return;
    components.program("quiet", "true");
    import();
    const auto possible = ck("run program:quiet --profile=untrusted --quiet");
    if (possible.code != 0 && says(possible.err, "refuses"))
      GTEST_SKIP() << "this machine has no namespaces for us: " << possible.err;
    ASSERT_TRUE(succeeds(possible));
    fs::create_directories(folder / "outside");
    write_text(folder / "outside/file", "untouched");
    write_text(folder / "outside/other", "untouched");
    write_text(folder / "user/.ssh/id", "PRIVATE KEY");
    fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/support/hostile.py",
                  components.folder() / "hostile.py");
    sleep_ = "76543." + std::to_string(::getpid());
    write_text(components.folder() / "given.json",
               to_text(Json{{"outside", (folder / "outside").string()},
                            {"work", "."},
                            {"secret", (folder / "user/.ssh/id").string()},
                            {"tcp", trap_.port()},
                            {"sleep", sleep_},
                            {"only",
                             {"write", "append", "chmod", "utime", "rename", "secret", "tcp",
                              "namespace", "outlive"}}}));
    attack_ = "python3 " + (components.folder() / "hostile.py").string() + " " +
              (components.folder() / "given.json").string();
  }

  /// The same for a step of Collective Knowledge, which sees no other repositories.
  std::string attack_of_ck() const {
    for (const auto* name : {"hostile.py", "given.json"})
      fs::copy_file(components.folder() / name, repository.folder() / name,
                    fs::copy_options::overwrite_existing);
    return replace_all(attack_, components.folder().string(), repository.folder().string());
  }

  void expect_nothing_happened(const std::string& printed) {
    for (const auto* name :
         {"write", "append", "chmod", "utime", "rename", "secret", "tcp", "namespace"}) {
      EXPECT_TRUE(says(printed, std::string(name) + " no")) << name << "\n" << printed;
    }
    EXPECT_TRUE(says(printed, "outlive yes")) << printed;
    EXPECT_EQ(read_text(folder / "outside/file"), "untouched");
    EXPECT_TRUE(fs::exists(folder / "outside/other"));
    EXPECT_FALSE(fs::exists(folder / "outside/planted"));
    EXPECT_FALSE(trap_.was_reached());
    EXPECT_FALSE(still_sleeping());
  }

  /// Empty for a process that ended meanwhile.
  static std::string command_line_of(const fs::path& process) {
    std::ostringstream line;
    line << std::ifstream(process / "cmdline", std::ios::binary).rdbuf();
    return line.str();
  }

  bool still_sleeping() const {
    for (const auto& process : fs::directory_iterator("/proc")) {
      const std::string line = command_line_of(process.path());
      if (line.starts_with("sleep") && says(line, sleep_)) return true;
    }
    return false;
  }

  /// A process that was just started may not be executing what it is to execute yet.
  bool sleeps_soon() const {
    for (int look = 0; look < 500 && !still_sleeping(); ++look)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return still_sleeping();
  }

  void end_sleeping() const {
    for (const auto& process : fs::directory_iterator("/proc")) {
      const std::string line = command_line_of(process.path());
      if (line.starts_with("sleep") && !sleep_.empty() && says(line, sleep_))
        ::kill(std::stoi(process.path().filename().string()), SIGKILL);
    }
  }

  /// Whether anything below the home holds the text, databases and blobs (as they are) included.
  std::string files_with(const std::string& text) const {
    std::string found;
    for (const auto& entry : fs::recursive_directory_iterator(home())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (says(bytes, text)) found += entry.path().string() + "\n";
    }
    return found;
  }

  Trap trap_;
  std::string sleep_, attack_;
};

TEST_F(Sandboxed, AHostileProgramGetsNowhere) {
  components.program("hostile", attack_);
  const auto result = ck("run program:hostile --profile=untrusted");
  ASSERT_TRUE(succeeds(result));
  expect_nothing_happened(result.out);
  const Json isolation = points("hostile")[0]["repetitions"][0]["detail"]["isolation"];
  EXPECT_EQ(isolation["profile"], "untrusted");
  EXPECT_TRUE(says(isolation["enforced"].dump(), "no network")) << isolation;
  EXPECT_TRUE(isolation["missing"].empty()) << isolation;
}

TEST_F(Sandboxed, WhatWasEnforcedOfABuildIsKeptWithWhatItMade) {
  components.package("made", "echo x >\"$1/x\"");
  const auto installed = ck("install package:made --profile=untrusted");
  ASSERT_TRUE(succeeds(installed));
  const auto made = fs::path(installed.out.substr(0, installed.out.find('\n'))) / ".ck";
  const auto isolation = parse_json(read_text(made / "isolation.json"), "isolation.json");
  ASSERT_TRUE(isolation);
  EXPECT_EQ((*isolation)["profile"], "untrusted");
  EXPECT_TRUE(says((*isolation)["enforced"].dump(), "no network"));
  EXPECT_TRUE((*isolation)["missing"].empty());
  EXPECT_TRUE(says(read_text(made / "log"), "[ck: profile untrusted: own user identity"));
}

TEST_F(Sandboxed, TheSameProgramGetsEverywhereUnderTheProfileHost) {
  components.program("hostile", attack_);
  const auto result = ck("run program:hostile --profile=host");
  ASSERT_TRUE(succeeds(result));
  for (const auto* name :
       {"write", "append", "chmod", "utime", "rename", "secret", "tcp", "outlive"})
    EXPECT_TRUE(says(result.out, std::string(name) + " yes")) << result.out;
  EXPECT_TRUE(trap_.was_reached());
  EXPECT_TRUE(sleeps_soon());
  end_sleeping();
}

TEST_F(Sandboxed, AHostileProgramSeesNoSecretsUnderTheDefaultProfile) {
  components.program("hostile", attack_);
  const auto result = ck("run program:hostile");
  ASSERT_TRUE(succeeds(result));
  for (const auto* name : {"write", "append", "chmod", "utime", "rename", "secret", "namespace"})
    EXPECT_TRUE(says(result.out, std::string(name) + " no")) << result.out;
  EXPECT_FALSE(still_sleeping());
}

TEST_F(Sandboxed, ARepositoryGivesTheProfilesOfCkNoOtherMeaning) {
  for (const auto* name : {"clean", "untrusted"})
    components.component("profile", name, R"("pass": ["*"])");
  components.program(
      "teller", "echo \"token $MY_TOKEN\"; cat " + (folder / "user/.ssh/id").string() + " || true");
  const auto imported = ck({"import", "repo", "--path=" + components.folder().string()});
  ASSERT_TRUE(succeeds(imported));
  EXPECT_TRUE(says(imported.err, "tiny:profile:untrusted has the name of a profile that comes"))
      << imported.err;
  const Variables token{{"MY_TOKEN", "abcdefgh"}};
  for (const auto* profile : {"", " --profile=clean", " --profile=untrusted"}) {
    const auto result = ck(std::string("run program:teller") + profile, token);
    ASSERT_TRUE(succeeds(result));
    EXPECT_EQ(result.out, "token \n") << profile;
  }
  EXPECT_TRUE(says(ck("doctor").out, "tiny:profile:untrusted has the name of")) << "doctor";
  const auto typed = ck("run program:teller --profile=tiny:profile:untrusted", token);
  ASSERT_TRUE(succeeds(typed));
  EXPECT_EQ(typed.out, "token abcdefgh\nPRIVATE KEY");
  EXPECT_TRUE(fails(ck("replay experiment:teller"), 1, "which does not come with ck"));
}

TEST_F(Sandboxed, ALockChoosesNoProfileOfARepository) {
  components.component("profile", "open", R"("pass": ["*"])");
  const std::string file = (folder / "open.lock").string();
  ASSERT_TRUE(succeeds(ck("lock program:quiet --profile=tiny:profile:open --out=" + file)));
  EXPECT_TRUE(fails(ck("run program:quiet --locked=" + file), 1, "which does not come with ck"));
  EXPECT_TRUE(succeeds(ck("run program:quiet --locked=" + file + " --profile=tiny:profile:open")));
}

TEST_F(Sandboxed, AReplayTakesTheProfileOfARepositoryOnlyIfItIsTyped) {
  components.program("quiet", "true");
  components.component("profile", "open", R"("pass": ["*"])");
  import();
  ASSERT_TRUE(succeeds(ck("run program:quiet --profile=tiny:profile:open --record_uoa=quiet")));
  EXPECT_TRUE(fails(ck("replay experiment:quiet"), 1, "which does not come with ck"));
  EXPECT_TRUE(fails(ck("replay experiment:quiet --profile=host"), 2, "not host"));
  EXPECT_TRUE(succeeds(ck("replay experiment:quiet --profile=tiny:profile:open")));
}

TEST_F(Sandboxed, DetectionExecutesNothingWhereTheDemandedSandboxIsRefused) {
  const fs::path tool = folder / "opt/bin/probed-tool";
  const fs::path marker = folder / "outside/executed";
  write_text(tool, "#!/bin/sh\ntouch " + marker.string() + "\necho v1.2\n");
  fs::permissions(tool, fs::perms::owner_all);
  components.raw("software", "probed",
                 R"_({"schema": "ck.software/1", "name": "probed", "uid": "00000000000000aa",
      "tags": ["probed"], "find": {"executables": ["probed-tool"], "roots": [)_" +
                     quoted_json((folder / "opt").string()) + R"_(]},
      "version": {"run": ["${file}"], "pattern": "v([0-9.]+)"}})_");
  components.program("user", "true", R"("dependencies": {"t": {"tags": ["probed"]}})");
  import();
  const std::string without_namespaces =
      "unshare -rm sh -c 'for f in /proc/sys/user/max_*_namespaces; do echo 0 >$f || exit 9; "
      "done; exec \"$@\"' sh ";
  if (shell(without_namespaces + "true").code != 0) GTEST_SKIP() << "namespaces cannot be bounded";
  for (const auto* command : {"run program:user", "detect software:probed"}) {
    const auto refused = shell(without_namespaces + "ck " + command + " --profile=untrusted");
    EXPECT_EQ(refused.code, 1) << refused.output;
    EXPECT_TRUE(says(refused.output, "the machine refuses")) << refused.output;
    EXPECT_FALSE(fs::exists(marker)) << command;
  }
  const auto clean = shell(without_namespaces + "ck run program:user");
  EXPECT_EQ(clean.code, 0) << clean.output;
}

TEST_F(Sandboxed, AStepSeesNoRepositoryThatItDoesNotNeed) {
  const ComponentWriter other(folder / "private", "private");
  write_text(other.folder() / ".env", "PRIVATE KEY");
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + other.folder().string()})));
  const auto look = [&](const fs::path& mine) {
    return "cat " + (mine / "mine").string() + "; cat " + (other.folder() / ".env").string() + " " +
           (mine / ".git/config").string() + " || true";
  };
  write_text(components.folder() / "mine", "seen");
  write_text(repository.folder() / "mine", "seen");
  components.program("peeker", look(components.folder()));
  components.package("peeking", "(" + look(components.folder()) + ") > \"$1/made\"");
  repository.package("looking", "lib,looking",
                     "(" + look(repository.folder()) + ") > \"$INSTALL_DIR/made\"\n");
  publish();
  const std::string origin = "[remote \"origin\"]\nurl = https://me:PRIVATE@127.0.0.1/\n";
  write_text(components.folder() / ".git/config", origin);
  const fs::path config = repository.folder() / ".git/config";
  write_text(config, read_text(config) + origin);
  for (const std::string profile : {"clean", "untrusted"}) {
    EXPECT_EQ(ck("run program:peeker --profile=" + profile).out, "seen") << profile;
    for (const auto* package : {"peeking", "looking"}) {
      const auto installed =
          ck(std::string("install package:") + package + " --rebuild --profile=" + profile);
      ASSERT_TRUE(succeeds(installed)) << profile;
      const fs::path prefix = installed.out.substr(0, installed.out.find('\n'));
      EXPECT_EQ(read_text(prefix / "made"), "seen") << package << profile;
    }
  }
  EXPECT_EQ(ck("run program:peeker --profile=host").out, "seenPRIVATE KEY" + origin);
}

TEST_F(Sandboxed, AHostileInstallScriptOfOursGetsNowhere) {
  components.package("hostile", attack_ + " > \"$1/printed\"");
  const auto result = ck("install package:hostile --profile=untrusted");
  ASSERT_TRUE(succeeds(result));
  const fs::path prefix = result.out.substr(0, result.out.find('\n'));
  expect_nothing_happened(read_text(prefix / "printed"));
}

TEST_F(Sandboxed, AHostileInstallScriptOfCkGetsNowhere) {
  repository.package("hostile", "lib,hostile", attack_of_ck() + " > \"$INSTALL_DIR/made\"\n");
  publish();
  const auto result = ck("install package:hostile --profile=untrusted");
  ASSERT_TRUE(succeeds(result));
  const fs::path prefix = result.out.substr(0, result.out.find('\n'));
  expect_nothing_happened(read_text(prefix / "made"));
}

TEST_F(Sandboxed, AHostileHookGetsNowhere) {
  repository.package("hooked", "lib,hooked", "echo > \"$INSTALL_DIR/made\"\n");
  repository.file("package", "hooked", "custom.py",
                  "import subprocess\n"
                  "def setup(i):\n"
                  "    text = subprocess.run(" +
                      quoted_json(attack_of_ck()) +
                      ", shell=True, stdout=subprocess.PIPE).stdout.decode()\n"
                      "    open(i['install_path'] + '/printed', 'w').write(text)\n"
                      "    return {'return': 0}\n");
  publish();
  const auto result = ck("install package:hooked --profile=untrusted");
  ASSERT_TRUE(succeeds(result));
  const fs::path prefix = result.out.substr(0, result.out.find('\n'));
  expect_nothing_happened(read_text(prefix / "printed"));
}

TEST_F(Sandboxed, WhatWasEnforcedOfHooksAndDetectionIsRecorded) {
  repository.compiler();
  repository.package("hooked", "lib,hooked", "echo > \"$INSTALL_DIR/made\"\n");
  repository.file("package", "hooked", "custom.py", "def setup(i):\n    return {'return': 0}\n");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:hooked --profile=untrusted")));
  const Json record = environment_of("package:hooked");
  Json hooks;
  for (const auto& [name, value] : record["exports"]["values"].items()) {
    if (name == "hooks") hooks = Json::parse(value.get<std::string>());
  }
  ASSERT_FALSE(hooks.empty()) << record;
  for (const auto& hook : hooks)
    EXPECT_TRUE(says(hook["isolation"]["enforced"].dump(), "no network")) << hook;
  const auto detected = ck("detect soft --tags=compiler --profile=untrusted");
  ASSERT_TRUE(succeeds(detected));
  bool told = false;
  for (const auto& id : environments())
    told = told || (fs::exists(home() / "envs" / id / ".ck/isolation.json") &&
                    fs::exists(home() / "envs" / id / "ck-env.json") &&
                    says(read_text(home() / "envs" / id / ".ck/log"), "asking "));
  EXPECT_TRUE(told) << "the commands that told versions ran in a sandbox too";
}

TEST_F(Sandboxed, ARunMayAskTheEngineAndDoNothingElse) {
  const fs::path secret = folder / "secret.json";
  write_text(secret, R"({"token": "SECRETVALUE"})");
  repository.compiler();
  repository.program(
      "asker", "int main(void) { return 0; }\n",
      R"({"default": {"run_time": {"run_cmd_main":
      "ck search program:asker > told.txt; ck search program @)" +
          secret.string() + R"(; ck cat env @)" + secret.string() +
          R"(; ck cat program:asker; ck install package:none; echo code $?; ck fetch wget -- http://127.0.0.1/x; echo code $?; cat told.txt"}}})");
  publish();
  for (const auto* profile : {"clean", "untrusted"}) {
    const auto result = ck(std::string("run program:asker --profile=") + profile);
    ASSERT_TRUE(succeeds(result)) << profile;
    EXPECT_TRUE(says(result.out, "program:asker")) << profile << result.out << result.err;
    EXPECT_TRUE(says(result.out, "code 1")) << result.out;
    EXPECT_FALSE(says(result.out + result.err, "SECRETVALUE")) << result.err;
    EXPECT_TRUE(says(result.err, "not as @FILE")) << result.err;
    EXPECT_TRUE(says(result.err, "'install' is not for scripts in a sandbox")) << result.err;
    EXPECT_TRUE(says(result.err, "'fetch' is not for scripts in a sandbox")) << result.err;
    EXPECT_TRUE(says(result.err, "'cat' is not for scripts in a sandbox"))
        << "an action of a module is a repository's code: " << result.err;
  }
}

TEST_F(Sandboxed, AHookCannotEditOtherEnvironmentsNorTheRepository) {
  repository.package("victim", "lib,victim", "echo good > \"$INSTALL_DIR/made\"\n");
  repository.package("editor", "lib,editor", "echo > \"$INSTALL_DIR/made\"\n");
  repository.file("package", "editor", "custom.py",
                  "import glob, os\n"
                  "def setup(i):\n"
                  "    for name in glob.glob(os.path.dirname(i['install_path']) + '/*/made') + "
                  "[i['path'] + '/.cm/meta.json']:\n"
                  "        try:\n"
                  "            os.chmod(name, 0o666)\n"
                  "            open(name, 'w').write('edited')\n"
                  "        except OSError:\n"
                  "            pass\n"
                  "    return {'return': 0}\n");
  publish();
  const auto victim = ck("install package:victim");
  ASSERT_TRUE(succeeds(victim));
  ASSERT_TRUE(succeeds(ck("install package:editor")));
  EXPECT_EQ(read_text(fs::path(victim.out.substr(0, victim.out.find('\n'))) / "made"), "good\n");
  expect_untouched();
}

TEST_F(Sandboxed, AScriptCannotHaveTheEngineReachThisMachineForIt) {
  ScriptedServer server([](const std::string&) {
    return ScriptedServer::Reply{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes"};
  });
  repository.package("puller", "lib,puller",
                     "wget -O \"$INSTALL_DIR/made\" " + server.url() + "/data" + "\n");
  publish();
  const auto result = ck("install package:puller --profile=untrusted");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result.err, "does not let a script have")) << result.err;
  EXPECT_TRUE(succeeds(ck("install package:puller")));
}

TEST_F(Sandboxed, AScriptWritesItsDownloadWhereOnlyItMayWrite) {
  ScriptedServer server([](const std::string&) {
    return ScriptedServer::Reply{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes"};
  });
  repository.package("writer", "lib,writer",
                     "wget -q -O " + (folder / "outside/planted").string() + " " + server.url() +
                         "/data" + "\necho > \"$INSTALL_DIR/made\"\n");
  publish();
  static_cast<void>(ck("install package:writer"));
  EXPECT_FALSE(fs::exists(folder / "outside/planted"));
}

TEST_F(Sandboxed, SecretsAreNeverWrittenDown) {
  constexpr const char* kValue = "correct-horse-battery";
  components.program("teller",
                     "echo \"it is $PASSPHRASE_OF_MINE and $MY_TOKEN\"; echo \"$MY_TOKEN\" >&2");
  const auto result =
      ck({"run", "program:teller", std::string("--secret.PASSPHRASE_OF_MINE=") + kValue,
          std::string("--env.MY_TOKEN=token-") + kValue});
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, kValue)) << "who runs it may see it";
  EXPECT_EQ(files_with(kValue), "");
  struct stat status {};
  ASSERT_EQ(::stat((home() / "secrets.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  // A replay has to be given them again.
  EXPECT_TRUE(says(ck("replay experiment:teller").err, "--secret.")) << "names what is missing";
  const auto again =
      ck({"replay", "experiment:teller", std::string("--secret.PASSPHRASE_OF_MINE=") + kValue,
          std::string("--secret.MY_TOKEN=token-") + kValue});
  EXPECT_TRUE(succeeds(again));
  EXPECT_EQ(files_with(kValue), "");
}

TEST_F(Sandboxed, DoctorTellsWhichProfilesTheMachineCanEnforce) {
  const auto result = ck("doctor");
  EXPECT_TRUE(says(result.out, "profile:untrusted")) << result.out;
  EXPECT_TRUE(says(result.out, "profile:clean")) << result.out;
}

TEST_F(Sandboxed, WhatTheUserNamesCanBeRead) {
  write_text(folder / "data/input", "a number");
  components.program("reader", "cat \"$INPUT\"");
  const auto result =
      ck("run program:reader --profile=untrusted --env.INPUT=" + (folder / "data/input").string());
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(result.out, "a number");
}

}  // namespace
}  // namespace ck::test
