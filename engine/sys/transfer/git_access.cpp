#include "sys/transfer/git_access.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/strings.hpp"
#include "sys/transfer/certificates.hpp"
#include "sys/transfer/git_login.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr std::uint64_t kBytesPerEvent = 256u << 10;

std::string home_file(const std::string& name) {
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/" + name;
}

std::vector<std::string> default_ssh_keys() {
  std::vector<std::string> found;
  for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa"}) {
    std::string file = home_file(std::string(".ssh/") + name);
    if (!file.empty() && ::access(file.c_str(), R_OK) == 0) found.push_back(std::move(file));
  }
  return found;
}

/// The user name that ssh itself would take.
std::string local_user() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry == nullptr ? std::string("git") : std::string(entry->pw_name);
}

/// As OpenSSH prints fingerprints: base64 without padding.
std::string fingerprint(const unsigned char (&hash)[32]) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "SHA256:";
  unsigned bits = 0;
  unsigned count = 0;
  for (const unsigned char byte : hash) {
    bits = (bits << 8 | byte) & 0xffffu;
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63u];
  }
  return text + alphabet[bits << (6 - count) & 63u];
}

Result<std::optional<std::string>> configured_bundle() {
  Config config;
  if (acquire(config, git_config_open_default) != 0) return std::optional<std::string>();
  git_buf value = GIT_BUF_INIT;
  std::optional<std::string> bundle;
  if (git_config_get_path(&value, config.get(), "http.sslcainfo") == 0) bundle = value.ptr;
  git_buf_dispose(&value);
  return bundle;
}

}  // namespace

std::string keep_credentials(const std::string& url, GitOperation& operation) {
  const auto parts = parse_url(url);
  if (parts && parts->password) {
    operation.credentials.push_back({host_of(url), *parts->user, *parts->password});
  } else if (parts && parts->user && parts->scheme.starts_with("http")) {
    operation.credentials.push_back({host_of(url), *parts->user, ""});
  }
  return parts && parts->user ? without_credentials(url) : url;
}

Status trust_certificates() {
  CK_TRY(configured, configured_bundle());
  std::optional<fs::path> bundle;
  if (configured && std::getenv("GIT_SSL_CAINFO") == nullptr) {
    bundle = *configured;
  } else {
    CK_TRY(found, certificate_bundle({"GIT_SSL_CAINFO", "SSL_CERT_FILE"}));
    bundle = found;
  }
  if (!bundle) return {};  // only https needs them, and says so then
  const int code = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, bundle->c_str(), nullptr);
  if (code == 0) return {};
  return fail(
      git_failure(code, "read the certificate authorities in " + bundle->string(), ErrorCode::io)
          .in("git configuration http.sslCAInfo, GIT_SSL_CAINFO or SSL_CERT_FILE"));
}

RemoteAccess::RemoteAccess(GitOperation& operation, std::string url)
    : operation_(operation), url_(std::move(url)), ssh_keys_(default_ssh_keys()) {}

git_remote_callbacks RemoteAccess::callbacks() {
  git_remote_callbacks callbacks;
  git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION);
  callbacks.credentials = on_credentials;
  callbacks.certificate_check = on_certificate;
  callbacks.transfer_progress = on_progress;
  callbacks.sideband_progress = on_message;
  callbacks.payload = this;
  return callbacks;
}

int RemoteAccess::on_credentials(git_credential** out, const char*, const char* user,
                                 unsigned int allowed, void* self) {
  auto& access = *static_cast<RemoteAccess*>(self);
  if (access.operation_.cancel.requested()) return GIT_EUSER;
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) {
    return git_credential_username_new(out, local_user().c_str());
  }
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0 && user != nullptr) {
    return access.ssh_credentials(out, user);
  }
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0) {
    return access.password_credentials(out, user);
  }
  return GIT_EAUTH;
}

int RemoteAccess::ssh_credentials(git_credential** out, const char* user) {
  if (!agent_tried_ && std::getenv("SSH_AUTH_SOCK") != nullptr) {
    agent_tried_ = true;
    return git_credential_ssh_key_from_agent(out, user);
  }
  if (ssh_keys_.empty()) {
    git_error_set_str(GIT_ERROR_SSH, "the server accepted none of your ssh keys");
    return GIT_EAUTH;
  }
  const std::string key = ssh_keys_.front();
  ssh_keys_.erase(ssh_keys_.begin());
  return git_credential_ssh_key_new(out, user, nullptr, key.c_str(), nullptr);
}

int RemoteAccess::password_credentials(git_credential** out, const char* user) {
  const std::string host = host_of(url_);
  const unsigned attempt = passwords_tried_++;
  if (attempt == 0) {
    for (const HostCredentials& known : operation_.credentials) {
      if (known.host != host) continue;
      return git_credential_userpass_plaintext_new(out, known.user.c_str(), known.password.c_str());
    }
  }
  if (attempt <= 1) {
    passwords_tried_ = 2;
    const auto login = login_from_helpers(url_, user == nullptr ? "" : user, operation_.cancel);
    if (login) {
      return git_credential_userpass_plaintext_new(out, login->user.c_str(),
                                                   login->password.c_str());
    }
  }
  git_error_set_str(GIT_ERROR_HTTP, attempt == 0 ? "the server asks for a name and a password"
                                                 : "the server refused the name or the password");
  return GIT_EAUTH;
}

int RemoteAccess::on_certificate(git_cert* certificate, int valid, const char*, void* self) {
  auto& access = *static_cast<RemoteAccess*>(self);
  if (valid == 0 && certificate != nullptr && certificate->cert_type == GIT_CERT_HOSTKEY_LIBSSH2) {
    // libgit2 hands the derived type over by its first member.
    const auto& key = *reinterpret_cast<const git_cert_hostkey*>(certificate);
    access.unknown_key_ = (key.type & GIT_CERT_SSH_SHA256) != 0 ? fingerprint(key.hash_sha256)
                                                                : std::string("unknown");
  }
  return GIT_PASSTHROUGH;
}

int RemoteAccess::on_progress(const git_indexer_progress* progress, void* self) {
  auto& access = *static_cast<RemoteAccess*>(self);
  if (access.operation_.cancel.requested()) return GIT_EUSER;
  const std::string what = "fetching " + without_credentials(access.url_);
  if (progress->received_bytes >= access.last_bytes_ + kBytesPerEvent) {
    access.last_bytes_ = progress->received_bytes;
    access.operation_.events.on(Progress{what, progress->received_bytes, std::nullopt, "bytes"});
  }
  if (progress->total_objects == 0) return 0;
  const std::uint64_t percent =
      std::uint64_t{100} * progress->indexed_objects / progress->total_objects;
  if (percent != access.last_percent_) {
    access.last_percent_ = percent;
    access.operation_.events.on(
        Progress{what, progress->indexed_objects, progress->total_objects, "objects"});
  }
  return 0;
}

int RemoteAccess::on_message(const char*, int, void* self) {
  return static_cast<RemoteAccess*>(self)->operation_.cancel.requested() ? GIT_EUSER : 0;
}

Error RemoteAccess::failure(int code, const std::string& what) const {
  Error error = git_failure(code, what, ErrorCode::network, operation_.cancel);
  if (error.code == ErrorCode::interrupted) return error;
  const auto parts = parse_url(url_);
  const bool ssh = parts && parts->scheme == "ssh";
  if (!unknown_key_.empty()) {
    const std::string port = parts->port.empty() ? "" : "-p " + parts->port + " ";
    error.message = "cannot " + what + ": the key of " + host_of(url_) + " (" + unknown_key_ +
                    ") is not the one in ~/.ssh/known_hosts, or the host is not listed there";
    error.hint("compare the key with the one the host's owner publishes, then: ssh-keyscan " +
               port + parts->host + " >> ~/.ssh/known_hosts");
    error.hint(
        "if the host was listed before, its key has changed: do not go on unless you know why");
  } else if (code == GIT_EAUTH && ssh) {
    error.hint(
        "load a key that the host knows: ssh-add <key file>, or put it in ~/.ssh/id_ed25519");
  } else if (code == GIT_EAUTH) {
    error.hint(
        "store a login with git (git config --global credential.helper store; git ls-remote " +
        without_credentials(url_) + "), or use an ssh URL");
  } else if (ssh && !agent_tried_ && error.message.find("key") != std::string::npos) {
    error.hint("keys with a passphrase are used through ssh-agent only: ssh-add <key file>");
  }
  return error;
}

}  // namespace ck::sys
