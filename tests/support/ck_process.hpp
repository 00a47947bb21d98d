#pragma once
/// The program under test, started as a shell would start it.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "support/command.hpp"

namespace ck::test {

/// How a call of ck ended and what it said.
struct CkResult {
  int code = -1;  ///< exit code; 128 + signal when killed
  std::string out;
  std::string err;
};

/// All that a call gets from outside: nothing passes from the test's own surroundings.
struct CkCall {
  std::vector<std::string> arguments;
  Variables variables;
  fs::path folder;    ///< working directory
  std::string input;  ///< stdin
};

/// One call in a process group of its own, so that signals can be sent as a terminal sends them.
class CkProcess {
 public:
  /// Streams go to files in `scratch`, which must exist for as long as the call.
  CkProcess(const CkCall& call, const fs::path& scratch);
  CkProcess(CkProcess&& other) noexcept;
  CkProcess& operator=(CkProcess&&) = delete;
  ~CkProcess();  ///< kills the group if it still runs

  pid_t id() const { return id_; }

  void signal(int number) const;        ///< to ck alone
  void signal_group(int number) const;  ///< to ck and what is in its group

  /// Whether it ended within that time.
  bool ends_within(std::chrono::milliseconds time);

  /// Waits for the end. A call that takes a minute is killed and fails the test.
  CkResult wait();

 private:
  pid_t id_ = -1;
  int handle_ = -1;  ///< pidfd
  fs::path out_;
  fs::path err_;
};

/// stdout as JSON; what is no JSON, or has no schema id, fails the test.
Json json_of(const CkResult& result);

}  // namespace ck::test
