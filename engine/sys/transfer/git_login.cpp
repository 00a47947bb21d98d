#include "sys/transfer/git_login.hpp"

#include "base/strings.hpp"
#include "sys/host.hpp"
#include "sys/process.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

bool breaks_a_line(const std::string& text) {
  return text.find_first_of("\n\r") != std::string::npos;
}

ProcessSpec credential_command(const std::string& question) {
  ProcessSpec spec;
  spec.argv = {"git", "credential", "fill"};
  for (auto& variable : process_variables()) {
    // GIT_DIR and its like would bring a repository's own configuration back in.
    const bool leads_to_repository =
        variable.first == "GIT_DIR" || variable.first == "GIT_WORK_TREE" ||
        variable.first == "GIT_COMMON_DIR" || variable.first == "GIT_CONFIG";
    const bool asks = variable.first == "GIT_ASKPASS" || variable.first == "SSH_ASKPASS" ||
                      variable.first == "GIT_TERMINAL_PROMPT";
    if (!leads_to_repository && !asks) spec.variables.push_back(std::move(variable));
  }
  spec.variables.emplace_back("GIT_TERMINAL_PROMPT", "0");
  spec.variables.emplace_back("GIT_ASKPASS", "");
  spec.variables.emplace_back("SSH_ASKPASS", "");
  spec.variables.emplace_back("GIT_CEILING_DIRECTORIES", "/");
  spec.directory = "/";
  spec.stdin_text = question;
  spec.limits.wall_time = std::chrono::seconds(60);
  spec.limits.output_bytes = 64u << 10;
  return spec;
}

}  // namespace

std::optional<GitLogin> login_from_helpers(const std::string& url, const std::string& user,
                                           const Cancel& cancel) {
  const auto parts = parse_url(url);
  if (!parts || breaks_a_line(url) || breaks_a_line(user)) return std::nullopt;
  std::string question = "protocol=" + parts->scheme + "\nhost=" + host_of(url) + "\n";
  const std::string path = parts->path.substr(0, parts->path.find_first_of("?#"));
  if (path.size() > 1) question += "path=" + path.substr(1) + "\n";
  if (!user.empty()) question += "username=" + user + "\n";

  SystemProcesses processes;
  const auto answer = processes.run(credential_command(question + "\n"), cancel);
  if (!answer || !answer->ok()) return std::nullopt;
  GitLogin login;
  for (const std::string& line : split(answer->out, '\n')) {
    if (line.starts_with("username=")) login.user = line.substr(9);
    if (line.starts_with("password=")) login.password = line.substr(9);
  }
  if (login.password.empty()) return std::nullopt;
  return login;
}

}  // namespace ck::sys
