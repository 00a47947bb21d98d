#pragma once
/// Events of several builds at once. Internal to install.

#include <mutex>
#include <string>
#include <vector>

#include "base/events.hpp"

namespace ck::install {

/// Passes events on one at a time. What has begun and not ended is told together, so that one line
/// says all that is under way.
class SharedEvents final : public EventSink {
 public:
  explicit SharedEvents(EventSink& events) : events_(events) {}
  void on(const Event& event) override;

 private:
  EventSink& events_;
  std::mutex mutex_;
  std::vector<std::string> under_way_;
};

}  // namespace ck::install
