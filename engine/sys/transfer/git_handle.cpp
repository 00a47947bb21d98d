#include "sys/transfer/git_handle.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

ErrorCode error_code(int code, int klass, ErrorCode otherwise) {
  if (code == GIT_EOWNER) return ErrorCode::denied;
  if (code == GIT_EAUTH || code == GIT_ECERTIFICATE) return ErrorCode::network;
  switch (klass) {
    case GIT_ERROR_NET:
    case GIT_ERROR_SSH:
    case GIT_ERROR_SSL:
    case GIT_ERROR_HTTP:
      return ErrorCode::network;
    case GIT_ERROR_NOMEMORY:
      return ErrorCode::internal;
    default:
      return otherwise;
  }
}

void add_hints(int code, int klass, const std::string& message, Error& error) {
  if (code == GIT_EOWNER) {
    error.hint("if you trust it: git config --global --add safe.directory <that folder>");
  }
  if (code == GIT_ECERTIFICATE && klass != GIT_ERROR_SSH) {
    error.hint(
        "if the server has a certificate of your own authority, name its file: "
        "git config --global http.sslCAInfo <file>");
  }
  if (message.find("No space left") != std::string::npos) {
    error.code = ErrorCode::io;
    error.hint("free some disk space and try again");
  }
}

}  // namespace

Error git_failure(int code, const std::string& what, ErrorCode otherwise, const Cancel& cancel) {
  if (cancel.requested()) return Error(ErrorCode::interrupted, "interrupted: " + what);
  const git_error* last = git_error_last();
  const std::string message = last != nullptr && last->message != nullptr
                                  ? scrubbed(last->message)
                                  : "libgit2 error " + std::to_string(code);
  const int klass = last != nullptr ? last->klass : GIT_ERROR_NONE;
  Error error(error_code(code, klass, otherwise), "cannot " + what + ": " + message);
  add_hints(code, klass, message, error);
  return error;
}

std::optional<Error> foreign_owner(const fs::path& folder) {
  for (const fs::path& path : {folder, folder / ".git"}) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || found.st_uid == ::geteuid()) continue;
    return Error(ErrorCode::denied, path.string() + " belongs to another user (" +
                                        std::to_string(found.st_uid) +
                                        "), so its git configuration is not trusted")
        .hint("if you trust it: git config --global --add safe.directory " +
              shell_quoted(folder.string()));
  }
  return std::nullopt;
}

std::string hex(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), &id);
  return text;
}

GitLibrary::GitLibrary() { git_libgit2_init(); }
GitLibrary::~GitLibrary() { git_libgit2_shutdown(); }

}  // namespace ck::sys
