#pragma once
/// What the program and the transfer module agree on. Both come from one build: the module refuses
/// callers that were built with another ABI number, so raise it with every change of the
/// interfaces.

#include <memory>

#include "sys/archive.hpp"
#include "sys/git.hpp"
#include "sys/http.hpp"
#include "sys/rewrite.hpp"

namespace ck::sys {

inline constexpr unsigned kTransferAbi = 4;
inline constexpr const char* kTransferEntry = "ck_transfer_open";

/// Everything the module offers, and what it has to know for that.
struct TransferServices {
  std::vector<UrlRewrite> rewrites;  ///< set before the call
  std::unique_ptr<Git> git;
  std::unique_ptr<Http> http;
  std::unique_ptr<Archives> archives;
};

/// The module's one exported function: returns the module's ABI number, and fills `services` if
/// that is the caller's `abi`.
using TransferEntry = unsigned (*)(unsigned abi, TransferServices* services);

std::unique_ptr<Git> make_git(std::vector<UrlRewrite> rewrites);
std::unique_ptr<Http> make_http(std::vector<UrlRewrite> rewrites);
std::unique_ptr<Archives> make_archives();

}  // namespace ck::sys
