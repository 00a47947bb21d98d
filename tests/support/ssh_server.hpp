#pragma once
/// sshd on the loopback with keys of its own, for the user who runs the tests.

#include <memory>
#include <string>

#include "support/command.hpp"

namespace ck::test {

class SshServer {
 public:
  /// Accepts the key `home/.ssh/id_ed25519`, which it makes. Nothing when sshd cannot run here;
  /// `reason` then says why, for GTEST_SKIP.
  static std::unique_ptr<SshServer> start(const fs::path& folder, const fs::path& home,
                                          std::string& reason);

  /// "ssh://user@127.0.0.1:1234/path"
  std::string url(const fs::path& path) const;
  /// What belongs in known_hosts.
  std::string known_hosts_line() const;

 private:
  explicit SshServer(fs::path folder) : folder_(std::move(folder)) {}
  std::string launch(const fs::path& home);

  fs::path folder_;
  std::string user_;
  int port_ = 0;
  std::unique_ptr<BackgroundProgram> sshd_;
};

}  // namespace ck::test
