#include "sys/transfer/http_download.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/strings.hpp"
#include "sys/transfer/http_failure.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr std::array kPauses = {std::chrono::milliseconds(200), std::chrono::milliseconds(400)};
constexpr std::size_t kTries = kPauses.size() + 1;
/// A server that asks to wait longer is as good as unreachable.
constexpr std::chrono::seconds kLongestWait(60);

std::vector<std::string> all_places(const DownloadRequest& request,
                                    const std::vector<UrlRewrite>& rewrites) {
  std::vector<std::string> all;
  for (const auto& url : request.urls)
    std::ranges::move(places_of(rewrites, url), std::back_inserter(all));
  return all;
}

}  // namespace

Download::Download(const DownloadRequest& request, const std::vector<UrlRewrite>& rewrites,
                   PartFile part, std::function<Status()> received, EventSink& events)
    : request_(request),
      urls_(all_places(request, rewrites)),
      part_(std::move(part)),
      received_(std::move(received)),
      events_(events),
      resumed_(part_.size()) {}

std::optional<std::uint64_t> Download::total() const {
  if (finished() && result_->has_value()) return part_.size();
  if (running() && get_->total()) return get_->total();
  return request_.size_bytes;
}

void Download::start(CURLM* multi) {
  continued_ = part_.size() > 0;
  get_ = std::make_unique<Get>(url(), request_, part_, received_);
  if (auto started = get_->start(multi); !started) finish(std::move(started));
}

void Download::ended(CURLcode code) {
  const auto failure = get_->outcome(code);
  get_.reset();
  if (failure) return failed(*failure);
  received_all();
}

void Download::give_up_if_silent() {
  if (!get_->silent()) return;
  const GetFailure failure = get_->silence();
  get_.reset();
  failed(failure);
}

void Download::failed(const GetFailure& failure) {
  const bool patient = !failure.wait || *failure.wait <= kLongestWait;
  if (failure.temporary && patient && attempt_ + 1 < kTries) {
    events_.on(Note{failure.error.message + "; trying again"});
    due_ = Clock::now() +
           (failure.wait ? std::chrono::milliseconds(*failure.wait) : kPauses[attempt_]);
    ++attempt_;
    return;
  }
  Error error = failure.error;
  if (!patient) {
    error.hint("it asks to come back in " +
               human_duration_ns(static_cast<double>(failure.wait->count()) * 1e9));
  }
  next_mirror(std::move(error));
}

void Download::received_all() {
  const std::string found = part_.finish_hash();
  if (request_.any_content || found == request_.sha256) return finish(part_.publish());
  Error wrong = wrong_content(request_, url(), found, part_);
  if (auto emptied = part_.restart(""); !emptied) return finish(std::move(emptied));
  // The beginning may have been spoilt on our side: the server deserves one whole try.
  if (continued_ && attempt_ + 1 < kTries) {
    ++attempt_;
    return;
  }
  next_mirror(std::move(wrong));
}

void Download::next_mirror(Error answer) {
  if (answer.code != ErrorCode::network && answer.code != ErrorCode::verification)
    return finish(fail(std::move(answer)));
  if (answer.code == ErrorCode::verification) {
    if (auto emptied = part_.restart(""); !emptied) return finish(std::move(emptied));
  }
  answers_.push_back(std::move(answer));
  attempt_ = 0;
  if (++mirror_ < urls_.size()) return;
  if (part_.size() == 0) part_.discard();
  finish(fail(all_failed(request_, std::move(answers_))));
}

void Download::finish(Status result) {
  get_.reset();
  if (result) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const auto bytes = static_cast<double>(part_.size() - std::min(resumed_, part_.size()));
    events_.on(StepFinished{"downloading " + name_of(request_),
                            human_bytes(static_cast<double>(part_.size())) + " at " +
                                human_bytes(bytes / std::max(seconds, 1e-3)) + "/s"});
  }
  result_ = std::move(result);
}

}  // namespace ck::sys
