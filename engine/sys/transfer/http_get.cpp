#include "sys/transfer/http_get.hpp"

#include <curl/curl.h>

#include <array>
#include <cstring>
#include <memory>

#include "base/strings.hpp"
#include "sys/transfer/certificates.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr long kConnectSeconds = 30;
constexpr long kSilenceSeconds = 60;
constexpr long kMaxRedirects = 10;
constexpr std::uint64_t kBytesPerEvent = 256u << 10;

template <auto Free>
struct CurlFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Easy = std::unique_ptr<CURL, CurlFree<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, CurlFree<curl_multi_cleanup>>;
using Headers = std::unique_ptr<curl_slist, CurlFree<curl_slist_free_all>>;

/// What the last response of a chain of redirects said.
struct Answer {
  long status = 0;
  std::string etag;
  std::string modified;
  std::string content_range;
  std::optional<std::uint64_t> length;
};

class Get {
 public:
  Get(const std::string& url, const DownloadRequest& request, PartFile& part, EventSink& events,
      const Cancel& cancel)
      : url_(url), request_(request), part_(part), events_(events), cancel_(cancel) {}

  std::optional<GetFailure> run();

 private:
  Status prepare();
  CURLcode transfer();
  std::optional<GetFailure> outcome(CURLcode code);
  Status begin_body();
  Status take(std::string_view bytes);
  bool is_file() const { return url_.starts_with("file:"); }
  Error network(const std::string& reason) const {
    return Error(ErrorCode::network, host_of(url_) + ": " + reason);
  }

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

  const std::string& url_;
  const DownloadRequest& request_;
  PartFile& part_;
  EventSink& events_;
  const Cancel& cancel_;
  Easy easy_;
  Headers headers_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  Answer answer_;
  std::optional<std::uint64_t> total_;
  std::uint64_t last_event_ = 0;
  bool body_begun_ = false;
  std::optional<Error> refusal_;  ///< why we ended the transfer ourselves
};

std::string validator_of(const Answer& answer) {
  const bool strong = !answer.etag.empty() && !answer.etag.starts_with("W/");
  return strong ? answer.etag : answer.modified;
}

/// The first byte of "bytes 100-199/200", which has to be the one that was asked for.
std::optional<std::uint64_t> range_start(const std::string& content_range) {
  if (!content_range.starts_with("bytes ")) return std::nullopt;
  const auto start = parse_integer(content_range.substr(6, content_range.find('-') - 6));
  if (!start || *start < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*start);
}

Status Get::prepare() {
  easy_.reset(curl_easy_init());
  if (easy_ == nullptr) return fail(ErrorCode::internal, "libcurl cannot be started");
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "ck");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSilenceSeconds);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message_.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  CK_TRY(bundle, certificate_bundle({"CURL_CA_BUNDLE", "SSL_CERT_FILE"}));
  if (bundle) curl_easy_setopt(easy, CURLOPT_CAINFO, bundle->c_str());
  if (part_.size() > 0 && !part_.validator().empty() && !is_file()) {
    // Not RESUME_FROM: that fails when the server, rightly, sends changed content from the start.
    curl_easy_setopt(easy, CURLOPT_RANGE, (std::to_string(part_.size()) + "-").c_str());
    headers_.reset(curl_slist_append(nullptr, ("If-Range: " + part_.validator()).c_str()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  }
  return {};
}

std::size_t Get::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  Answer& answer = static_cast<Get*>(self)->answer_;
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    answer = Answer{};
    const auto space = line.find(' ');
    const auto status = parse_integer(line.substr(space + 1, 3));
    answer.status = status ? static_cast<long>(*status) : 0;
    return size * count;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  const std::string name = to_lower(line.substr(0, colon));
  const std::string value(trim(line.substr(colon + 1)));
  if (name == "etag") answer.etag = value;
  if (name == "last-modified") answer.modified = value;
  if (name == "content-range") answer.content_range = value;
  if (name == "content-length") {
    if (const auto length = parse_integer(value); length && *length >= 0) {
      answer.length = static_cast<std::uint64_t>(*length);
    }
  }
  return size * count;
}

std::size_t Get::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& get = *static_cast<Get*>(self);
  const auto taken = get.take({data, size * count});
  if (taken) return size * count;
  get.refusal_ = taken.error();
  return CURL_WRITEFUNC_ERROR;
}

/// Decides by the answer whether the body continues the part.
Status Get::begin_body() {
  body_begun_ = true;
  if (!is_file() && answer_.status != 200 && answer_.status != 206) {
    return fail(network("HTTP status " + std::to_string(answer_.status)));
  }
  if (answer_.status == 206) {
    if (range_start(answer_.content_range) != part_.size()) {
      CK_CHECK(part_.restart(""));
      return fail(network("sent another part of the file than it was asked for"));
    }
  } else {
    CK_CHECK(part_.restart(validator_of(answer_)));
  }
  if (answer_.length) total_ = part_.size() + *answer_.length;
  if (total_ && request_.size_bytes && *total_ != *request_.size_bytes) {
    return fail(ErrorCode::verification, host_of(url_) + ": has " + std::to_string(*total_) +
                                             " bytes, but should have " +
                                             std::to_string(*request_.size_bytes));
  }
  if (!total_) total_ = request_.size_bytes;
  return {};
}

Status Get::take(std::string_view bytes) {
  CK_CHECK(cancel_.check());
  if (!body_begun_) CK_CHECK(begin_body());
  CK_CHECK(part_.append(bytes));
  if (request_.size_bytes && part_.size() > *request_.size_bytes) {
    return fail(ErrorCode::verification, host_of(url_) + ": sends more than the " +
                                             std::to_string(*request_.size_bytes) +
                                             " bytes it should have");
  }
  if (part_.size() >= last_event_ + kBytesPerEvent || part_.size() == total_) {
    last_event_ = part_.size();
    events_.on(Progress{"downloading " + request_.file.filename().string(), part_.size(), total_,
                        "bytes"});
  }
  return {};
}

CURLcode Get::transfer() {
  const Multi multi(curl_multi_init());
  if (multi == nullptr || curl_multi_add_handle(multi.get(), easy_.get()) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;  // unless libcurl says how it ended
  curl_waitfd cancelled{cancel_.descriptor(), CURL_WAIT_POLLIN, 0};
  int running = 1;
  while (running > 0 && !cancel_.requested()) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi.get(), &cancelled, 1, 1000, nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  curl_multi_remove_handle(multi.get(), easy_.get());
  return result;
}

bool is_broken_connection(CURLcode code) {
  return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE ||
         code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
}

bool is_temporary_status(long status) { return status >= 500 || status == 408 || status == 429; }

std::optional<GetFailure> Get::outcome(CURLcode code) {
  if (cancel_.requested()) return GetFailure{cancel_.check().error(), false};
  if (refusal_) return GetFailure{*refusal_, false};
  if (code == CURLE_OK) return std::nullopt;
  if (code == CURLE_HTTP_RETURNED_ERROR) {
    return GetFailure{network("HTTP status " + std::to_string(answer_.status)),
                      is_temporary_status(answer_.status)};
  }
  const std::string reason = message_[0] != '\0' ? message_.data() : curl_easy_strerror(code);
  return GetFailure{network(scrubbed(reason)), is_broken_connection(code)};
}

std::optional<GetFailure> Get::run() {
  if (auto ready = prepare(); !ready) return GetFailure{ready.error(), false};
  const std::uint64_t had = part_.size();
  const CURLcode code = transfer();
  if (answer_.status == 416 && had > 0 && !cancel_.requested()) {
    // Nothing lies beyond what we have: the part is whole, or the hash will tell that it is not.
    return std::nullopt;
  }
  if (code == CURLE_OK && !body_begun_ && !cancel_.requested()) {
    if (auto begun = begin_body(); !begun) return GetFailure{begun.error(), false};  // empty file
  }
  return outcome(code);
}

}  // namespace

std::optional<GetFailure> get(const std::string& url, const DownloadRequest& request,
                              PartFile& part, EventSink& events, const Cancel& cancel) {
  return Get(url, request, part, events, cancel).run();
}

}  // namespace ck::sys
