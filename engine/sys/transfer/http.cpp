#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/transfer/http_download.hpp"
#include "sys/transfer/http_failure.hpp"
#include "sys/transfer/module.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

using Clock = Get::Clock;
using Multi = std::unique_ptr<CURLM, CurlFree<curl_multi_cleanup>>;

constexpr std::size_t kAtOnce = 6;
constexpr std::uint64_t kBytesPerEvent = 256u << 10;
/// How long a wait for the network lasts at most, so that silence is noticed.
constexpr std::chrono::milliseconds kTurn(500);

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

Status check_request(const DownloadRequest& request, const std::vector<UrlRewrite>& rewrites) {
  if (request.urls.empty()) {
    return fail(ErrorCode::invalid, "no URL is given for " + request.file.filename().string());
  }
  if (!request.any_content && !is_sha256(request.sha256)) {
    return fail(ErrorCode::invalid, "no sha256 (64 lower-case hex digits) is given for " +
                                        request.file.filename().string());
  }
  std::vector<std::string> urls;
  for (const std::string& written : request.urls)
    std::ranges::move(places_of(rewrites, written), std::back_inserter(urls));
  for (const std::string& url : urls) {
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

/// Some downloads on one libcurl handle.
class Downloads {
 public:
  Downloads(const std::vector<DownloadRequest>& requests, const std::vector<UrlRewrite>& rewrites,
            EventSink& events, const Cancel& cancel)
      : requests_(requests),
        rewrites_(rewrites),
        events_(events),
        cancel_(cancel),
        results_(requests.size()),
        places_(requests.size(), kNothing) {}

  std::vector<Status> run() {
    open_all();
    if (multi_ == nullptr) stop_all(Error(ErrorCode::internal, "libcurl cannot be started"));
    while (std::ranges::any_of(downloads_, std::not_fn(&Download::finished))) turn();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i] != kNothing) results_[i] = downloads_[places_[i]].result();
    }
    return std::move(results_);
  }

 private:
  static constexpr std::size_t kNothing = SIZE_MAX;

  /// In the order of the files' names, so that two processes never wait for each other.
  void open_all() {
    std::vector<std::size_t> order(requests_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return requests_[i].file; });
    for (const std::size_t i : order) results_[i] = open(i);
  }

  /// Success without a place among the downloads: the file is there.
  Status open(std::size_t index) {
    const DownloadRequest& request = requests_[index];
    CK_CHECK(check_request(request, rewrites_));
    CK_CHECK(cancel_.check());
    if (has_content(request, cancel_)) return {};
    CK_TRY(part, PartFile::open(request.file, cancel_));
    if (has_content(request, cancel_)) {  // another process was faster
      part.discard();
      return {};
    }
    CK_CHECK(check_space(request, part));
    places_[index] = downloads_.size();
    downloads_.emplace_back(
        request, rewrites_, std::move(part), [this] { return report(); }, events_);
    return {};
  }

  void turn() {
    if (const auto going = cancel_.check(); !going) return stop_all(going.error());
    start_due();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    take_ended();
    for (Download& one : downloads_) {
      if (one.running()) one.give_up_if_silent();
    }
    if (running > 0 || next_due()) wait();
  }

  void start_due() {
    std::size_t running =
        static_cast<std::size_t>(std::ranges::count_if(downloads_, &Download::running));
    for (Download& one : downloads_) {
      if (one.finished() || one.running() || one.due() > Clock::now()) continue;
      if (running++ >= kAtOnce) return;
      one.start(multi_.get());
    }
  }

  void take_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const CURL* handle = message->easy_handle;
      const auto one =
          std::ranges::find_if(downloads_, [&](const Download& each) { return each.is(handle); });
      if (cancel_.requested()) return;  // seen by the next turn
      if (one != downloads_.end()) one->ended(code);
    }
  }

  /// How long until a try may begin.
  std::optional<std::chrono::milliseconds> next_due() const {
    std::optional<std::chrono::milliseconds> next;
    for (const Download& one : downloads_) {
      if (one.finished() || one.running()) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(one.due() - Clock::now());
      next = std::max(std::chrono::milliseconds(0), next ? std::min(*next, left) : left);
    }
    return next;
  }

  void wait() {
    std::chrono::milliseconds time = std::min(kTurn, next_due().value_or(kTurn));
    for (const DownloadRequest& request : requests_) time = std::min(time, request.silence);
    curl_waitfd cancelled{cancel_.descriptor(), CURL_WAIT_POLLIN, 0};
    curl_multi_poll(multi_.get(), &cancelled, 1, static_cast<int>(time.count()), nullptr);
  }

  void stop_all(const Error& error) {
    for (Download& one : downloads_) {
      if (!one.finished()) one.stop(error);
    }
  }

  /// One line for all of them.
  Status report() {
    CK_CHECK(cancel_.check());
    std::uint64_t done = 0;
    std::uint64_t resumed = 0;
    std::optional<std::uint64_t> total = 0;
    for (const Download& one : downloads_) {
      done += one.size();
      resumed += one.resumed();
      total = total && one.total() ? std::optional(*total + *one.total()) : std::nullopt;
    }
    if (done < reported_ + kBytesPerEvent && done != total && done >= reported_) return {};
    reported_ = done;
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const std::string what = downloads_.size() == 1 ? name_of(downloads_.front().request())
                                                    : std::to_string(downloads_.size()) + " files";
    Progress progress{"downloading " + what, done, total, "bytes", std::nullopt};
    if (done > resumed && seconds > 0)
      progress.per_second = static_cast<double>(done - resumed) / seconds;
    events_.on(progress);
    return {};
  }

  const std::vector<DownloadRequest>& requests_;
  const std::vector<UrlRewrite>& rewrites_;
  EventSink& events_;
  const Cancel& cancel_;
  Multi multi_{curl_multi_init()};
  std::deque<Download> downloads_;  ///< they do not move while they run
  std::vector<Status> results_;
  std::vector<std::size_t> places_;  ///< of each request among the downloads
  std::uint64_t reported_ = 0;
  Clock::time_point began_ = Clock::now();
};

class LibCurl final : public Http {
 public:
  explicit LibCurl(std::vector<UrlRewrite> rewrites) : rewrites_(std::move(rewrites)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
  }
  LibCurl(const LibCurl&) = delete;
  LibCurl& operator=(const LibCurl&) = delete;
  ~LibCurl() override { curl_global_cleanup(); }

  std::vector<Status> download_all(const std::vector<DownloadRequest>& requests, EventSink& events,
                                   const Cancel& cancel) override {
    return Downloads(requests, rewrites_, events, cancel).run();
  }

 private:
  std::vector<UrlRewrite> rewrites_;
};

}  // namespace

std::unique_ptr<Http> make_http(std::vector<UrlRewrite> rewrites) {
  return std::make_unique<LibCurl>(std::move(rewrites));
}

}  // namespace ck::sys
