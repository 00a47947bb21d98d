#pragma once
/// Logins from the credential helpers of the user's git configuration.

#include <optional>
#include <string>

#include "sys/cancel.hpp"

namespace ck::sys {

struct GitLogin {
  std::string user;
  std::string password;
};

/// What `git credential fill` answers for an http(s) URL, without asking anybody at a terminal.
/// Nothing when git is missing or no helper knows the host. Runs outside of any repository, so only
/// the user's and the machine's configuration count.
std::optional<GitLogin> login_from_helpers(const std::string& url, const std::string& user,
                                           const Cancel& cancel);

}  // namespace ck::sys
