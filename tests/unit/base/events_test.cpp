#include "base/events.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ck {
namespace {

class Recorder final : public EventSink {
 public:
  void on(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

void work(EventSink& sink) {
  sink.on(StepStarted{"building"});
  sink.on(Progress{"building", 1, 2, "objects"});
  sink.on(Warning{"slow disk"});
  sink.on(StepFinished{"building", "cached"});
}

TEST(EventSink, ReceivesEventsInTheirOrder) {
  Recorder recorder;
  work(recorder);
  ASSERT_EQ(recorder.events.size(), 4u);
  EXPECT_EQ(std::get<StepStarted>(recorder.events[0]).what, "building");
  EXPECT_EQ(std::get<Progress>(recorder.events[1]).total, 2u);
  EXPECT_EQ(std::get<StepFinished>(recorder.events[3]).detail, "cached");
}

TEST(NoEvents, IgnoresEverything) {
  NoEvents nobody;
  work(nobody);
}

}  // namespace
}  // namespace ck
