#pragma once
/// A git repository that others can clone: a work tree to commit in, and a bare one beside it.

#include <string>
#include <string_view>
#include <vector>

#include "base/path.hpp"
#include "support/command.hpp"

namespace ck::test {

class GitRemote {
 public:
  /// Makes `folder/<name>` (work tree) and `folder/<name>.git` (bare), branch main, no commits.
  explicit GitRemote(const fs::path& folder, const std::string& name = "remote");

  void write(const std::string& path, std::string_view text) const;

  /// Commits everything in the work tree and pushes all branches and tags; returns the hash.
  std::string commit(const std::string& message) const;

  /// One git command in the work tree; its output without the final newline. Failing fails the
  /// test.
  std::string git(std::vector<std::string> arguments) const;

  const fs::path& work() const { return work_; }
  const fs::path& bare() const { return bare_; }
  std::string url() const { return "file://" + bare_.string(); }

 private:
  fs::path work_;
  fs::path bare_;
};

/// Runs git anywhere, away from the user's configuration, with fixed names and dates.
CommandResult run_git(std::vector<std::string> arguments, const fs::path& folder);

}  // namespace ck::test
