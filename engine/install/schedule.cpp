#include "install/schedule.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace ck::install {
namespace {

/// How soon a Ctrl-C is seen by those who build.
constexpr std::chrono::milliseconds kLook(20);

class Running {
 public:
  Running(const Schedule& schedule, const sys::Cancel& cancel)
      : schedule_(schedule), cancel_(cancel), waits_for_(schedule.after.size()) {
    for (std::size_t i = 0; i < schedule.after.size(); ++i) {
      waits_for_[i] = schedule.after[i].size();
      if (waits_for_[i] == 0) ready_.push_back(i);
    }
  }

  Status run() {
    while (!failure_ && (!ready_.empty() || !threads_.empty())) {
      begin_ready();
      take_ended();
    }
    // Whoever is under way was asked to stop.
    while (!threads_.empty()) take_ended();
    if (failure_) return fail(std::move(*failure_));
    return {};
  }

 private:
  struct Ended {
    std::size_t number;
    Status status;
  };

  void begin_ready() {
    const auto most = static_cast<std::size_t>(std::max(1, schedule_.jobs));
    const std::size_t together = std::min(most, threads_.size() + ready_.size());
    const int share =
        std::max(1, schedule_.jobs / static_cast<int>(std::max<std::size_t>(1, together)));
    while (!ready_.empty() && threads_.size() < most) {
      const std::size_t number = ready_.front();
      ready_.pop_front();
      threads_.emplace(number, std::thread([this, number, share] {
                         Status status = schedule_.work(number, share, stop_);
                         const std::lock_guard guard(mutex_);
                         ended_.push_back({number, std::move(status)});
                         changed_.notify_one();
                       }));
    }
  }

  /// Waits until one has ended, passing a Ctrl-C on.
  void take_ended() {
    std::unique_lock guard(mutex_);
    while (ended_.empty()) {
      if (cancel_.requested()) stop_.request();
      changed_.wait_for(guard, kLook);
    }
    Ended ended = std::move(ended_.front());
    ended_.pop_front();
    guard.unlock();
    threads_.at(ended.number).join();
    threads_.erase(ended.number);
    if (ended.status) ended.status = schedule_.done(ended.number);
    if (!ended.status) return fail_with(std::move(ended.status.error()));
    for (std::size_t i = ended.number + 1; i < waits_for_.size(); ++i) {
      const auto& after = schedule_.after[i];
      const auto times = std::ranges::count(after, ended.number);
      if (times == 0) continue;
      waits_for_[i] -= static_cast<std::size_t>(times);
      if (waits_for_[i] == 0) ready_.push_back(i);
    }
  }

  /// The first failure counts; that the others were stopped because of it is no news.
  void fail_with(Error error) {
    if (!failure_) failure_ = std::move(error);
    stop_.request();
  }

  const Schedule& schedule_;
  const sys::Cancel& cancel_;
  sys::Cancel stop_;
  std::vector<std::size_t> waits_for_;
  std::deque<std::size_t> ready_;
  std::map<std::size_t, std::thread> threads_;
  std::optional<Error> failure_;
  std::mutex mutex_;  ///< for `ended_`
  std::condition_variable changed_;
  std::deque<Ended> ended_;
};

}  // namespace

Status run_schedule(const Schedule& schedule, const sys::Cancel& cancel) {
  CK_CHECK(cancel.check());
  return Running(schedule, cancel).run();
}

}  // namespace ck::install
