#include "support/ck_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

constexpr std::chrono::milliseconds kPatience(60'000);

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// 0, or the number of the error.
int spawn(const CkCall& call, const fs::path& in, const fs::path& out, const fs::path& err,
          pid_t& id) {
  std::vector<std::string> argv{CK_BINARY};
  argv.insert(argv.end(), call.arguments.begin(), call.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : call.variables) environment.push_back(name + "=" + value);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), kWrite, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), kWrite, 0644);
  posix_spawn_file_actions_addchdir_np(&actions, call.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int failed = posix_spawn(&id, CK_BINARY, &actions, &attributes, pointers(argv).data(),
                                 pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

}  // namespace

CkProcess::CkProcess(const CkCall& call, const fs::path& scratch) {
  std::string name = (scratch / "call-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) {
    ADD_FAILURE() << "cannot create " << name;
    return;
  }
  const fs::path folder(name);
  out_ = folder / "out";
  err_ = folder / "err";
  write_text(folder / "in", call.input);
  if (const int failed = spawn(call, folder / "in", out_, err_, id_); failed != 0) {
    ADD_FAILURE() << "cannot start " << CK_BINARY << ": " << failed;
    id_ = -1;
    return;
  }
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
}

CkProcess::CkProcess(CkProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      handle_(std::exchange(other.handle_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

CkProcess::~CkProcess() {
  if (id_ > 0) {
    ::kill(-id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  if (handle_ >= 0) ::close(handle_);
}

void CkProcess::signal(int number) const {
  if (id_ > 0) ::kill(id_, number);
}

void CkProcess::signal_group(int number) const {
  if (id_ > 0) ::kill(-id_, number);
}

bool CkProcess::ends_within(std::chrono::milliseconds time) {
  if (id_ < 0) return true;
  pollfd ended{handle_, POLLIN, 0};
  return ::poll(&ended, 1, static_cast<int>(time.count())) == 1;
}

CkResult CkProcess::wait() {
  CkResult result;
  if (id_ < 0) return result;
  if (!ends_within(kPatience)) {
    ADD_FAILURE() << "ck still runs after " << kPatience.count()
                  << " ms; it said: " << read_text(err_);
    signal_group(SIGKILL);
  }
  int status = 0;
  ::waitpid(id_, &status, 0);
  id_ = -1;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_text(out_);
  result.err = read_text(err_);
  return result;
}

Json json_of(const CkResult& result) {
  auto document = parse_json(result.out, "stdout", {.max_bytes = 256u << 20, .comments = false});
  if (!document) {
    ADD_FAILURE() << text_of(document.error()) << "\n" << result.out << result.err;
    return Json::object();
  }
  const bool titled = document->is_object() && document->contains("schema") &&
                      (*document)["schema"].is_string() &&
                      (*document)["schema"].get<std::string>().starts_with("ck.");
  EXPECT_TRUE(titled) << "no schema id: " << result.out;
  return std::move(*document);
}

}  // namespace ck::test
