#include "support/ssh_server.hpp"

#include <pwd.h>
#include <unistd.h>

#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

std::string make_key(const fs::path& file) {
  const CommandResult made = run_command(
      {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", file.string()});
  return made.code == 0 ? "" : "ssh-keygen failed: " + made.output;
}

}  // namespace

std::string SshServer::url(const fs::path& path) const {
  return "ssh://" + user_ + "@127.0.0.1:" + std::to_string(port_) + path.string();
}

std::string SshServer::known_hosts_line() const {
  return "[127.0.0.1]:" + std::to_string(port_) + " " + read_text(folder_ / "host_key.pub");
}

std::string SshServer::launch(const fs::path& home) {
  const std::string sshd = find_program("sshd");
  if (sshd.empty() || find_program("ssh-keygen").empty()) return "sshd is not installed";
  const passwd* account = ::getpwuid(::getuid());
  if (account == nullptr) return "this user has no account";
  user_ = account->pw_name;
  fs::create_directories(home / ".ssh");
  for (const fs::path& key : {folder_ / "host_key", home / ".ssh" / "id_ed25519"}) {
    if (std::string problem = make_key(key); !problem.empty()) return problem;
  }
  fs::copy_file(home / ".ssh" / "id_ed25519.pub", folder_ / "authorized_keys");
  if (::getuid() == 0) {  // sshd of root insists on a folder that systemd makes where it runs
    std::error_code ignored;
    fs::create_directory("/run/sshd", ignored);
  }
  port_ = free_port();
  const std::string at = folder_.string();
  write_text(folder_ / "sshd_config",
             "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) + "\nHostKey " + at +
                 "/host_key\nAuthorizedKeysFile " + at +
                 "/authorized_keys\nPidFile none\n"
                 "StrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                 "PermitRootLogin prohibit-password\nKbdInteractiveAuthentication no\n");
  sshd_ = std::make_unique<BackgroundProgram>(
      std::vector<std::string>{sshd, "-D", "-e", "-f", at + "/sshd_config"}, folder_,
      folder_ / "sshd.log");
  if (!wait_for_port(port_, *sshd_)) {
    return "sshd does not start: " + read_text(folder_ / "sshd.log");
  }
  return "";
}

std::unique_ptr<SshServer> SshServer::start(const fs::path& folder, const fs::path& home,
                                            std::string& reason) {
  std::unique_ptr<SshServer> server(new SshServer(folder));
  fs::create_directories(folder);
  reason = server->launch(home);
  return reason.empty() ? std::move(server) : nullptr;
}

}  // namespace ck::test
