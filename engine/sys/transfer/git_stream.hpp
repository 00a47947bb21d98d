#pragma once
/// The sockets libgit2 uses for http and https, made stoppable: its own wait for ever and know
/// nothing of cancellation.

#include "sys/cancel.hpp"

namespace ck::sys {

/// While one lives, connections that libgit2 opens in this thread end when `cancel` is requested,
/// after 30 s without an answer to connect, or after 60 s without a byte. Not for ssh: libgit2
/// hands the sockets of its own make to libssh2.
class StoppableSockets {
 public:
  explicit StoppableSockets(const Cancel& cancel);
  StoppableSockets(const StoppableSockets&) = delete;
  StoppableSockets& operator=(const StoppableSockets&) = delete;
  ~StoppableSockets();

 private:
  const Cancel* outer_;
};

}  // namespace ck::sys
