#pragma once
/// Asking long work to stop. A `Cancel` is cheap to copy; all copies share one request.

#include <memory>

#include "base/error.hpp"

namespace ck::sys {

class Cancel {
 public:
  /// Never cancelled unless `request` is called on this value or a copy.
  Cancel();

  void request() const;
  bool requested() const;

  /// A descriptor that becomes readable when cancellation is requested; for poll(2). Never read it.
  int descriptor() const;

  /// `interrupted` when requested, else success. Loops call it between steps.
  Status check() const;

 private:
  friend Cancel cancel_on_signals();
  struct State;
  std::shared_ptr<State> state_;
};

/// A Cancel that SIGINT, SIGTERM and SIGHUP request. Installs the handlers; the second signal of a
/// kind ends the process at once. Called once, by `main`.
Cancel cancel_on_signals();

}  // namespace ck::sys
