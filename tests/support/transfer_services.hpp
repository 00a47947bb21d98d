#pragma once
/// The built transfer module, as the engine loads it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "support/temporary_home.hpp"
#include "sys/transfer.hpp"

namespace ck::test {

/// Loads the module after HOME points to `home`, where libgit2 then looks for the user's
/// configuration, and takes away what the machine's user has set.
class TransferServices {
 public:
  explicit TransferServices(const fs::path& home) {
    ::setenv("HOME", home.c_str(), 1);
    for (const char* name :
         {"XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
          "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}) {
      ::unsetenv(name);
    }
    transfer_ = sys::make_transfer(CK_TRANSFER_MODULE);
  }

  sys::Git& git() { return **transfer_->git(); }
  sys::Http& http() { return **transfer_->http(); }
  sys::Archives& archives() { return **transfer_->archives(); }

 private:
  std::unique_ptr<sys::Transfer> transfer_;
};

}  // namespace ck::test
