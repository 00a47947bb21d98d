#pragma once
/// Running the tools that tests build their surroundings with. Deliberately not the engine's own
/// process code: what is under test must not set up its own tests.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/path.hpp"

namespace ck::test {

using Variables = std::vector<std::pair<std::string, std::string>>;

struct CommandResult {
  int code = -1;       ///< exit code; 128 + signal when killed
  std::string output;  ///< stdout and stderr together
};

/// Runs a program (looked up in PATH and the sbin folders) to its end, with `variables` added to
/// the test's own.
CommandResult run_command(const std::vector<std::string>& argv, const fs::path& folder = "/",
                          const Variables& variables = {});

/// Where a program lies, "" if this machine has none.
std::string find_program(const std::string& name);

/// A program in the background, killed and waited for at the end.
class BackgroundProgram {
 public:
  /// Output goes to `log`. `start` failing shows as an early `running() == false`.
  BackgroundProgram(const std::vector<std::string>& argv, const fs::path& folder,
                    const fs::path& log, const Variables& variables = {});
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;
  ~BackgroundProgram();

  bool running();
  pid_t id() const { return id_; }

 private:
  pid_t id_ = -1;
};

/// A TCP port of 127.0.0.1 that was free a moment ago.
int free_port();

/// Whether somebody listens there within about two seconds.
bool wait_for_port(int port, BackgroundProgram& server);

}  // namespace ck::test
