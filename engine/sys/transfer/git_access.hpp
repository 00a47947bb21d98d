#pragma once
/// Getting through to a remote: which certificates and host keys are trusted, who we say we are.

#include <optional>
#include <string>
#include <vector>

#include "base/events.hpp"
#include "sys/rewrite.hpp"
#include "sys/transfer/git_handle.hpp"

namespace ck::sys {

/// A name and password for one host, as given in a URL; never written anywhere.
struct HostCredentials {
  std::string host;  ///< as `host_of`
  std::string user;
  std::string password;
};

/// One verb of git on its way, through a remote and its submodules.
struct GitOperation {
  EventSink& events;
  const Cancel& cancel;
  const std::vector<UrlRewrite>& rewrites;
  std::vector<HostCredentials> credentials;
};

/// Takes the credentials out of a URL and into the operation.
std::string keep_credentials(const std::string& url, GitOperation& operation);

/// Makes libgit2 trust what git trusts: `http.sslCAInfo`, GIT_SSL_CAINFO, SSL_CERT_FILE, or the
/// machine's own authorities.
Status trust_certificates();

/// The callbacks of one connection. libgit2 asks again after every refusal, so it remembers what
/// was tried. Must stay where it is while libgit2 has the callbacks.
class RemoteAccess {
 public:
  /// `url` is the effective one (after `insteadOf`).
  RemoteAccess(GitOperation& operation, std::string url);
  RemoteAccess(const RemoteAccess&) = delete;
  RemoteAccess& operator=(const RemoteAccess&) = delete;

  git_remote_callbacks callbacks();

  /// `git_failure` with what this class knows beside: the host key, the logins that were refused.
  Error failure(int code, const std::string& what) const;

 private:
  static int on_credentials(git_credential** out, const char* url, const char* user,
                            unsigned int allowed, void* self);
  static int on_certificate(git_cert* certificate, int valid, const char* host, void* self);
  static int on_progress(const git_indexer_progress* progress, void* self);
  static int on_message(const char* text, int size, void* self);

  int ssh_credentials(git_credential** out, const char* user);
  int password_credentials(git_credential** out, const char* user);

  GitOperation& operation_;
  std::string url_;
  std::vector<std::string> ssh_keys_;  ///< private key files still to be tried
  bool agent_tried_ = false;
  unsigned passwords_tried_ = 0;
  std::string unknown_key_;  ///< "SHA256:…" of a host key that is not in known_hosts
  std::uint64_t last_percent_ = 0;
  std::uint64_t last_bytes_ = 0;
};

}  // namespace ck::sys
