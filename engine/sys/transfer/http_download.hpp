#pragma once
/// One file on its way: through tries and mirrors.

#include <functional>
#include <optional>
#include <vector>

#include "sys/rewrite.hpp"
#include "sys/transfer/http_get.hpp"

namespace ck::sys {

class Download {
 public:
  using Clock = Get::Clock;

  /// `part` is open. `received` is called after each piece.
  Download(const DownloadRequest& request, const std::vector<UrlRewrite>& rewrites, PartFile part,
           std::function<Status()> received, EventSink& events);

  bool running() const { return get_ != nullptr; }
  bool finished() const { return result_.has_value(); }
  /// When the next try may begin; of one that neither runs nor is finished.
  Clock::time_point due() const { return due_; }
  Status result() const { return *result_; }

  void start(CURLM* multi);
  bool is(const CURL* handle) const { return running() && get_->is(handle); }
  void ended(CURLcode code);
  void give_up_if_silent();
  void stop(Error error) { finish(fail(std::move(error))); }

  const DownloadRequest& request() const { return request_; }
  std::uint64_t size() const { return part_.size(); }
  std::uint64_t resumed() const { return resumed_; }  ///< bytes that were there at first
  std::optional<std::uint64_t> total() const;

 private:
  const std::string& url() const { return urls_[mirror_]; }
  void failed(const GetFailure& failure);
  void received_all();
  void next_mirror(Error answer);
  void finish(Status result);

  const DownloadRequest& request_;
  const std::vector<std::string> urls_;  ///< those of the request, with their mirrors
  PartFile part_;
  std::function<Status()> received_;
  EventSink& events_;
  std::uint64_t resumed_;
  std::size_t mirror_ = 0;
  std::size_t attempt_ = 0;
  bool continued_ = false;  ///< this try began with content that was there before
  Clock::time_point due_ = Clock::now();
  Clock::time_point began_ = Clock::now();
  std::vector<Error> answers_;
  std::unique_ptr<Get> get_;
  std::optional<Status> result_;
};

}  // namespace ck::sys
