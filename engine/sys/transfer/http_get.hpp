#pragma once
/// One request for one URL.

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sys/http.hpp"
#include "sys/transfer/http_part.hpp"

namespace ck::sys {

/// How a request ended when it did not end well.
struct GetFailure {
  Error error;
  bool temporary = false;                    ///< the same request may succeed a moment later
  std::optional<std::chrono::seconds> wait;  ///< as the server asks
};

template <auto Free>
struct CurlFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

/// Brings `part` to its full size from `url`: continues it if the server has the same content
/// still, else begins anew. Says nothing about the hash. Stays where it is while it runs: libcurl
/// keeps its address.
class Get {
 public:
  using Clock = std::chrono::steady_clock;

  /// `received` is called after each piece; its error ends the transfer.
  Get(std::string url, const DownloadRequest& request, PartFile& part,
      std::function<Status()> received);
  Get(const Get&) = delete;
  Get& operator=(const Get&) = delete;
  ~Get();

  /// Begins to run as part of `multi`.
  Status start(CURLM* multi);
  bool is(const CURL* handle) const { return easy_.get() == handle; }
  bool silent() const { return Clock::now() - last_piece_ > request_.silence; }

  /// How it ended; nothing when the part has all that the server has.
  std::optional<GetFailure> outcome(CURLcode code);
  GetFailure silence() const;

  /// Bytes of the whole file, as far as anybody said.
  std::optional<std::uint64_t> total() const { return total_; }

 private:
  using Easy = std::unique_ptr<CURL, CurlFree<curl_easy_cleanup>>;
  using Headers = std::unique_ptr<curl_slist, CurlFree<curl_slist_free_all>>;

  /// What the last response of a chain of redirects said.
  struct Answer {
    long status = 0;
    std::string etag;
    std::string modified;
    std::string content_range;
    std::optional<std::uint64_t> length;
  };

  Status prepare();
  void add_header(const std::string& header);
  Status begin_body();
  Status take(std::string_view bytes);
  std::optional<std::chrono::seconds> retry_after() const;
  bool is_file() const { return url_.starts_with("file:"); }
  Error network(const std::string& reason) const;

  static std::string validator_of(const Answer& answer);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

  std::string url_;
  const DownloadRequest& request_;
  PartFile& part_;
  std::function<Status()> received_;
  Easy easy_;
  CURLM* multi_ = nullptr;
  Headers headers_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  Answer answer_;
  std::optional<std::uint64_t> total_;
  std::uint64_t had_ = 0;
  Clock::time_point last_piece_;
  bool body_begun_ = false;
  std::optional<Error> refusal_;  ///< why we ended the transfer ourselves
};

}  // namespace ck::sys
