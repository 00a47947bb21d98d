#include "support/transfer_services.hpp"

#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CK_TESTS_LOOK_FOR_LEAKS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CK_TESTS_LOOK_FOR_LEAKS 1
#endif

#ifdef CK_TESTS_LOOK_FOR_LEAKS
#include <sanitizer/lsan_interface.h>

/// Read by LeakSanitizer. libgit2 1.5 never frees the match data of a pattern that does not match,
/// nor the known hosts of libssh2. Its own objects stay watched: those are ours to free.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2\nleak:libssh2\n"; }
#endif

namespace ck::test {

TransferServices::TransferServices(const fs::path& home) {
  ::setenv("HOME", home.c_str(), 1);
  for (const char* name :
       {"XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
        "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}) {
    ::unsetenv(name);
  }
  transfer_ = sys::make_transfer(CK_TRANSFER_MODULE);
}

#ifdef CK_TESTS_LOOK_FOR_LEAKS
LeaksOfSshAllowed::LeaksOfSshAllowed() { __lsan_disable(); }
LeaksOfSshAllowed::~LeaksOfSshAllowed() { __lsan_enable(); }
#else
LeaksOfSshAllowed::LeaksOfSshAllowed() = default;
LeaksOfSshAllowed::~LeaksOfSshAllowed() = default;
#endif

}  // namespace ck::test
