#include "sys/transfer/http_get.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "sys/transfer/certificates.hpp"
#include "sys/transfer/http_failure.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr long kConnectSeconds = 30;
constexpr long kMaxRedirects = 10;
/// Large pieces: each costs a call, a write and a turn of the hash.
constexpr long kBufferBytes = 512l << 10;

/// The first byte of "bytes 100-199/200", which has to be the one that was asked for.
std::optional<std::uint64_t> range_start(const std::string& content_range) {
  if (!content_range.starts_with("bytes ")) return std::nullopt;
  const auto start = parse_integer(content_range.substr(6, content_range.find('-') - 6));
  if (!start || *start < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*start);
}

}  // namespace

Get::Get(std::string url, const DownloadRequest& request, PartFile& part,
         std::function<Status()> received)
    : url_(std::move(url)), request_(request), part_(part), received_(std::move(received)) {}

Get::~Get() {
  if (multi_ != nullptr) curl_multi_remove_handle(multi_, easy_.get());
}

Error Get::network(const std::string& reason) const {
  return Error(ErrorCode::network, host_of(url_) + ": " + reason);
}

std::string Get::validator_of(const Answer& answer) {
  const bool strong = !answer.etag.empty() && !answer.etag.starts_with("W/");
  return strong ? answer.etag : answer.modified;
}

Status Get::start(CURLM* multi) {
  CK_CHECK(prepare());
  had_ = part_.size();
  last_piece_ = Clock::now();
  if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK)
    return fail(ErrorCode::internal, "libcurl cannot begin a transfer");
  multi_ = multi;
  return {};
}

namespace {

/// Kept from other hosts by libcurl, or nobody's secret.
bool stays_with_its_host(const std::string& header) {
  const std::string name = header.substr(0, header.find(':'));
  return curl_strequal(name.c_str(), "Cookie") != 0 ||
         curl_strequal(name.c_str(), "Authorization") != 0 ||
         curl_strequal(name.c_str(), "Accept") != 0;
}

}  // namespace

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
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
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
    add_header("If-Range: " + part_.validator());
  }
  for (const auto& header : request_.headers) add_header(header);
  // libcurl would send these to whatever host a redirection leads to.
  if (!std::ranges::all_of(request_.headers, stays_with_its_host))
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 0L);
  if (headers_) curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  return {};
}

void Get::add_header(const std::string& header) {
  curl_slist* const list = curl_slist_append(headers_.get(), header.c_str());
  if (list == nullptr) return;
  // The first stays what owns the list.
  if (!headers_) headers_.reset(list);
}

std::size_t Get::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& get = *static_cast<Get*>(self);
  get.last_piece_ = Clock::now();
  Answer& answer = get.answer_;
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
  if (!is_file() && answer_.status != 200 && answer_.status != 206)
    return fail(network(status_text(answer_.status)));
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
  last_piece_ = Clock::now();
  if (!body_begun_) CK_CHECK(begin_body());
  CK_CHECK(part_.append(bytes));
  if (request_.size_bytes && part_.size() > *request_.size_bytes) {
    return fail(ErrorCode::verification, host_of(url_) + ": sends more than the " +
                                             std::to_string(*request_.size_bytes) +
                                             " bytes it should have");
  }
  return received_();
}

std::optional<std::chrono::seconds> Get::retry_after() const {
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

GetFailure Get::silence() const {
  const double seconds = std::chrono::duration<double>(request_.silence).count();
  return {network("sent nothing for " + human_duration_ns(seconds * 1e9)), true, std::nullopt};
}

std::optional<GetFailure> Get::outcome(CURLcode code) {
  if (answer_.status == 416 && had_ > 0) {
    // Nothing lies beyond what we have: the part is whole, or the hash will tell that it is not.
    return std::nullopt;
  }
  if (code == CURLE_OK && !body_begun_) {
    if (auto begun = begin_body(); !begun) return GetFailure{begun.error(), false, {}};
  }
  if (refusal_) return GetFailure{*refusal_, false, {}};
  if (code == CURLE_OK) return std::nullopt;
  if (code == CURLE_HTTP_RETURNED_ERROR) {
    return GetFailure{network(status_text(answer_.status)), is_temporary_status(answer_.status),
                      retry_after()};
  }
  return GetFailure{transfer_failure(easy_.get(), code, url_, message_.data()),
                    is_temporary_failure(code), std::nullopt};
}

}  // namespace ck::sys
