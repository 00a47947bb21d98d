#include "sys/cancel.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

bool readable(int descriptor, int timeout_ms = 0) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, timeout_ms) == 1;
}

TEST(Cancel, IsNotRequestedByItself) {
  const Cancel cancel;
  EXPECT_FALSE(cancel.requested());
  EXPECT_OK(cancel.check());
  EXPECT_FALSE(readable(cancel.descriptor()));
}

TEST(Cancel, IsSharedByCopies) {
  const Cancel cancel;
  const Cancel copy = cancel;  // NOLINT(performance-unnecessary-copy-initialization): the point
  copy.request();
  copy.request();
  EXPECT_TRUE(cancel.requested());
  EXPECT_ERROR(cancel.check(), interrupted, "interrupted");
  EXPECT_TRUE(readable(cancel.descriptor()));
  EXPECT_TRUE(readable(cancel.descriptor())) << "stays readable";
}

TEST(Cancel, WakesThreadsThatPoll) {
  for (int round = 0; round < 200; ++round) {
    const Cancel cancel;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] { EXPECT_TRUE(readable(cancel.descriptor(), 5000)); });
    }
    cancel.request();
    for (auto& thread : threads) thread.join();
  }
}

/// Runs `body` in a process of its own, since handlers are the process's, and gives its status.
template <typename Body>
int status_of_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(CancelOnSignals, RequestsForEachOfTheSignals) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const int status = status_of_child([&] {
      ::signal(signal, SIG_DFL);
      const Cancel cancel = cancel_on_signals();
      if (cancel.requested()) return 1;
      ::raise(signal);
      if (!cancel.requested() || !readable(cancel.descriptor())) return 2;
      return 0;
    });
    EXPECT_TRUE(WIFEXITED(status)) << signal;
    EXPECT_EQ(WEXITSTATUS(status), 0) << signal;
  }
}

TEST(CancelOnSignals, LetsTheSecondOfAKindEndTheProcess) {
  const int status = status_of_child([] {
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGTERM, SIG_DFL);
    const Cancel cancel = cancel_on_signals();
    ::raise(SIGTERM);
    ::raise(SIGINT);
    ::raise(SIGTERM);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(CancelOnSignals, KeepsIgnoringWhatWasIgnored) {
  const int status = status_of_child([] {
    ::signal(SIGHUP, SIG_IGN);
    const Cancel cancel = cancel_on_signals();
    ::raise(SIGHUP);
    return cancel.requested() ? 1 : 0;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(CancelOnSignals, OutlivesTheValueItReturned) {
  const int status = status_of_child([] {
    ::signal(SIGINT, SIG_DFL);
    { const Cancel cancel = cancel_on_signals(); }
    ::raise(SIGINT);
    return 0;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace ck::sys
