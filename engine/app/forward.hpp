#pragma once
/// Calls of `ck` from inside a sandbox: done by the engine outside. And what of a command line may
/// be written down.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "install/secrets.hpp"

namespace ck::app {

struct ForwardedCall {
  std::vector<std::string> arguments;
  std::string input;  ///< stdin, for `access`
};

struct ForwardedAnswer {
  int exit_code = 0;
  std::string out, err;
};

/// Whether "--secret.NAME=value", or "--env.NAME=value" with such a name, holds a secret: a word of
/// the command line that must not be written down.
bool holds_secret(const std::string& word);

/// The secrets that a command line tells, by name.
install::Variables secrets_in(const std::vector<std::string>& words);

/// Whether this process runs in a sandbox whose engine serves calls.
bool is_in_sandbox();

/// Has the call done outside; files that it fetched are written here.
Result<ForwardedAnswer> forward(const ForwardedCall& call);

}  // namespace ck::app
