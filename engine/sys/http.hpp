#pragma once
/// Verified downloads: resumed, several mirrors, retried on what is temporary.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/events.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

struct DownloadRequest {
  std::vector<std::string> urls;  ///< http, https or file; tried in order
  fs::path file;       ///< result; `file` + ".part" holds the partial content across calls
  std::string sha256;  ///< required content hash
  std::optional<std::uint64_t> size_bytes;  ///< known size, for progress and an early refusal
  /// Nobody knows the hash yet: what the server sends is taken (a partial content is not).
  bool any_content = false;
};

class Http {
 public:
  virtual ~Http() = default;
  /// Downloads until `file` exists with the right hash. Partial content is resumed when the server
  /// still has the same (ETag, size), else fetched anew. Errors: `network` (host, status, TLS
  /// reason, each mirror's answer), `verification` (expected and found hash; the bad content is
  /// removed), `io` (disk full). Time-outs: 30 s to connect, 60 s without a byte.
  virtual Status download(const DownloadRequest& request, EventSink& events,
                          const Cancel& cancel) = 0;
};

}  // namespace ck::sys
