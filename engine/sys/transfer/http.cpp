#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/transfer/http_get.hpp"
#include "sys/transfer/http_part.hpp"
#include "sys/transfer/module.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr std::array kPauses = {std::chrono::milliseconds(200), std::chrono::milliseconds(400)};
constexpr std::size_t kTries = kPauses.size() + 1;

Status pause(std::chrono::milliseconds time, const Cancel& cancel) {
  pollfd cancelled{cancel.descriptor(), POLLIN, 0};
  ::poll(&cancelled, 1, static_cast<int>(time.count()));
  return cancel.check();
}

bool has_content(const DownloadRequest& request, const Cancel& cancel) {
  if (request.any_content) return false;
  std::error_code ignored;
  if (!fs::is_regular_file(request.file, ignored)) return false;
  const auto hash = hash_file(request.file, cancel);
  return hash && *hash == request.sha256;
}

/// Refuses early what cannot fit, instead of after an hour.
Status check_space(const DownloadRequest& request, const PartFile& part) {
  if (!request.size_bytes || *request.size_bytes <= part.size()) return {};
  const auto free = free_bytes(request.file.parent_path());
  if (!free || *free >= *request.size_bytes - part.size()) return {};
  return fail(Error(ErrorCode::io, "not enough disk space for " + request.file.string() +
                                       ": needs " +
                                       human_bytes(static_cast<double>(*request.size_bytes)) +
                                       ", has " + human_bytes(static_cast<double>(*free)))
                  .hint("free some disk space and try again"));
}

Error wrong_hash(const DownloadRequest& request, const std::string& url, const std::string& found) {
  return Error(ErrorCode::verification, host_of(url) + ": sent content with sha256 " + found +
                                            ", expected " + request.sha256);
}

/// All tries at one URL. On success the part has the right content.
Status get_from(const std::string& url, const DownloadRequest& request, PartFile& part,
                EventSink& events, const Cancel& cancel) {
  for (std::size_t attempt = 0;; ++attempt) {
    const bool continued = part.size() > 0;
    const auto failure = get(url, request, part, events, cancel);
    if (!failure) {
      const std::string found = part.finish_hash();
      if (request.any_content || found == request.sha256) return {};
      // The beginning may have been spoilt on our side: the server deserves one whole try.
      if (continued && attempt + 1 < kTries) {
        CK_CHECK(part.restart(""));
        continue;
      }
      return fail(wrong_hash(request, url, found));
    }
    if (!failure->temporary || attempt + 1 == kTries) return fail(failure->error);
    events.on(Note{failure->error.message + "; trying again"});
    CK_CHECK(pause(kPauses[attempt], cancel));
  }
}

/// One error from the answers of all mirrors.
Error all_failed(const DownloadRequest& request, std::vector<Error> answers) {
  if (answers.size() == 1) {
    Error error = std::move(answers.front());
    error.message =
        "cannot download " + request.file.filename().string() + " from " + error.message;
    return error;
  }
  const bool wrong = std::any_of(answers.begin(), answers.end(), [](const Error& answer) {
    return answer.code == ErrorCode::verification;
  });
  Error error(wrong ? ErrorCode::verification : ErrorCode::network,
              "cannot download " + request.file.filename().string() + ": none of " +
                  std::to_string(answers.size()) + " mirrors has it");
  for (const Error& answer : answers) error.in(answer.message);
  return error;
}

class LibCurl final : public Http {
 public:
  LibCurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  LibCurl(const LibCurl&) = delete;
  LibCurl& operator=(const LibCurl&) = delete;
  ~LibCurl() override { curl_global_cleanup(); }

  Status download(const DownloadRequest& request, EventSink& events, const Cancel& cancel) override;
};

Status check_request(const DownloadRequest& request) {
  if (request.urls.empty()) {
    return fail(ErrorCode::invalid, "no URL is given for " + request.file.filename().string());
  }
  if (!request.any_content && !is_sha256(request.sha256)) {
    return fail(ErrorCode::invalid, "no sha256 (64 lower-case hex digits) is given for " +
                                        request.file.filename().string());
  }
  for (const std::string& url : request.urls) {
    const auto parts = parse_url(url);
    const bool known =
        parts && url.find("://") != std::string::npos &&
        (parts->scheme == "http" || parts->scheme == "https" || parts->scheme == "file");
    if (known) continue;
    return fail(
        Error(ErrorCode::unsupported, "cannot download " + printable(without_credentials(url)))
            .hint("URLs of downloads start with https://, http:// or file://"));
  }
  return {};
}

Status LibCurl::download(const DownloadRequest& request, EventSink& events, const Cancel& cancel) {
  CK_CHECK(check_request(request));
  CK_CHECK(cancel.check());
  if (has_content(request, cancel)) return {};
  CK_TRY(part, PartFile::open(request.file, cancel));
  if (has_content(request, cancel)) {  // another process was faster
    part.discard();
    return {};
  }
  CK_CHECK(check_space(request, part));
  std::vector<Error> answers;
  for (const std::string& url : request.urls) {
    auto got = get_from(url, request, part, events, cancel);
    if (got) return part.publish();
    const ErrorCode code = got.error().code;
    if (code != ErrorCode::network && code != ErrorCode::verification) return got;
    if (code == ErrorCode::verification) CK_CHECK(part.restart(""));
    answers.push_back(std::move(got.error()));
  }
  if (part.size() == 0) part.discard();
  return fail(all_failed(request, std::move(answers)));
}

}  // namespace

std::unique_ptr<Http> make_http() { return std::make_unique<LibCurl>(); }

}  // namespace ck::sys
