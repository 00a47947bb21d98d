#pragma once
/// A remote repository and a place for its clone.

#include <gtest/gtest.h>

#include "support/git_remote.hpp"
#include "support/transfer_services.hpp"
#include "sys/git.hpp"

namespace ck::test {

class GitTest : public testing::Test {
 protected:
  Result<sys::GitState> clone(const std::string& url, const sys::GitRevision& revision = {}) {
    return services.git().clone(url, revision, folder, events, cancel);
  }
  Result<sys::GitState> update(const sys::GitRevision& revision = {}) {
    return services.git().update(folder, revision, events, cancel);
  }
  /// Hidden siblings that work leaves behind when it should not.
  std::vector<std::string> leftovers() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder.parent_path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(".ck-git-")) found.push_back(name);
    }
    return found;
  }
  static sys::GitRevision branch(std::string name) {
    return {.branch = std::move(name), .tag = {}, .commit = {}};
  }
  static sys::GitRevision tag(std::string name) {
    return {.branch = {}, .tag = std::move(name), .commit = {}};
  }
  static sys::GitRevision commit(std::string hash) {
    return {.branch = {}, .tag = {}, .commit = std::move(hash)};
  }

  TemporaryHome home;
  TransferServices services{home.path()};
  GitRemote remote{home / "remotes"};
  fs::path folder = home / "clones" / "thing";
  RecordingEvents events;
  sys::Cancel cancel;
};

}  // namespace ck::test
