#pragma once
/// Git, HTTP and archives live in a module that is loaded when first needed: linked into the
/// program they would cost every start-up several milliseconds.

#include <memory>

#include "sys/archive.hpp"
#include "sys/git.hpp"
#include "sys/http.hpp"
#include "sys/rewrite.hpp"

namespace ck::sys {

/// The three services; fakes in tests implement this directly.
class Transfer {
 public:
  virtual ~Transfer() = default;
  virtual Result<Git*> git() = 0;
  virtual Result<Http*> http() = 0;
  virtual Result<Archives*> archives() = 0;
};

/// Loads `ck-transfer.so` from `module` on first use; errors tell which file was looked for. URLs
/// of files and repositories are fetched by the `rewrites`.
std::unique_ptr<Transfer> make_transfer(fs::path module, std::vector<UrlRewrite> rewrites = {});

/// Where the module lies for this executable: `../lib/ck/ck-transfer.so` from its folder.
fs::path default_transfer_module();

}  // namespace ck::sys
