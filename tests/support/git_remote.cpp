#include "support/git_remote.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::test {

CommandResult run_git(std::vector<std::string> arguments, const fs::path& folder) {
  arguments.insert(arguments.begin(), "git");
  return run_command(arguments, folder,
                     {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                      {"GIT_CONFIG_SYSTEM", "/dev/null"},
                      {"GIT_AUTHOR_NAME", "A Tester"},
                      {"GIT_AUTHOR_EMAIL", "tester@example.org"},
                      {"GIT_AUTHOR_DATE", "2024-01-02T03:04:05Z"},
                      {"GIT_COMMITTER_NAME", "A Tester"},
                      {"GIT_COMMITTER_EMAIL", "tester@example.org"},
                      {"GIT_COMMITTER_DATE", "2024-01-02T03:04:05Z"},
                      {"GIT_ALLOW_PROTOCOL", "file"}});
}

GitRemote::GitRemote(const fs::path& folder, const std::string& name)
    : work_(folder / name), bare_(folder / (name + ".git")) {
  fs::create_directories(work_);
  git({"init", "-q", "-b", "main"});
  git({"init", "-q", "--bare", "-b", "main", bare_.string()});
  git({"remote", "add", "origin", bare_.string()});
}

void GitRemote::write(const std::string& path, std::string_view text) const {
  write_text(work_ / path, text);
}

std::string GitRemote::commit(const std::string& message) const {
  git({"add", "-A"});
  git({"commit", "-q", "--allow-empty", "-m", message});
  git({"push", "-q", "--all", "--force", "origin"});
  git({"push", "-q", "--tags", "--force", "origin"});
  return git({"rev-parse", "HEAD"});
}

std::string GitRemote::git(std::vector<std::string> arguments) const {
  std::string shown;
  for (const std::string& argument : arguments) shown += " " + argument;
  CommandResult result = run_git(std::move(arguments), work_);
  EXPECT_EQ(result.code, 0) << "git" << shown << ": " << result.output;
  while (result.output.ends_with('\n')) result.output.pop_back();
  return result.output;
}

}  // namespace ck::test
