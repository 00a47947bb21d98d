#include "sys/replace.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Error replace_process(const std::vector<std::string>& argv,
                      const std::vector<std::pair<std::string, std::string>>& variables) {
  if (argv.empty()) return {ErrorCode::usage, "there is no command to execute"};
  std::string program = argv.front();
  if (program.find('/') == std::string::npos) {
    const auto path =
        std::ranges::find(variables, "PATH", &std::pair<std::string, std::string>::first);
    const auto found =
        find_executable(program, path == variables.end() ? "/usr/bin:/bin" : path->second);
    if (!found) return {ErrorCode::not_found, "there is no command '" + printable(program) + "'"};
    program = found->string();
  }
  std::vector<std::string> words = argv;
  std::vector<std::string> texts;
  for (const auto& [name, value] : variables) texts.push_back(name + "=" + value);
  ::execve(program.c_str(), pointers(words).data(), pointers(texts).data());
  return system_error("execute " + printable(program), errno);
}

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

}  // namespace ck::sys
