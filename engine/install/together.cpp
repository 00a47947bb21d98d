#include "install/together.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ck::install {

void SharedEvents::on(const Event& event) {
  const std::lock_guard guard(mutex_);
  if (const auto* started = std::get_if<StepStarted>(&event)) {
    under_way_.push_back(started->what);
  } else {
    if (const auto* finished = std::get_if<StepFinished>(&event))
      std::erase(under_way_, finished->what);
    events_.on(event);
    // A progress line shows that something moves; all else leaves room for what is under way.
    if (std::holds_alternative<Progress>(event) || std::holds_alternative<Note>(event)) return;
  }
  if (!under_way_.empty()) events_.on(StepStarted{join(under_way_, ", ")});
}

}  // namespace ck::install
