#include "sys/transfer/certificates.hpp"

#include <array>
#include <cstdlib>
#include <string>

namespace ck::sys {
namespace {

constexpr std::array kKnownBundles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

}  // namespace

Result<std::optional<fs::path>> certificate_bundle(std::initializer_list<const char*> variables) {
  std::error_code ignored;
  for (const char* variable : variables) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (!fs::exists(value, ignored)) {
      return fail(Error(ErrorCode::io, std::string("the file of certificate authorities ") + value +
                                           " does not exist")
                      .in(std::string("environment variable ") + variable));
    }
    return fs::path(value);
  }
  for (const char* bundle : kKnownBundles) {
    if (fs::exists(bundle, ignored)) return fs::path(bundle);
  }
  return std::optional<fs::path>();
}

}  // namespace ck::sys
