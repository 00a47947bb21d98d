#pragma once
/// Calls of `ck` from inside a sandbox: done by the engine outside. And what of a command line may
/// be written down.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "install/secrets.hpp"

namespace ck::app {

class Session;
struct RunRequest;

struct ForwardedCall {
  std::vector<std::string> arguments;
  std::string input;  ///< stdin, for `access`
};

struct ForwardedAnswer {
  int exit_code = 0;
  std::string out, err;
};

/// Whether "--secret.NAME=value", "--env.NAME=value" or "--param.env.NAME=values" with such a name,
/// or any option with a URL that has credentials, holds a secret: a word of the command line that
/// must not be written down.
bool holds_secret(const std::string& word);

/// The secrets that a command line tells, by name; a name may have several values.
install::Variables secrets_in(const std::vector<std::string>& words);

/// `usage` if one of the axes (as typed behind --param., with its values) varies a secret: points
/// are told apart by values, and those of secrets are not kept.
Status refuse_varied_secrets(Session& session, const RunRequest& base,
                             const install::Variables& axes);

/// Whether this process runs in a sandbox whose engine serves calls.
bool is_in_sandbox();

/// Has the call done outside; files that it fetched are written here.
Result<ForwardedAnswer> forward(const ForwardedCall& call);

/// Executes a command of bash that begins with these lines, in place of this process and with its
/// variables. Returns only when that fails.
Error become_bash(const std::string& lines, const std::string& command);

}  // namespace ck::app
