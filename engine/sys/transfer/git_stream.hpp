#pragma once
/// The sockets libgit2 uses, made stoppable: its own wait for ever and know nothing of
/// cancellation.

#include <atomic>
#include <chrono>
#include <memory>

#include "sys/cancel.hpp"

namespace ck::sys {

/// What holds for the sockets of one connection, and what became of them.
struct SocketRules {
  SocketRules(const Cancel& cancel_, std::chrono::milliseconds silence_, bool watched_)
      : cancel(cancel_), silence(silence_), watched(watched_) {}

  const Cancel& cancel;
  std::chrono::milliseconds silence;
  bool watched;  ///< somebody else reads: a thread looks after it
  std::atomic<bool> silent = false;
};

/// While one lives, connections that libgit2 opens in this thread end when `cancel` is requested,
/// after 30 s without an answer to connect, or after `silence` without a byte. `watched` for ssh,
/// where libssh2 reads the socket by itself.
class StoppableSockets {
 public:
  StoppableSockets(const Cancel& cancel, std::chrono::milliseconds silence, bool watched);
  StoppableSockets(const StoppableSockets&) = delete;
  StoppableSockets& operator=(const StoppableSockets&) = delete;
  ~StoppableSockets();

  /// Whether a server kept silent for too long.
  bool silent() const { return rules_->silent; }

 private:
  std::unique_ptr<SocketRules> rules_;
  SocketRules* outer_;
};

}  // namespace ck::sys
