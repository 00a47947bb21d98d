#include "sys/transfer/http_failure.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

// As CURLINFO_SSL_VERIFYRESULT gives them when libcurl uses OpenSSL (X509_V_ERR_…).
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;
constexpr long kSelfSigned = 18;
constexpr long kSelfSignedInChain = 19;
constexpr long kNoIssuer = 20;
constexpr long kNoIssuerAtAll = 21;

bool uses_openssl() {
  const auto* info = curl_version_info(CURLVERSION_NOW);
  return info->ssl_version != nullptr &&
         std::string_view(info->ssl_version).find("OpenSSL") != std::string_view::npos;
}

/// Why a certificate was refused; empty when the library does not tell.
std::string certificate_problem(CURL* easy, std::string_view message) {
  if (message.find("does not match") != std::string_view::npos ||
      message.find("subject name") != std::string_view::npos) {
    return "its TLS certificate is for another name";
  }
  long verified = 0;
  if (!uses_openssl() ||
      curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified) != CURLE_OK) {
    return {};
  }
  switch (verified) {
    case kExpired:
      return "its TLS certificate has expired";
    case kNotYetValid:
      return "its TLS certificate is not valid yet";
    case kSelfSigned:
    case kSelfSignedInChain:
    case kNoIssuer:
    case kNoIssuerAtAll:
      return "its TLS certificate is from an authority that this machine does not trust";
    default:
      return {};
  }
}

Error with_certificate_hint(Error error) {
  if (error.message.find("authority") != std::string::npos) {
    return std::move(error).hint(
        "if it is your organisation's own authority: export SSL_CERT_FILE=FILE with its "
        "certificate");
  }
  if (error.message.find("valid") != std::string::npos ||
      error.message.find("expired") != std::string::npos) {
    return std::move(error).hint("check this machine's clock: date");
  }
  return error;
}

/// Servers that ask for a login, or moved a file, like to answer with a page and status 200.
std::string what_it_looks_like(const std::string& beginning) {
  const std::string text = to_lower(trim(beginning).substr(0, 64));
  if (text.starts_with("<!doctype html") || text.starts_with("<html")) return "an HTML page";
  if (text.starts_with("version https://git-lfs")) return "a pointer to a file in Git LFS";
  return {};
}

}  // namespace

std::string name_of(const DownloadRequest& request) {
  return request.name.empty() ? request.file.filename().string() : printable(request.name);
}

std::string status_text(long status) {
  const std::string text = "HTTP status " + std::to_string(status);
  switch (status) {
    case 401:
    case 403:
      return text + " (it does not let us have the file)";
    case 404:
      return text + " (there is no such file)";
    case 407:
      return text + " (the proxy asks for a login)";
    case 410:
      return text + " (the file was removed for good)";
    case 429:
      return text + " (too many requests)";
    default:
      return text;
  }
}

bool is_temporary_status(long status) { return status >= 500 || status == 408 || status == 429; }

bool is_temporary_failure(CURLcode code) {
  return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE ||
         code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM ||
         code == CURLE_OPERATION_TIMEDOUT;
}

Error transfer_failure(CURL* easy, CURLcode code, const std::string& url, const char* message) {
  std::string reason = scrubbed(*message != '\0' ? message : curl_easy_strerror(code));
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    if (const auto problem = certificate_problem(easy, message); !problem.empty())
      reason = problem + " (" + reason + ")";
  }
  Error error(ErrorCode::network, host_of(url) + ": " + reason);
  return code == CURLE_PEER_FAILED_VERIFICATION ? with_certificate_hint(std::move(error)) : error;
}

Error wrong_content(const DownloadRequest& request, const std::string& url,
                    const std::string& found, const PartFile& part) {
  const std::string looks = what_it_looks_like(part.beginning());
  Error error(ErrorCode::verification,
              host_of(url) + ": sent content with sha256 " + found + " (" +
                  std::to_string(part.size()) + " bytes" + (looks.empty() ? "" : ", " + looks) +
                  "), expected " + request.sha256 +
                  (request.size_bytes ? " (" + std::to_string(*request.size_bytes) + " bytes)"
                                      : std::string()));
  if (!looks.empty()) error.hint("the file is not there any more, or the server asks for a login");
  return error;
}

Error all_failed(const DownloadRequest& request, std::vector<Error> answers) {
  if (answers.size() == 1) {
    Error error = std::move(answers.front());
    error.message = "cannot download " + name_of(request) + " from " + error.message;
    return error;
  }
  const bool wrong = std::any_of(answers.begin(), answers.end(), [](const Error& answer) {
    return answer.code == ErrorCode::verification;
  });
  Error error(wrong ? ErrorCode::verification : ErrorCode::network,
              "cannot download " + name_of(request) + ": none of " +
                  std::to_string(answers.size()) + " mirrors has it");
  for (const Error& answer : answers) {
    error.in(answer.message);
    for (const std::string& hint : answer.hints) {
      if (std::find(error.hints.begin(), error.hints.end(), hint) == error.hints.end())
        error.hint(hint);
    }
  }
  return error;
}

}  // namespace ck::sys
