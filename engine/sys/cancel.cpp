#include "sys/cancel.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "sys/descriptor.hpp"

namespace ck::sys {

/// A flag, and a descriptor that is only made when somebody polls. Everything the signal handler
/// touches is a lock-free atomic or write(2).
struct Cancel::State {
  std::atomic<bool> requested = false;
  std::atomic<int> descriptor = -1;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { Descriptor(descriptor.load()).reset(); }

  void request() {
    requested = true;
    wake(descriptor);
  }

  int pollable() {
    if (const int known = descriptor; known >= 0) return known;
    Descriptor fresh(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    int expected = -1;
    if (fresh && descriptor.compare_exchange_strong(expected, fresh.get())) fresh.release();
    // A request between the two lines above saw no descriptor to wake.
    if (requested) wake(descriptor);
    return descriptor;
  }

  static void wake(int number) {
    const std::uint64_t one = 1;
    if (number < 0) return;
    // Fails only when the counter is full, and then it is readable.
    [[maybe_unused]] const auto written = ::write(number, &one, sizeof one);
  }
};

static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler sets these");

Cancel::Cancel() : state_(std::make_shared<State>()) {}

void Cancel::request() const { state_->request(); }
bool Cancel::requested() const { return state_->requested; }
int Cancel::descriptor() const { return state_->pollable(); }

Status Cancel::check() const {
  if (!requested()) return {};
  return fail(ErrorCode::interrupted, "interrupted");
}

Cancel cancel_on_signals() {
  // A handler gets no argument of ours, so what it sets has to be static; the copy here keeps the
  // state alive for signals that arrive while the program ends.
  static const auto* const kKept = new Cancel;
  // The address of the state itself: a handler must not copy a shared_ptr.
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): see above
  static Cancel::State* const kState = kKept->state_.get();
  kState->pollable();

  struct sigaction action {};
  action.sa_handler = [](int) {
    const int saved = errno;
    kState->request();
    errno = saved;
  };
  // SA_RESETHAND: the second signal of a kind meets the default action and ends the process.
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : std::array{SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // Ignored from the start (nohup, a background job of a plain shell): that was a decision.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  return *kKept;
}

}  // namespace ck::sys
